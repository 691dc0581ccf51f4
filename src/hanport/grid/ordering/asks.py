"""Drafts that others ask for, as installers: the customer is told who asks, and signs, or does not.

Whoever asks learns whether the customer has signed and whether the port was opened, of the own drafts alone. Before
that, a facility that nobody knows, or whose port cannot be opened, is not told apart from one whose customer waits.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from hanport.errors import HanportError
from hanport.grid.config import GridConfig
from hanport.grid.database.draft_tables import draft_ask
from hanport.grid.database.tables import order, token
from hanport.grid.database.work import Work
from hanport.grid.identifiers import parse_gsrn
from hanport.grid.notices.occasion import Occasion
from hanport.grid.notices.owing import owe
from hanport.grid.ordering import taking
from hanport.grid.ordering.because import Because
from hanport.grid.ordering.papers import new_id
from hanport.grid.ordering.wish import OrderError, Wish
from hanport.grid.orders import Kind, State
from hanport.grid.tokens import Token

LASTS = timedelta(days=7)
KEPT = timedelta(days=90)
SHOWN = 100
_HOUR = timedelta(hours=1)
# So many may wait for the customer of one facility: more tell the customer nothing new.
_WAITING_AT_ONE = 3
_UNSIGNED = (State.DRAFT, State.AWAITING_SIGNATURE)


class AskState(StrEnum):
    """How it stands, as far as whoever asked may know."""

    WAITING = "waiting"  # nobody has signed yet
    ORDERED = "ordered"  # signed; the meter is on its way to it
    OPENED = "opened"  # the meter was read as open
    ALREADY = "already"  # it had been ordered before
    NOT_OPENED = "not_opened"  # declined, or there is no right to it
    EXPIRED = "expired"  # nobody has signed in time


class TooManyAsks(HanportError):
    """The token has asked too often. Nothing has changed."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("This token has asked for too many drafts within an hour.", "Try again later.")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked. The id is that of the draft that the customer signs."""

    id: str
    gsrn: str
    asked_at: datetime
    ends_at: datetime
    state: AskState


def ask(work: Work, config: GridConfig, by: Token, gsrn: str) -> Ask:
    """Ask the customer of a facility for the order to open its port; what waits already is given again. Raises
    TooManyAsks, IdentifierError.
    """
    number = parse_gsrn(gsrn)
    # One at a time of a token: what is counted stays so until the commit.
    work.connection.execute(select(token.c.id).where(token.c.id == by.id).with_for_update())
    earlier = _waiting(work, by.id, number)
    if earlier is not None:
        return earlier
    _hold_pace(work, by.id, config.limits.drafts_per_hour)
    drafted = _drafted(work, config, number, by.title)
    id, ends_at = drafted or new_id(), work.at + LASTS
    row = {"id": id, "token_id": by.id, "gsrn": number, "asked_at": work.at, "ends_at": ends_at}
    work.connection.execute(insert(draft_ask).values(row))
    work.note("draft.asked", order=id, facility=number, is_drafted=drafted is not None)
    return Ask(id, number, work.at, ends_at, AskState.WAITING)


def find(connection: Connection, by: Token, id: str, at: datetime) -> Ask | None:
    """One of the token's own."""
    row = connection.execute(_OWN.where(draft_ask.c.token_id == by.id, draft_ask.c.id == id)).one_or_none()
    return None if row is None else _told(row, at)


def asks_of(connection: Connection, by: Token, at: datetime) -> list[Ask]:
    """The token's own, the newest first."""
    chosen = _OWN.where(draft_ask.c.token_id == by.id).order_by(draft_ask.c.asked_at.desc(), draft_ask.c.id)
    return [_told(row, at) for row in connection.execute(chosen.limit(SHOWN))]


def forget_old(work: Work) -> None:
    """Take away who has asked for what, long after it ended. The order stays."""
    work.connection.execute(delete(draft_ask).where(draft_ask.c.asked_at <= work.at - KEPT))


_OWN: Select[Any] = select(draft_ask, order.c.state, order.c.why).outerjoin(order, order.c.id == draft_ask.c.id)


def _waiting(work: Work, token_id: int, gsrn: str) -> Ask | None:
    mine = _OWN.where(draft_ask.c.token_id == token_id, draft_ask.c.gsrn == gsrn, draft_ask.c.ends_at > work.at)
    found = (_told(row, work.at) for row in work.connection.execute(mine))
    return next((each for each in found if each.state is AskState.WAITING), None)


def _hold_pace(work: Work, token_id: int, most: int) -> None:
    lately = draft_ask.c.token_id == token_id, draft_ask.c.asked_at > work.at - _HOUR
    times = list(work.connection.execute(select(draft_ask.c.asked_at).where(*lately)).scalars())
    if len(times) >= most:
        left = min(times) + _HOUR - work.at
        raise TooManyAsks(max(1, round(left.total_seconds())))


def _drafted(work: Work, config: GridConfig, gsrn: str, who: str) -> str | None:
    """The draft's id; None where there is nobody to be asked, or nothing that could be opened."""
    others = select(func.count()).where(draft_ask.c.gsrn == gsrn, draft_ask.c.ends_at > work.at)
    if work.connection.execute(others).scalar_one() >= _WAITING_AT_ONE:
        return None
    try:
        order_id = taking.draft(work, config, Wish(Kind.OPEN, gsrn, reason=who), lasts=LASTS)
    except OrderError:
        return None
    facility_id = work.connection.execute(select(order.c.facility_id).where(order.c.id == order_id)).scalar_one()
    owe(work, Occasion.ASKED, facility_id, {"order_id": order_id})
    return order_id


def _told(row: Row[Any], at: datetime) -> Ask:
    return Ask(row.id, row.gsrn, row.asked_at, row.ends_at, _state(row, at))


def _state(row: Row[Any], at: datetime) -> AskState:
    """An order that there is not is one that nobody signs."""
    if row.state is None or State(row.state) in _UNSIGNED:
        return AskState.WAITING if at < row.ends_at else AskState.EXPIRED
    match State(row.state):
        case State.EXPIRED:
            return AskState.EXPIRED
        case State.READ_BACK:
            return AskState.OPENED
        case State.CANCELLED if row.why == Because.ASKED_ALREADY:
            return AskState.ALREADY
        case State.CANCELLED | State.REFUSED:
            return AskState.NOT_OPENED
    return AskState.ORDERED
