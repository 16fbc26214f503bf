"""Alembic runs in the connection that `infra.books.database.migrate` hands it."""

from alembic import context

from infra.books.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
