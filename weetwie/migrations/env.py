"""What Alembic runs: the schema of weetwie.tables, over the connection that `upgrade` hands in."""

from alembic import context

from weetwie.tables import whole

context.configure(connection=context.config.attributes["connection"], target_metadata=whole())
with context.begin_transaction():
    context.run_migrations()
