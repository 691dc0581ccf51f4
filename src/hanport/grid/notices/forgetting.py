"""Forgets what customers were told, with the person: contents and addresses, links and codes."""

from collections.abc import Sequence

from sqlalchemy import delete, update

from hanport.grid.database.among import among
from hanport.grid.database.notice_tables import letter, letter_code, not_me, notice_message, told_in
from hanport.grid.database.work import Work

_EMPTY = {"content_sealed": None, "secret_sealed": None}


def forget(work: Work, person_id: int, customer_ids: Sequence[int]) -> int:
    """Empty what the customers were told, and drop what was to be told yet; gives how many notices and letters."""
    connection, count = work.connection, 0
    for table in (not_me, letter_code):
        connection.execute(delete(table).where(among(connection, table.c.customer_id, customer_ids)))
    for table, waits in ((notice_message, ("due", "sending")), (letter, ("waiting",))):
        theirs = among(connection, table.c.customer_id, customer_ids)
        connection.execute(update(table).where(theirs, table.c.state.in_(waits)).values(state="dropped"))
        count += connection.execute(update(table).where(theirs).values(_EMPTY)).rowcount
    connection.execute(delete(told_in).where(told_in.c.person_id == person_id))
    return count
