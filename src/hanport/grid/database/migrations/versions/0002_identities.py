"""Sessions of the pages, and identifications under way."""

import sqlalchemy as sa
from alembic import op

from hanport.grid.database.types import Id, Instant, Json

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables; an order keeps which version of the terms was signed with it."""
    op.add_column("orders", sa.Column("terms", sa.Text(), nullable=True))
    _session()
    _identification()


def _session() -> None:
    op.create_table(
        "web_session",
        sa.Column("id", Id, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("identity_at", Instant, nullable=True),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("staff_id", Id, nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("seen_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.CheckConstraint("kind IN ('visitor', 'customer', 'staff')", name=op.f("ck_web_session_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_web_session_secret_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_web_session_ends_at", "web_session", ["ends_at"])
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"])


def _identification() -> None:
    op.create_table(
        "identification",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", Id, nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("order_ids", Json, nullable=False),
        sa.Column("request_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("nonce_hash", sa.LargeBinary(), nullable=True),
        sa.Column("returned_at", Instant, nullable=True),
        sa.Column("begun_at", Instant, nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("starts", sa.Integer(), server_default="1", nullable=False),
        sa.Column("collect_at", Instant, nullable=True),
        sa.Column("ended_at", Instant, nullable=True),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("is_other_address", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("staff", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("purpose IN ('login', 'order')", name=op.f("ck_identification_purpose")),
        sa.CheckConstraint("way IN ('qr', 'same_device', 'phone')", name=op.f("ck_identification_way")),
        sa.CheckConstraint(
            "state IN ('pending', 'signed', 'used', 'failed', 'refused')", name=op.f("ck_identification_state")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identification_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identification")),
    )
    op.create_index(op.f("ix_identification_session_id"), "identification", ["session_id"])
    op.create_index(op.f("ix_identification_person_id"), "identification", ["person_id"])
    op.create_index(
        "ix_identification_pending",
        "identification",
        ["collect_at"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
