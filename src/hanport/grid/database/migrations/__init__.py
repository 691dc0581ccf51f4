"""The database's history, for Alembic: one file a step, each forwards only."""
