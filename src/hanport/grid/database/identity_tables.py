"""The tables of sessions and identifications. What was signed stands with the order that it was signed for."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, text

from hanport.grid.database.tables import metadata, reference_to
from hanport.grid.database.types import Id, Instant, Json

_PENDING = text("state = 'pending'")

# A browser's session with the pages. The cookie holds the secret; here is its hash alone. `how`, `identity_at` and
# `evidence_sealed`: the check of a customer's identity, None before it. `staff_id`: a member of staff. What belongs to
# a session names its id: so that no later session gets it, an id is never given again.
session = Table(
    "web_session",
    metadata,
    Column("id", Id, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    reference_to("person", null=True),
    Column("name", Text, nullable=False, server_default=""),
    Column("how", Text),
    Column("identity_at", Instant),
    Column("evidence_sealed", LargeBinary),
    Column("staff_id", Id),
    Column("language", Text),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    CheckConstraint("kind IN ('visitor', 'customer', 'staff')", name="kind"),
    Index("ix_web_session_ends_at", "ends_at"),
    sqlite_autoincrement=True,
)

# An order at BankID, from its start until it is used. `request_sealed`: what was asked and the secrets of the answer,
# as JSON. `evidence_sealed`: the completed answer, kept in the transaction that reads it: it can be read once only.
# `returned_at`: the browser that began it came back to the address that only it and the app were told.
identification = Table(
    "identification",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", Id, index=True),
    Column("purpose", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("hint", Text, nullable=False, server_default=""),
    Column("why", Text, nullable=False, server_default=""),
    Column("order_ids", Json, nullable=False),
    Column("request_sealed", LargeBinary, nullable=False),
    Column("nonce_hash", LargeBinary),
    Column("returned_at", Instant),
    Column("begun_at", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("starts", Integer, nullable=False, server_default="1"),
    Column("collect_at", Instant),
    Column("ended_at", Instant),
    Column("evidence_sealed", LargeBinary),
    reference_to("person", null=True),
    Column("is_other_address", Boolean, nullable=False, server_default=text("false")),
    Column("staff", Text, nullable=False, server_default=""),
    CheckConstraint("purpose IN ('login', 'order')", name="purpose"),
    CheckConstraint("way IN ('qr', 'same_device', 'phone')", name="way"),
    CheckConstraint("state IN ('pending', 'signed', 'used', 'failed', 'refused')", name="state"),
    Index("ix_identification_pending", "collect_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
)
