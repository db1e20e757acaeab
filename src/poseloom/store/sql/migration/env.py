"""How Alembic reaches the database: on the connection that `migrate` opened."""

from alembic import context

from poseloom.store.sql.table import metadata

if context.config.attributes.get("connection") is not None:
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False
    )
    context.run_migrations()
