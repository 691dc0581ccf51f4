"""The table of drafts that others ask for, as installers do."""

from sqlalchemy import Column, Index, Table, Text

from hanport.grid.database.tables import metadata, reference_to
from hanport.grid.database.types import Instant

# Who holds the token has asked that the customer of a facility be asked. The id is that of the draft; where there is
# none, since no such facility is known or its port cannot be opened, the row stands alone, and looks no different.
draft_ask = Table(
    "draft_ask",
    metadata,
    Column("id", Text, primary_key=True),
    reference_to("token", index=False),
    Column("gsrn", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Index("ix_draft_ask_token_id", "token_id", "asked_at"),
    Index("ix_draft_ask_gsrn", "gsrn"),
    Index("ix_draft_ask_asked_at", "asked_at"),
)
