"""Alembic runs in the connection that `infra.database.engine.migrate` hands it."""

from alembic import context

from infra.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
