"""The tables of facts and orders. Periods are from an instant up to, and without, another (null: no end is known)."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from hanport.grid.database.types import Id, Instant, Json

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def reference_to(table: str, *, null: bool = False, index: bool = True) -> Column[int]:
    """A reference `<table>_id`."""
    return Column(f"{table}_id", Id, ForeignKey(f"{table}.id"), nullable=null, index=index)


def _period() -> tuple[Column[object], Column[object]]:
    return Column("begins_at", Instant, nullable=False), Column("ends_at", Instant)


# What the database is for: `environment` (production or test). It is never changed.
stamp = Table("stamp", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

# Everybody with a personal or organisation number: customers, agents under a power, signatories. `key_sealed` is the
# person's own key: pseudonyms in the log are made with it. Erasure empties the three columns, and nothing else.
person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number_lookup", LargeBinary, unique=True),
    Column("number_sealed", LargeBinary),
    Column("key_sealed", LargeBinary),
    Column("erased_at", Instant),
)

# A customer of the company, by the company's own customer number (`key`). `is_protected`: the address is never shown.
customer = Table(
    "customer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    reference_to("person"),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("is_protected", Boolean, nullable=False, server_default=text("false")),
    Column("died_at", Instant),
    CheckConstraint("kind IN ('private', 'legal', 'estate')", name="kind"),
)

facility = Table(
    "facility",
    metadata,
    Column("id", Id, primary_key=True),
    Column("gsrn", Text, nullable=False, unique=True),
    Column("address", Text, nullable=False, server_default=""),
    Column("grid_area", Text, nullable=False, server_default=""),
)

contract = Table(
    "contract",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    reference_to("facility"),
    *_period(),
)

contract_holder = Table(
    "contract_holder",
    metadata,
    Column("id", Id, primary_key=True),
    reference_to("contract"),
    reference_to("customer"),
    *_period(),
)

# What a model can do. A model that is not here is taken to be able.
meter_model = Table(
    "meter_model",
    metadata,
    Column("id", Id, primary_key=True),
    Column("maker", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("can_open", Boolean, nullable=False),
    Column("can_restart", Boolean, nullable=False),
    UniqueConstraint("maker", "model"),
)

meter = Table(
    "meter",
    metadata,
    Column("id", Id, primary_key=True),
    Column("serial", Text, nullable=False, unique=True),
    Column("maker", Text, nullable=False, server_default=""),
    Column("model", Text, nullable=False, server_default=""),
    Column("firmware", Text, nullable=False, server_default=""),
)

# `is_cut`: the end was not told; another installation of the meter or at the facility begins then.
installation = Table(
    "installation",
    metadata,
    Column("id", Id, primary_key=True),
    reference_to("meter"),
    reference_to("facility"),
    *_period(),
    Column("is_cut", Boolean, nullable=False, server_default=text("false")),
)

# The HAN adapter (RJ12) in a meter, with the day on which it was fitted: the warranty counts from it.
adapter = Table(
    "adapter",
    metadata,
    Column("id", Id, primary_key=True),
    Column("serial", Text, nullable=False, unique=True),
    reference_to("meter"),
    Column("fitted_on", Date, nullable=False),
)

exemption = Table(
    "exemption",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    reference_to("facility"),
    *_period(),
)

# `facility_id` null: for all facilities of the grantor.
power = Table(
    "power",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("grantor_id", Id, ForeignKey("customer.id"), nullable=False, index=True),
    Column("agent_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    reference_to("facility", null=True),
    Column("basis", Text, nullable=False),
    Column("may_open", Boolean, nullable=False),
    *_period(),
    CheckConstraint("basis IN ('power', 'signatory', 'estate', 'guardian')", name="basis"),
)

# The market said that another user moves in. `withdrawn_at`: the message was taken back.
user_change = Table(
    "user_change",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    reference_to("facility"),
    Column("at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
)

# An order. One to open that stands (orders.STANDING, not withdrawn) is a request in the sense of right.py. The person
# is null until it is signed, and where staff close a port of their own accord. `why`: of a refusal, failure or visit.
# `terms`: the version of the terms in the text that was signed.
order = Table(
    "orders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    reference_to("facility"),
    reference_to("contract", null=True),
    reference_to("meter", null=True),
    reference_to("customer", null=True),
    reference_to("person", null=True),
    reference_to("power", null=True, index=False),
    Column("identity", Text),
    Column("identity_at", Instant),
    Column("staff", Text),
    Column("evidence_sealed", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("signed_at", Instant),
    Column("deadline_at", Instant),
    Column("ended_at", Instant),
    Column("withdrawn_at", Instant),
    Column("reason", Text, nullable=False, server_default=""),
    Column("why", Text, nullable=False, server_default=""),
    Column("price_ore", Integer),
    Column("terms", Text),
    Index("ix_orders_state", "state"),
    # All that statistics are read from: a row has its evidence in it, and is long.
    Index(
        "ix_orders_signed_at",
        *("signed_at", "kind", "state", "ended_at", "deadline_at"),
        sqlite_where=text("signed_at IS NOT NULL"),
        postgresql_where=text("signed_at IS NOT NULL"),
    ),
)

# One row a meter: what is reported of its port, and when it must be looked at again. `may_be_open`: an opening was
# sent, or it was read as open, and it has not been read as closed since. `changed_at`: the last command that may have
# changed it. `held_by`: the import whose facts would open it; staff release it. `expected`: what the last command must
# have made of it, until it is read ('' once it is; 'unknown' where nobody said, 'asked' in a doubt). `goal`:
# what `failures` and `retry_at` are about. `doubt_until`: an opening that was taken back may still arrive until then.
port = Table(
    "port",
    metadata,
    Column("meter_id", Id, ForeignKey("meter.id"), primary_key=True),
    Column("reported", Text, nullable=False, server_default="unknown"),
    Column("reported_at", Instant),
    Column("may_be_open", Boolean, nullable=False, server_default=text("false")),
    Column("changed_at", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("retry_at", Instant),
    Column("closing_due_at", Instant),
    Column("review_at", Instant),
    Column("held_by", Text, ForeignKey("import_batch.id")),
    Column("expected", Text, nullable=False, server_default=""),
    Column("goal", Text, nullable=False, server_default=""),
    Column("doubt_until", Instant),
    CheckConstraint("reported IN ('open', 'closed', 'unknown')", name="reported"),
    Index("ix_port_review_at", "review_at"),
    Index(
        "ix_port_held_by",
        "held_by",
        sqlite_where=text("held_by IS NOT NULL"),
        postgresql_where=text("held_by IS NOT NULL"),
    ),
    Index("ix_port_may_be_open", "meter_id", sqlite_where=text("may_be_open"), postgresql_where=text("may_be_open")),
)

_LIVE = text("state IN ('queued', 'sending', 'sent')")
_SENDING = text("state = 'sending'")
_SENT = text("state = 'sent'")

# The outbox: a command exists from the commit that decides on it. Its id is the correlation id at the head-end.
command = Table(
    "command",
    metadata,
    Column("id", Text, primary_key=True),
    reference_to("meter"),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("order_id", Text, ForeignKey("orders.id"), index=True),
    Column("why", Text, nullable=False),
    Column("head_end", Text, nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("leased_by", Text),
    Column("lease_until", Instant),
    Column("sent_at", Instant),
    Column("answer_by", Instant),
    Column("ended_at", Instant),
    Column("detail", Text, nullable=False, server_default=""),
    CheckConstraint("kind IN ('open', 'close', 'restart', 'read')", name="kind"),
    CheckConstraint("state IN ('queued', 'sending', 'sent', 'done', 'failed', 'lost', 'superseded')", name="state"),
    Index("uq_command_live", "meter_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index("ix_command_live", "state", "kind", "not_before", sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index("ix_command_lease", "lease_until", sqlite_where=_SENDING, postgresql_where=_SENDING),
    Index("ix_command_answer", "answer_by", sqlite_where=_SENT, postgresql_where=_SENT),
)

# What one worker alone does at a time, and when it was done last. The row `beat` says when any worker was last at work.
duty = Table(
    "duty",
    metadata,
    Column("name", Text, primary_key=True),
    Column("held_by", Text),
    Column("held_until", Instant),
    Column("done_at", Instant),
)

# What staff must know. One live alarm for a kind and a subject.
alarm = Table(
    "alarm",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("says", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("told_at", Instant),
    Column("cleared_at", Instant),
    Index(
        "uq_alarm_live",
        "kind",
        "subject",
        unique=True,
        sqlite_where=text("cleared_at IS NULL"),
        postgresql_where=text("cleared_at IS NULL"),
    ),
)

# An import of a file. `content_sealed` is kept while it waits for its two people.
import_batch = Table(
    "import_batch",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("deadline_at", Instant),
    Column("approvals", Json, nullable=False),
    Column("summary", Json, nullable=False),
    Column("content_sealed", LargeBinary),
    CheckConstraint("state IN ('waiting', 'applied', 'rejected')", name="state"),
)

# An event from the market or the company's systems, by its sender's own key. `undo`: what its withdrawal restores.
event = Table(
    "event",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("undo", Json),
    Column("withdrawn_at", Instant),
)

# Programs that may use the API. The secret itself is nowhere.
token = Table(
    "token",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("scope", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("shown_as", Text, nullable=False, server_default=""),
)

# What was answered to a request with an idempotency key, for 24 hours. It is sealed: answers may name customers. `key`
# and `request_hash` are keyed hashes: a sender may have put anything into them.
idempotency = Table(
    "idempotency",
    metadata,
    reference_to("token", index=False),
    Column("key", Text, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer_sealed", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_idempotency_at", "at"),
)
idempotency.append_constraint(UniqueConstraint("token_id", "key"))

# The log. `entry` is the canonical JSON that is hashed; the other columns repeat it for searching.
audit_entry = Table(
    "audit_entry",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, index=True),
    Column("entry", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

# One row: the end of the chain. Whoever writes to the log locks it, so there is one sequence.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", Id, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("mac", LargeBinary, nullable=False),
)

audit_checkpoint = Table(
    "audit_checkpoint",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
