"""Takes away what of the staff's tables is of no use any more."""

from sqlalchemy import delete

from hanport.grid.database.staff_tables import attempt, link
from hanport.grid.database.work import Work
from hanport.grid.staff import once, uploads
from hanport.grid.staff.throttle import FORGOTTEN_AFTER


def clear(work: Work) -> int:
    """Old files, tokens of forms, tries and links; how many rows."""
    gone = uploads.clear(work) + once.clear(work)
    old = delete(attempt).where(attempt.c.last_at <= work.at - FORGOTTEN_AFTER)
    gone += work.connection.execute(old).rowcount
    return gone + work.connection.execute(delete(link).where(link.c.ends_at <= work.at)).rowcount
