"""Wishes to be told, shared receipts, and what the statistics are read from."""

import sqlalchemy as sa
from alembic import op

from hanport.grid.database.types import Id, Instant, Json

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables and the index."""
    _waiting()
    _receipt_share()
    op.create_index(
        "ix_orders_signed_at",
        "orders",
        ["signed_at", "kind", "state", "ended_at", "deadline_at"],
        sqlite_where=sa.text("signed_at IS NOT NULL"),
        postgresql_where=sa.text("signed_at IS NOT NULL"),
    )


def _waiting() -> None:
    op.create_table(
        "waiting",
        sa.Column("id", Id, nullable=False),
        sa.Column("facility_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", Instant, nullable=True),
        sa.CheckConstraint("outcome IN ('', 'told', 'taken_back', 'left')", name=op.f("ck_waiting_outcome")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_waiting_facility_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_waiting_person_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_waiting_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
    )
    op.create_index(op.f("ix_waiting_person_id"), "waiting", ["person_id"])
    op.create_index(
        "uq_waiting_live",
        "waiting",
        ["facility_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("outcome = ''"),
        postgresql_where=sa.text("outcome = ''"),
    )


def _receipt_share() -> None:
    op.create_table(
        "receipt_share",
        sa.Column("id", Id, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("shows", Json, nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("ended_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_receipt_share_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_share")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_receipt_share_secret_hash")),
    )
    op.create_index(op.f("ix_receipt_share_order_id"), "receipt_share", ["order_id"])
