"""Members of staff and their second factors."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
