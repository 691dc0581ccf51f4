"""Drafts that others ask for, and the name that customers read of who does."""

import sqlalchemy as sa
from alembic import op

from hanport.grid.database.types import Id, Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table and the column."""
    op.add_column("token", sa.Column("shown_as", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "draft_ask",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_id", Id, nullable=False),
        sa.Column("gsrn", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_draft_ask_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_ask")),
    )
    op.create_index("ix_draft_ask_token_id", "draft_ask", ["token_id", "asked_at"])
    op.create_index("ix_draft_ask_gsrn", "draft_ask", ["gsrn"])
    op.create_index("ix_draft_ask_asked_at", "draft_ask", ["asked_at"])
