"""Notices to customers, letters and their codes."""

import sqlalchemy as sa
from alembic import op

from hanport.grid.database.types import Id, Instant, Json

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _announcement()
    _notice()
    _notice_message()
    _letter_batch()
    _letter()
    _not_me()
    _letter_code()
    _told_in()


def _announcement() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", Id, nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("planned_at", Instant, nullable=True),
        sa.Column("says", Json, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", Id, nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("facility_id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=True),
        sa.Column("meter_id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("announcement_id", Id, nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("happened_at", Instant, nullable=False),
        sa.Column("spread_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_notice_order_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_notice_facility_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_notice_contract_id")),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_notice_meter_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_notice_customer_id")),
        sa.ForeignKeyConstraint(["announcement_id"], ["announcement.id"], name=op.f("fk_notice_announcement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_order_id"), "notice", ["order_id"])
    op.create_index(op.f("ix_notice_facility_id"), "notice", ["facility_id"])
    _partial("ix_notice_new", "notice", "id", "spread_at IS NULL")


def _notice_message() -> None:
    op.create_table(
        "notice_message",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("notice_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("lease_until", Instant, nullable=True),
        sa.Column("ended_at", Instant, nullable=True),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("way IN ('mail', 'sms')", name=op.f("ck_notice_message_way")),
        sa.CheckConstraint(
            "state IN ('due', 'sending', 'sent', 'failed', 'dropped')", name=op.f("ck_notice_message_state")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_message_notice_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_notice_message_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_message")),
    )
    op.create_index(op.f("ix_notice_message_notice_id"), "notice_message", ["notice_id"])
    op.create_index(op.f("ix_notice_message_customer_id"), "notice_message", ["customer_id"])
    _partial("ix_notice_message_due", "notice_message", "due_at", "state = 'due'")
    _partial("ix_notice_message_lease", "notice_message", "lease_until", "state = 'sending'")


def _letter_batch() -> None:
    op.create_table(
        "letter_batch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("reprint_of", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["reprint_of"], ["letter_batch.id"], name=op.f("fk_letter_batch_reprint_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_batch")),
    )


def _letter() -> None:
    op.create_table(
        "letter",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("notice_id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("facility_id", Id, nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=True),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("printed_at", Instant, nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("kind IN ('notice', 'code')", name=op.f("ck_letter_kind")),
        sa.CheckConstraint("state IN ('waiting', 'printed', 'dropped')", name=op.f("ck_letter_state")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_letter_notice_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_letter_customer_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_letter_facility_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["letter_batch.id"], name=op.f("fk_letter_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    for name in ("notice_id", "customer_id", "facility_id", "batch_id"):
        op.create_index(op.f(f"ix_letter_{name}"), "letter", [name])
    _partial("ix_letter_waiting", "letter", "id", "state = 'waiting'")


def _not_me() -> None:
    op.create_table(
        "not_me",
        sa.Column("id", Id, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("letter_id", Id, nullable=True),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("closing_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_not_me_order_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_not_me_contract_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_not_me_customer_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_not_me_letter_id")),
        sa.ForeignKeyConstraint(["closing_id"], ["orders.id"], name=op.f("fk_not_me_closing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_me")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_not_me_secret_hash")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_not_me_code_hash")),
    )
    for name in ("order_id", "customer_id", "letter_id"):
        op.create_index(op.f(f"ix_not_me_{name}"), "not_me", [name])


def _letter_code() -> None:
    op.create_table(
        "letter_code",
        sa.Column("id", Id, nullable=False),
        sa.Column("letter_id", Id, nullable=False),
        sa.Column("facility_id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("redeemed_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_code_letter_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_letter_code_facility_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_letter_code_contract_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_letter_code_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_code")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_letter_code_letter_id")),
    )
    for name in ("facility_id", "customer_id"):
        op.create_index(op.f(f"ix_letter_code_{name}"), "letter_code", [name])


def _told_in() -> None:
    op.create_table(
        "told_in",
        sa.Column("person_id", Id, nullable=False, autoincrement=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.CheckConstraint("language IN ('sv', 'en')", name=op.f("ck_told_in_language")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_told_in_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_told_in")),
    )


def _partial(name: str, table: str, column: str, where: str) -> None:
    chosen = sa.text(where)
    op.create_index(name, table, [column], sqlite_where=chosen, postgresql_where=chosen)
