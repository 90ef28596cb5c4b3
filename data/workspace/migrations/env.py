"""How Alembic takes the steps: with the connection it is given, in one transaction."""

from alembic import context

from data.workspace.subjects import every  # noqa: F401 - its tables are part of META
from data.workspace.tables import META

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=META,
    render_as_batch=True,
    transaction_per_migration=False,
    compare_type=True,
)
context.run_migrations()
