"""The tables of notices and letters: what customers are told, and the codes that come by letter.

Secrets of links and codes are kept as hashes. Until it is sent or printed the secret itself is there too, sealed.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from hanport.grid.database.tables import metadata, reference_to
from hanport.grid.database.types import Id, Instant, Json

_NEW = text("spread_at IS NULL")
_DUE = text("state = 'due'")
_SENDING = text("state = 'sending'")
_WAITING = text("state = 'waiting'")

# What staff tell all with an open port of a model, before its firmware or profile is changed. `says`: language -> text.
announcement = Table(
    "announcement",
    metadata,
    Column("id", Id, primary_key=True),
    Column("maker", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("planned_at", Instant),
    Column("says", Json, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
)

# The outbox: something has happened of which the holders of a contract are told. It stands there from the commit in
# which it happened. Who is told, and how, is found out when it is spread. `contract_id`: whose holders, where it is not
# the order's; none: of the contracts that run there. `customer_id`: this one alone.
notice = Table(
    "notice",
    metadata,
    Column("id", Id, primary_key=True),
    Column("occasion", Text, nullable=False),
    Column("order_id", Text, ForeignKey("orders.id"), index=True),
    reference_to("facility"),
    reference_to("contract", null=True, index=False),
    reference_to("meter", null=True, index=False),
    reference_to("customer", null=True, index=False),
    reference_to("announcement", null=True, index=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("happened_at", Instant, nullable=False),
    Column("spread_at", Instant),
    Index("ix_notice_new", "id", sqlite_where=_NEW, postgresql_where=_NEW),
)

# A notice to one customer by e-mail or SMS. The id is that of the message as well, so that it is the same however often
# it is sent. `content_sealed`: to whom and what, as JSON. `secret_sealed`: of its link; emptied once it is sent.
notice_message = Table(
    "notice_message",
    metadata,
    Column("id", Text, primary_key=True),
    reference_to("notice"),
    reference_to("customer"),
    Column("way", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("content_sealed", LargeBinary),
    Column("secret_sealed", LargeBinary),
    Column("made_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("leased_by", Text),
    Column("lease_until", Instant),
    Column("ended_at", Instant),
    Column("problem", Text, nullable=False, server_default=""),
    CheckConstraint("way IN ('mail', 'sms')", name="way"),
    CheckConstraint("state IN ('due', 'sending', 'sent', 'failed', 'dropped')", name="state"),
    Index("ix_notice_message_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),
    Index("ix_notice_message_lease", "lease_until", sqlite_where=_SENDING, postgresql_where=_SENDING),
)

# Letters that were printed together. `reprint_of`: the batch that was lost.
letter_batch = Table(
    "letter_batch",
    metadata,
    Column("id", Text, primary_key=True),
    Column("made_by", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("letters", Integer, nullable=False),
    Column("reprint_of", Text, ForeignKey("letter_batch.id")),
)

# A letter to one customer: a notice, or a code. `secret_sealed`: its link and code, until it is printed.
# `content_sealed`: what was printed, without them.
letter = Table(
    "letter",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    reference_to("notice", null=True),
    reference_to("customer"),
    reference_to("facility"),
    Column("batch_id", Text, ForeignKey("letter_batch.id"), index=True),
    Column("made_at", Instant, nullable=False),
    Column("printed_at", Instant),
    Column("content_sealed", LargeBinary),
    Column("secret_sealed", LargeBinary),
    CheckConstraint("kind IN ('notice', 'code')", name="kind"),
    CheckConstraint("state IN ('waiting', 'printed', 'dropped')", name="state"),
    Index("ix_letter_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
)

# "This was not me": what a link can do that stands in a notice of an order to open. It can only close, for that
# contract. `code_hash`: of the short code in a letter. `closing_id`: the order that it led to.
not_me = Table(
    "not_me",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
    reference_to("contract", index=False),
    reference_to("customer"),
    reference_to("letter", null=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("code_hash", LargeBinary, unique=True),
    Column("made_at", Instant, nullable=False),
    Column("closing_id", Text, ForeignKey("orders.id")),
)

# A one-time code in a letter. Signing in with it is possible once (`redeemed_at`), seeing and closing until it ends.
# `head_hash`: of its first group, which says whose attempts a wrong code counts as. Null `expires_at`: not printed yet.
letter_code = Table(
    "letter_code",
    metadata,
    Column("id", Id, primary_key=True),
    Column("letter_id", Id, ForeignKey("letter.id"), nullable=False, unique=True),
    reference_to("facility"),
    reference_to("contract", index=False),
    reference_to("customer"),
    Column("head_hash", LargeBinary, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("redeemed_at", Instant),
)

# The language in which a person is told: the one that was chosen on the pages last.
told_in = Table(
    "told_in",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True, autoincrement=False),
    Column("language", Text, nullable=False),
    CheckConstraint("language IN ('sv', 'en')", name="language"),
)
