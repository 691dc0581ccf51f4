"""Members of staff, their second factors, and what waits for a second person."""

import sqlalchemy as sa
from alembic import op

from hanport.grid.database.types import Id, Instant, Json

revision = "0004"
down_revision = "0003"

_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Make the tables."""
    _staff()
    _link()
    _passkey()
    _recovery()
    _attempt()
    _once()
    _upload()
    _proposal()


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", Id, server_default="0", nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("enrolled_at", Instant, nullable=True),
        sa.Column("disabled_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("folded", name=op.f("uq_staff_folded")),
        sa.UniqueConstraint("handle", name=op.f("uq_staff_handle")),
    )


def _link() -> None:
    op.create_table(
        "staff_link",
        sa.Column("id", Id, nullable=False),
        sa.Column("staff_id", Id, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("used_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_link_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_staff_link_secret_hash")),
    )
    op.create_index(op.f("ix_staff_link_staff_id"), "staff_link", ["staff_id"])


def _passkey() -> None:
    op.create_table(
        "staff_passkey",
        sa.Column("id", Id, nullable=False),
        sa.Column("staff_id", Id, nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added_at", Instant, nullable=False),
        sa.Column("used_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_passkey_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_staff_passkey_credential")),
    )
    op.create_index(op.f("ix_staff_passkey_staff_id"), "staff_passkey", ["staff_id"])


def _recovery() -> None:
    op.create_table(
        "staff_recovery",
        sa.Column("id", Id, nullable=False),
        sa.Column("staff_id", Id, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_recovery_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_recovery")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_staff_recovery_code_hash")),
    )
    op.create_index(op.f("ix_staff_recovery_staff_id"), "staff_recovery", ["staff_id"])


def _attempt() -> None:
    op.create_table(
        "staff_attempt",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Instant, nullable=False),
        sa.Column("wait_until", Instant, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_staff_attempt")),
    )
    op.create_index("ix_staff_attempt_last_at", "staff_attempt", ["last_at"])


def _once() -> None:
    op.create_table(
        "staff_once",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("shown_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_staff_once")),
    )
    op.create_index("ix_staff_once_at", "staff_once", ["at"])


def _upload() -> None:
    op.create_table(
        "staff_upload",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff_id", Id, nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_upload_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_upload")),
    )
    op.create_index(op.f("ix_staff_upload_staff_id"), "staff_upload", ["staff_id"])


def _proposal() -> None:
    op.create_table(
        "staff_proposal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("staff_id", Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("summary", Json, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", Instant, nullable=True),
        sa.Column("outcome", Json, nullable=True),
        sa.CheckConstraint("kind IN ('close', 'work_list', 'announce')", name=op.f("ck_staff_proposal_kind")),
        sa.CheckConstraint("state IN ('waiting', 'done', 'rejected')", name=op.f("ck_staff_proposal_state")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_proposal_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_proposal")),
    )
    op.create_index(op.f("ix_staff_proposal_staff_id"), "staff_proposal", ["staff_id"])
    op.create_index(
        "ix_staff_proposal_waiting",
        "staff_proposal",
        ["made_at"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
