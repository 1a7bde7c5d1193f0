"""Alembic's entry: migrates over the connection that ``Database.upgrade`` hands in."""

from alembic import context

from engine.store import tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.PersonTable.metadata,
    user_module_prefix="",
    render_as_batch=connection.dialect.name == "sqlite",
)
# The transaction is the caller's: an upgrade that fails leaves the database as it was.
context.run_migrations()
