"""The first tables."""

import sqlalchemy as sa
from alembic import op

from hanport.grid.database.types import Id, Instant, Json

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables, those first that others refer to."""
    _alarm()
    _audit_checkpoint()
    _audit_entry()
    _audit_head()
    _duty()
    _event()
    _facility()
    _import_batch()
    _meter()
    _meter_model()
    _person()
    _stamp()
    _token()
    _adapter()
    _contract()
    _customer()
    _exemption()
    _idempotency()
    _installation()
    _port()
    _user_change()
    _contract_holder()
    _power()
    _orders()
    _command()
    _command_indexes()


def _alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("cleared_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
    )
    op.create_index(
        "uq_alarm_live",
        "alarm",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )


def _audit_checkpoint() -> None:
    op.create_table(
        "audit_checkpoint",
        sa.Column("seq", Id, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_checkpoint"),
    )


def _audit_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", Id, autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"], unique=False)


def _audit_head() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )


def _duty() -> None:
    op.create_table(
        "duty",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=True),
        sa.Column("held_until", Instant(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_duty"),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("undo", Json, nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_event"),
    )


def _facility() -> None:
    op.create_table(
        "facility",
        sa.Column("id", Id, nullable=False),
        sa.Column("gsrn", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("grid_area", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_facility"),
        sa.UniqueConstraint("gsrn", name="uq_facility_gsrn"),
    )


def _import_batch() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("deadline_at", Instant(), nullable=True),
        sa.Column("approvals", Json, nullable=False),
        sa.Column("summary", Json, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'applied', 'rejected')", name="state"),
        sa.PrimaryKeyConstraint("id", name="pk_import_batch"),
    )


def _meter() -> None:
    op.create_table(
        "meter",
        sa.Column("id", Id, nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        sa.Column("firmware", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meter"),
        sa.UniqueConstraint("serial", name="uq_meter_serial"),
    )


def _meter_model() -> None:
    op.create_table(
        "meter_model",
        sa.Column("id", Id, nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("can_open", sa.Boolean(), nullable=False),
        sa.Column("can_restart", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meter_model"),
        sa.UniqueConstraint("maker", "model", name="uq_meter_model_maker"),
    )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("id", Id, nullable=False),
        sa.Column("number_lookup", sa.LargeBinary(), nullable=True),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("number_lookup", name="uq_person_number_lookup"),
    )


def _stamp() -> None:
    op.create_table(
        "stamp",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_stamp"),
    )


def _token() -> None:
    op.create_table(
        "token",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("name", name="uq_token_name"),
        sa.UniqueConstraint("secret_hash", name="uq_token_secret_hash"),
    )


def _adapter() -> None:
    op.create_table(
        "adapter",
        sa.Column("id", Id, nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("meter_id", Id, nullable=False),
        sa.Column("fitted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name="fk_adapter_meter_id"),
        sa.PrimaryKeyConstraint("id", name="pk_adapter"),
        sa.UniqueConstraint("serial", name="uq_adapter_serial"),
    )
    op.create_index("ix_adapter_meter_id", "adapter", ["meter_id"], unique=False)


def _contract() -> None:
    op.create_table(
        "contract",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("facility_id", Id, nullable=False),
        sa.Column("begins_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name="fk_contract_facility_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contract"),
        sa.UniqueConstraint("key", name="uq_contract_key"),
    )
    op.create_index("ix_contract_facility_id", "contract", ["facility_id"], unique=False)


def _customer() -> None:
    op.create_table(
        "customer",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("is_protected", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("died_at", Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('private', 'legal', 'estate')", name="kind"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_customer_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
        sa.UniqueConstraint("key", name="uq_customer_key"),
    )
    op.create_index("ix_customer_person_id", "customer", ["person_id"], unique=False)


def _exemption() -> None:
    op.create_table(
        "exemption",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("facility_id", Id, nullable=False),
        sa.Column("begins_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name="fk_exemption_facility_id"),
        sa.PrimaryKeyConstraint("id", name="pk_exemption"),
        sa.UniqueConstraint("key", name="uq_exemption_key"),
    )
    op.create_index("ix_exemption_facility_id", "exemption", ["facility_id"], unique=False)


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("token_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name="fk_idempotency_token_id"),
        sa.UniqueConstraint("token_id", "key", name="uq_idempotency_token_id"),
    )
    op.create_index("ix_idempotency_at", "idempotency", ["at"], unique=False)


def _installation() -> None:
    op.create_table(
        "installation",
        sa.Column("id", Id, nullable=False),
        sa.Column("meter_id", Id, nullable=False),
        sa.Column("facility_id", Id, nullable=False),
        sa.Column("begins_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("is_cut", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name="fk_installation_facility_id"),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name="fk_installation_meter_id"),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
    op.create_index("ix_installation_facility_id", "installation", ["facility_id"], unique=False)
    op.create_index("ix_installation_meter_id", "installation", ["meter_id"], unique=False)


def _port() -> None:
    op.create_table(
        "port",
        sa.Column("meter_id", Id, nullable=False),
        sa.Column("reported", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("reported_at", Instant(), nullable=True),
        sa.Column("may_be_open", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("changed_at", Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retry_at", Instant(), nullable=True),
        sa.Column("closing_due_at", Instant(), nullable=True),
        sa.Column("review_at", Instant(), nullable=True),
        sa.Column("held_by", sa.Text(), nullable=True),
        sa.Column("expected", sa.Text(), server_default="", nullable=False),
        sa.Column("goal", sa.Text(), server_default="", nullable=False),
        sa.Column("doubt_until", Instant(), nullable=True),
        sa.CheckConstraint("reported IN ('open', 'closed', 'unknown')", name="reported"),
        sa.ForeignKeyConstraint(["held_by"], ["import_batch.id"], name="fk_port_held_by"),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name="fk_port_meter_id"),
        sa.PrimaryKeyConstraint("meter_id", name="pk_port"),
    )
    op.create_index(
        "ix_port_held_by",
        "port",
        ["held_by"],
        unique=False,
        sqlite_where=sa.text("held_by IS NOT NULL"),
        postgresql_where=sa.text("held_by IS NOT NULL"),
    )
    op.create_index(
        "ix_port_may_be_open",
        "port",
        ["meter_id"],
        unique=False,
        sqlite_where=sa.text("may_be_open"),
        postgresql_where=sa.text("may_be_open"),
    )
    op.create_index("ix_port_review_at", "port", ["review_at"], unique=False)


def _user_change() -> None:
    op.create_table(
        "user_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("facility_id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name="fk_user_change_facility_id"),
        sa.PrimaryKeyConstraint("id", name="pk_user_change"),
        sa.UniqueConstraint("key", name="uq_user_change_key"),
    )
    op.create_index("ix_user_change_facility_id", "user_change", ["facility_id"], unique=False)


def _contract_holder() -> None:
    op.create_table(
        "contract_holder",
        sa.Column("id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("begins_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name="fk_contract_holder_contract_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_contract_holder_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contract_holder"),
    )
    op.create_index("ix_contract_holder_contract_id", "contract_holder", ["contract_id"], unique=False)
    op.create_index("ix_contract_holder_customer_id", "contract_holder", ["customer_id"], unique=False)


def _power() -> None:
    op.create_table(
        "power",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("grantor_id", Id, nullable=False),
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("facility_id", Id, nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("may_open", sa.Boolean(), nullable=False),
        sa.Column("begins_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.CheckConstraint("basis IN ('power', 'signatory', 'estate', 'guardian')", name="basis"),
        sa.ForeignKeyConstraint(["agent_id"], ["person.id"], name="fk_power_agent_id"),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name="fk_power_facility_id"),
        sa.ForeignKeyConstraint(["grantor_id"], ["customer.id"], name="fk_power_grantor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_power"),
        sa.UniqueConstraint("key", name="uq_power_key"),
    )
    op.create_index("ix_power_agent_id", "power", ["agent_id"], unique=False)
    op.create_index("ix_power_facility_id", "power", ["facility_id"], unique=False)
    op.create_index("ix_power_grantor_id", "power", ["grantor_id"], unique=False)


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("facility_id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=True),
        sa.Column("meter_id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("power_id", Id, nullable=True),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.Column("identity_at", Instant(), nullable=True),
        sa.Column("staff", sa.Text(), nullable=True),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("signed_at", Instant(), nullable=True),
        sa.Column("deadline_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("price_ore", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name="fk_orders_contract_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_orders_customer_id"),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name="fk_orders_facility_id"),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name="fk_orders_meter_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_orders_person_id"),
        sa.ForeignKeyConstraint(["power_id"], ["power.id"], name="fk_orders_power_id"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
    )
    op.create_index("ix_orders_contract_id", "orders", ["contract_id"], unique=False)
    op.create_index("ix_orders_customer_id", "orders", ["customer_id"], unique=False)
    op.create_index("ix_orders_facility_id", "orders", ["facility_id"], unique=False)
    op.create_index("ix_orders_meter_id", "orders", ["meter_id"], unique=False)
    op.create_index("ix_orders_person_id", "orders", ["person_id"], unique=False)
    op.create_index("ix_orders_state", "orders", ["state"], unique=False)


def _command() -> None:
    op.create_table(
        "command",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("meter_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("head_end", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("not_before", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("answer_by", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('open', 'close', 'restart', 'read')", name="kind"),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'done', 'failed', 'lost', 'superseded')", name="state"
        ),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name="fk_command_meter_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_command_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_command"),
    )


def _command_indexes() -> None:
    op.create_index(
        "ix_command_answer",
        "command",
        ["answer_by"],
        unique=False,
        sqlite_where=sa.text("state = 'sent'"),
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.create_index(
        "ix_command_lease",
        "command",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_command_live",
        "command",
        ["state", "kind", "not_before"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'sending', 'sent')"),
        postgresql_where=sa.text("state IN ('queued', 'sending', 'sent')"),
    )
    op.create_index("ix_command_meter_id", "command", ["meter_id"], unique=False)
    op.create_index("ix_command_order_id", "command", ["order_id"], unique=False)
    op.create_index(
        "uq_command_live",
        "command",
        ["meter_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('queued', 'sending', 'sent')"),
        postgresql_where=sa.text("state IN ('queued', 'sending', 'sent')"),
    )
