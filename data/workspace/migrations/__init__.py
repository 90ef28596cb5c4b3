"""The steps that bring a workspace of an earlier version up to date (Alembic)."""
