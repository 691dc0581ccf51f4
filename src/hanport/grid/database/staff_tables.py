"""The tables of members of staff: accounts, second factors, and what waits for a second person."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, text

from hanport.grid.database.tables import metadata, reference_to
from hanport.grid.database.types import Id, Instant, Json

# A member of staff. `folded` is the name as it is compared. `handle` is what authenticators know the member by.
# `totp_step`: the last time step whose code was used, so that no code is taken twice. A row is never taken away: the
# log names its members.
staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False, unique=True),
    Column("roles", Text, nullable=False),
    Column("handle", LargeBinary, nullable=False, unique=True),
    Column("password_hash", Text),
    Column("totp_sealed", LargeBinary),
    Column("totp_step", Id, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("enrolled_at", Instant),
    Column("disabled_at", Instant),
)

# A link by which a member sets up the login, once. The link holds the secret; here is its hash alone.
link = Table(
    "staff_link",
    metadata,
    Column("id", Id, primary_key=True),
    reference_to("staff"),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("used_at", Instant),
)

passkey = Table(
    "staff_passkey",
    metadata,
    Column("id", Id, primary_key=True),
    reference_to("staff"),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("used_at", Instant),
)

# Codes for whoever has lost the second factor; each once.
recovery = Table(
    "staff_recovery",
    metadata,
    Column("id", Id, primary_key=True),
    reference_to("staff"),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    Column("used_at", Instant),
)

# Failed logins by name, whether anybody has that name or not. `key` is a keyed hash: people type passwords as names.
attempt = Table(
    "staff_attempt",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("wait_until", Instant, nullable=False),
    Index("ix_staff_attempt_last_at", "last_at"),
)

# What is taken once: the token of a form that was sent, the challenge that an authenticator has signed. `place` is
# where the first sending led; `shown_sealed` what was shown then, for the second click.
once = Table(
    "staff_once",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("place", Text, nullable=False, server_default=""),
    Column("shown_sealed", LargeBinary),
    Index("ix_staff_once_at", "at"),
)

# Files of an import that were looked at and not brought in yet.
upload = Table(
    "staff_upload",
    metadata,
    Column("id", Text, primary_key=True),
    reference_to("staff"),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("options", Json, nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
)

_WAITING = text("state = 'waiting'")

# What one member proposes and another decides. `content_sealed` goes when it is decided.
proposal = Table(
    "staff_proposal",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    reference_to("staff"),
    Column("reason", Text, nullable=False),
    Column("summary", Json, nullable=False),
    Column("content_sealed", LargeBinary),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("decided_by", Text, nullable=False, server_default=""),
    Column("decided_at", Instant),
    Column("outcome", Json),
    CheckConstraint("kind IN ('close', 'work_list', 'announce')", name="kind"),
    CheckConstraint("state IN ('waiting', 'done', 'rejected')", name="state"),
    Index("ix_staff_proposal_waiting", "made_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
)
