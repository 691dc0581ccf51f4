"""Writes down that customers are to be told of something, in the transaction in which it happens.

One row, and nothing is looked up for it: an order must not wait for what is told of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert

from hanport.grid.database.notice_tables import notice
from hanport.grid.database.work import Work
from hanport.grid.notices.occasion import STEPS, Occasion
from hanport.grid.ordering.because import MEANINGS, Because
from hanport.grid.orders import Kind, State
from hanport.grid.right import Facts, Request

# Whose port was open by a right that ended longer ago has another life since, and is not told of it.
_TOLD_WITHIN = timedelta(days=14)
# The order that took these back is told of itself.
_TOLD_OTHERWISE = frozenset({Because.CLOSED, Because.OPENED_AGAIN, Because.ASKED_ALREADY})
_ADD = insert(notice).inline()  # its id is asked for by nobody


@dataclass(frozen=True, slots=True)
class Step:
    """An order that is in a state now. `why` is a word for programs, or what somebody wrote."""

    order_id: str
    kind: Kind
    state: State
    facility_id: int
    why: str = ""


def owe_step(work: Work, step: Step) -> None:
    """The holders are to be told of that step, if it is one that they are told of."""
    occasion = STEPS.get((step.kind, step.state))
    if occasion is None or (occasion is Occasion.CANCELLED and step.why in _TOLD_OTHERWISE):
        return
    why = step.why if step.why in MEANINGS else ""  # what somebody wrote stays with the order, and goes with it
    owe(work, occasion, step.facility_id, {"order_id": step.order_id, "why": why})


def owe_ended(work: Work, facts: Facts, meter_id: int, *, ended_at: datetime, why: str) -> None:
    """A port was read as closed, because the right to it had ended at that instant: its last holders are told."""
    asked = [each for each in facts.requests if each.signed_at <= ended_at]
    if asked and work.at - ended_at <= _TOLD_WITHIN:
        last = max(asked, key=lambda each: (each.signed_at, each.order_id))
        about = {"order_id": last.order_id, "contract_id": last.contract_id, "meter_id": meter_id, "why": why}
        owe(work, Occasion.ENDED, facts.facility_id, about)


def owe_exchanged(work: Work, facts: Facts, meter_id: int, request: Request) -> None:
    """A port was read as open: where its meter came after the order was signed, and took another's place, the holders
    are told.
    """
    here = [each for each in facts.installations if each.period.holds(work.at)]
    came_at = max((each.period.begins for each in here if each.meter_id == meter_id), default=request.signed_at)
    is_second = any(each.meter_id != meter_id and each.period.begins < came_at for each in facts.installations)
    if request.signed_at < came_at and is_second:
        about = {"order_id": request.order_id, "contract_id": request.contract_id, "meter_id": meter_id}
        owe(work, Occasion.EXCHANGED, facts.facility_id, about)


def owe(work: Work, occasion: Occasion, facility_id: int, about: dict[str, object]) -> None:
    """The holders of the facility's contract are to be told. `about`: columns of `notice` besides, of which
    `customer_id` means that customer alone.
    """
    if work.tells:
        row = {"occasion": occasion.value, "facility_id": facility_id, "happened_at": work.at}
        work.connection.execute(_ADD, row | about)
