"""Messages on their way out: leased for sending, marked as sent, tried again, or given up for a letter.

A message that may have left is sent again with the same id, so that a crash between sending and marking makes it come
twice at most, and never not at all.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select, update

from hanport.grid import alarms
from hanport.grid.config import GridConfig
from hanport.grid.database.notice_tables import letter, notice, notice_message
from hanport.grid.database.tables import customer
from hanport.grid.database.work import Work
from hanport.grid.keys import SealError
from hanport.grid.letters import queue
from hanport.grid.notices.envelope import unseal, unseal_secret
from hanport.grid.notices.errors import NotDelivered
from hanport.grid.notices.happenings import happenings
from hanport.grid.notices.outgoing import Outgoing
from hanport.grid.notices.recipients import recipients_of
from hanport.grid.notices.spreading import may_be_written
from hanport.grid.notices.texts import with_secret
from hanport.grid.notices.ways import Way, ways_of
from hanport.grid.reconcile.view import pace_of

NOTICES_UNDELIVERED = "notices_undelivered"  # alarm; subject: mail or sms
ALARM_AFTER = 3  # failures of one message
GIVEN_UP_AFTER = 8  # with the usual pauses: two hours
_NOBODY = {"leased_by": None, "lease_until": None}


def lease(work: Work, config: GridConfig, worker: str, limit: int, *, way: Way) -> list[Outgoing]:
    """Lease up to `limit` messages that are due, the oldest first: nobody else sends them for `work.lease_s`."""
    due = and_(notice_message.c.state == "due", notice_message.c.due_at <= work.at)
    overdue = and_(notice_message.c.state == "sending", notice_message.c.lease_until <= work.at)
    chosen = (
        select(notice_message)
        .where(or_(due, overdue), notice_message.c.way == way.value)
        .order_by(notice_message.c.due_at, notice_message.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found, held = [], []
    for row in work.connection.execute(chosen).all():
        try:
            found.append(_open(work, row))
            held.append({"which": row.id})
        except SealError as error:
            _give_up(work, config, row, NotDelivered(error.problem, error.remedy, is_final=True))
    if held:
        values = {"state": "sending", "leased_by": worker}
        until = work.at + timedelta(seconds=config.work.lease_s)
        change = update(notice_message).where(notice_message.c.id == bindparam("which"))
        work.connection.execute(
            change.values(values | {"lease_until": until, "attempts": notice_message.c.attempts + 1}), held
        )
    return found


def sent(work: Work, message_id: str) -> None:
    """It was taken: its secret is forgotten."""
    row = _held(work, message_id)
    if row is None:
        return
    values = {"state": "sent", "ended_at": work.at, "secret_sealed": None, "problem": ""} | _NOBODY
    work.connection.execute(update(notice_message).where(notice_message.c.id == message_id).values(values))
    work.note("notice.sent", person_id=row.person_id, occasion=row.occasion, way=row.way, message=message_id)
    alarms.clear_alarm(work, NOTICES_UNDELIVERED, row.way)


def not_sent(work: Work, config: GridConfig, message_id: str, error: NotDelivered) -> None:
    """It was not taken: it is tried again later; given up, a letter says it where none of the other ways did."""
    row = _held(work, message_id)
    if row is None:
        return
    if row.attempts >= ALARM_AFTER and not error.is_final:
        says = f"Notices by {row.way} do not go. {error.problem}"
        alarms.raise_alarm(work, NOTICES_UNDELIVERED, row.way, says)
    if error.is_final or row.attempts >= GIVEN_UP_AFTER:
        _give_up(work, config, row, error)
        return
    due_at = work.at + pace_of(config).back_off(row.attempts)
    values = {"state": "due", "due_at": due_at, "problem": error.problem} | _NOBODY
    work.connection.execute(update(notice_message).where(notice_message.c.id == message_id).values(values))


def _open(work: Work, row: Row[Any]) -> Outgoing:
    envelope = unseal(work.keyring, row.content_sealed)
    secret = unseal_secret(work.keyring, row.secret_sealed)
    said = with_secret(envelope.text, secret) if secret else envelope.text
    return Outgoing(row.id, Way(row.way), envelope.to, envelope.subject, said, row.made_at)


def _held(work: Work, message_id: str) -> Row[Any] | None:
    """A message that is being sent, held until the commit; None where it ended meanwhile."""
    chosen = (
        select(notice_message, notice.c.occasion, customer.c.person_id)
        .join(notice, notice.c.id == notice_message.c.notice_id)
        .join(customer, customer.c.id == notice_message.c.customer_id)
        .where(notice_message.c.id == message_id, notice_message.c.state == "sending")
        .with_for_update(of=notice_message)
    )
    return work.connection.execute(chosen).one_or_none()


def _give_up(work: Work, config: GridConfig, row: Row[Any], error: NotDelivered) -> None:
    values = {"state": "failed", "ended_at": work.at, "secret_sealed": None, "problem": error.problem} | _NOBODY
    work.connection.execute(update(notice_message).where(notice_message.c.id == row.id).values(values))
    work.note("notice.undelivered", way=row.way, message=row.id, why=error.problem)
    if not _goes_otherwise(work, row):
        _write_instead(work, config, row)


def _goes_otherwise(work: Work, row: Row[Any]) -> bool:
    """Whether the same notice has gone to the customer by another way, or still goes."""
    same = (notice_message.c.notice_id == row.notice_id) & (notice_message.c.customer_id == row.customer_id)
    goes = select(notice_message.c.id).where(same, notice_message.c.state.in_(("due", "sending", "sent")))
    written = select(letter.c.id).where(letter.c.notice_id == row.notice_id, letter.c.customer_id == row.customer_id)
    return any(work.connection.execute(chosen.limit(1)).first() is not None for chosen in (goes, written))


def _write_instead(work: Work, config: GridConfig, row: Row[Any]) -> None:
    (about,) = happenings(work.connection, [row.notice_id])
    for each in recipients_of(work.connection, [about])[about.notice_id]:
        is_mine = each.customer_id == row.customer_id
        if is_mine and may_be_written(about) and each.can_get_letters(ways_of(config)):
            queue.add_notice(work, config, about, each)
