"""The tables of wordings: the texts that staff edit, with their history."""

from sqlalchemy import Column, Index, Integer, Table, Text

from hanport.grid.database.tables import metadata
from hanport.grid.database.types import Id, Instant, Json

# A version of a text, 1 and up. `texts`: language -> text; empty: as it is shipped. Nothing is ever changed here.
# `reverts_to`: the version whose text was taken again (0: as it is shipped).
wording = Table(
    "wording",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("texts", Json, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reverts_to", Integer),
    Index("uq_wording_key_number", "key", "number", unique=True),
)

# One row: how many changes there were. Who changes a text holds it; who has read the texts sees by it whether they
# are still those.
wording_count = Table(
    "wording_count",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("changes", Integer, nullable=False),
)
