"""The database: the schema, its migrations, every write in a transaction, and reading whole sets at a time."""
