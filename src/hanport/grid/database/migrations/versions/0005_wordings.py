"""Texts that staff edit, with their history."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
