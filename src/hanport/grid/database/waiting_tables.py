"""The tables of what customers wait for, and of receipts that they share."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text, text

from hanport.grid.database.tables import metadata, reference_to
from hanport.grid.database.types import Id, Instant, Json

_LIVE = text("outcome = ''")

# Who wants to be told when the port of a facility can be opened: one live wish of a person for a facility.
# `customer_id` is whose contract that was. `outcome`: told, taken back by the person, or without ground since the
# person left.
waiting = Table(
    "waiting",
    metadata,
    Column("id", Id, primary_key=True),
    reference_to("facility", index=False),
    reference_to("person"),
    reference_to("customer", null=True, index=False),
    Column("asked_at", Instant, nullable=False),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("ended_at", Instant),
    CheckConstraint("outcome IN ('', 'told', 'taken_back', 'left')", name="outcome"),
    Index("uq_waiting_live", "facility_id", "person_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
)

# A link by which a receipt can be seen without a login. The link holds the secret; here is its hash alone. `shows`:
# what of the receipt's optional parts.
receipt_share = Table(
    "receipt_share",
    metadata,
    Column("id", Id, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
    Column("shows", Json, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
