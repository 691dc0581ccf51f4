"""All tables together, for what makes or compares the whole database."""

from hanport.grid.database import (
    draft_tables,
    identity_tables,
    notice_tables,
    staff_tables,
    tables,
    waiting_tables,
    wording_tables,
)

MODULES = (tables, identity_tables, notice_tables, staff_tables, wording_tables, waiting_tables, draft_tables)
metadata = tables.metadata
