""" "My port has stopped": the meter is restarted from afar where it can be, else by its guide or on a visit.

A meter that is restarted again and again is proposed for exchange.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from hanport.doctor.guide import guide_of
from hanport.grid.alarms import raise_alarm
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import order
from hanport.grid.database.work import Work
from hanport.grid.ordering import acting
from hanport.grid.ordering.because import Because
from hanport.grid.ordering.meters import InstalledMeter, meter_by_id
from hanport.grid.ordering.papers import Signed, keep_signed, refuse, stands
from hanport.grid.ordering.progress import moved
from hanport.grid.ordering.repeats import repeated
from hanport.grid.ordering.wish import Taken
from hanport.grid.orders import Event, Kind, State
from hanport.grid.reconcile.review import review
from hanport.grid.right import Why, right
from hanport.models import MODELS

EXCHANGE_PROPOSED = "exchange_proposed"  # alarm; subject: the meter's serial number
_COUNTED_FOR = timedelta(days=365)
_NOT_COUNTED = (State.DRAFT, State.AWAITING_SIGNATURE, State.REFUSED, State.CANCELLED, State.EXPIRED)


def judge_restart(work: Work, config: GridConfig, signed: Signed) -> Taken:
    """Take the order of somebody whose port may be open."""
    meter_id = signed.draft.meter_id
    assert meter_id is not None
    asked = acting.to_open(signed.facts, signed.asking)
    if isinstance(asked, Why):
        return refuse(work, signed, asked.value)
    answer = right(signed.facts, meter_id, work.at)
    if not answer.is_open:
        return refuse(work, signed, answer.why.value)
    earlier = repeated(work, signed)
    if earlier is not None:
        return earlier
    about = {"contract_id": asked.contract_id, "customer_id": asked.customer_id}
    keep_signed(work, signed, then=Event.CHECK_RIGHT, about=about)
    meter = meter_by_id(work.connection, meter_id)
    _propose_exchange(work, config, meter)
    if meter.can_restart:
        review(work, config, [meter_id])
    else:
        moved(work, signed.draft.id, Event.CALL_VISIT, Because.CANNOT_RESTART)
    return stands(work.connection, signed.draft.id)


def guide_key(meter: InstalledMeter) -> str:
    """The key of the guide (catalog `doctor`) by which people restart that meter themselves."""
    name = f"{meter.maker} {meter.model}".casefold()
    known = next((each for each in MODELS.values() if name in (each.display.casefold(), each.name)), None)
    return guide_of(known)


def restarts_of(connection: Connection, meter_id: int, at: datetime) -> int:
    """How often the meter was to be restarted within the last year."""
    chosen = select(func.count()).where(
        order.c.meter_id == meter_id,
        order.c.kind == Kind.RESTART.value,
        order.c.signed_at > at - _COUNTED_FOR,
        order.c.state.not_in([state.value for state in _NOT_COUNTED]),
    )
    return connection.execute(chosen).scalar_one()


def _propose_exchange(work: Work, config: GridConfig, meter: InstalledMeter) -> None:
    count = restarts_of(work.connection, meter.id, work.at)
    if count >= config.warranty.restarts_before_exchange:
        says = f"Meter {meter.serial} was to be restarted {count} times within a year: exchange it."
        raise_alarm(work, EXCHANGE_PROPOSED, meter.serial, says)
