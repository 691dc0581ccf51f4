"""Texts that staff edit, with their history."""

import sqlalchemy as sa
from alembic import op

from hanport.grid.database.types import Id, Instant, Json

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables, and the row that counts the changes."""
    op.create_table(
        "wording",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reverts_to", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
    )
    op.create_index("uq_wording_key_number", "wording", ["key", "number"], unique=True)
    count = op.create_table(
        "wording_count",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_count")),
    )
    op.bulk_insert(count, [{"id": 1, "changes": 0}])
