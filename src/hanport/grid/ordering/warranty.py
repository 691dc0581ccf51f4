"""Another HAN adapter: free within the warranty, which counts from the day on which the old one was fitted."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import adapter
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.ordering import acting
from hanport.grid.ordering.because import Because
from hanport.grid.ordering.meters import meter_by_id
from hanport.grid.ordering.papers import Signed, held_row, keep_signed, refuse, stands
from hanport.grid.ordering.progress import moved
from hanport.grid.ordering.repeats import repeated
from hanport.grid.ordering.wish import OrderError, PriceNotAccepted, Taken
from hanport.grid.orders import Event, Kind, State, step
from hanport.grid.right import Why
from hanport.grid.workdays import STOCKHOLM


@dataclass(frozen=True, slots=True)
class Offer:
    """What another adapter costs, before anybody orders it. `covered_until` is the first day without warranty."""

    adapter_serial: str
    fitted_on: date
    covered_until: date
    price_ore: int


def offer(connection: Connection, config: GridConfig, meter_id: int, at: datetime) -> Offer:
    """By the adapter that was fitted to the meter last. Raises OrderError where none is known."""
    chosen = select(adapter.c.serial, adapter.c.fitted_on).where(adapter.c.meter_id == meter_id)
    row = connection.execute(chosen.order_by(adapter.c.fitted_on.desc(), adapter.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        raise OrderError("No HAN adapter is known in the meter.", "The company enters it when it is fitted.")
    until = _years_later(row.fitted_on, config.warranty.years)
    is_covered = at.astimezone(STOCKHOLM).date() < until
    return Offer(row.serial, row.fitted_on, until, 0 if is_covered else config.warranty.price_sek * 100)


def accepted_price(offered: Offer, *, is_accepted: bool) -> int:
    """The price in öre, which was said yes to or is none. Raises PriceNotAccepted."""
    if offered.price_ore and not is_accepted:
        raise PriceNotAccepted(offered.price_ore)
    return offered.price_ore


def judge_warranty(work: Work, config: GridConfig, signed: Signed) -> Taken:
    """Take the order; somebody goes there with another adapter."""
    meter_id = signed.draft.meter_id
    assert meter_id is not None
    asked = acting.to_open(signed.facts, signed.asking)
    if isinstance(asked, Why):
        return refuse(work, signed, asked.value)
    earlier = repeated(work, signed)
    if earlier is not None:
        return earlier
    about = {"contract_id": asked.contract_id, "customer_id": asked.customer_id}
    keep_signed(work, signed, then=Event.CHECK_RIGHT, about=about)
    why = Because.OUT_OF_WARRANTY if signed.draft.price_ore else Because.IN_WARRANTY
    moved(work, signed.draft.id, Event.CALL_VISIT, why)
    return stands(work.connection, signed.draft.id)


def done(work: Work, order_id: str, staff: str, new_serial: str) -> State:
    """Another adapter was fitted today. Raises OrderError, ImpossibleStep."""
    row = held_row(work, order_id)
    if row.kind != Kind.WARRANTY.value:
        raise OrderError(f"{order_id} is no order of another adapter.", "`hanport grid order list` shows the orders.")
    step(State(row.state), Event.CONFIRM)
    serial = new_serial.strip()
    if not serial or work.connection.execute(select(adapter.c.id).where(adapter.c.serial == serial)).scalar():
        raise OrderError("The new adapter needs a serial number of its own.", "It is printed on the adapter.")
    state = moved(work, order_id, Event.CONFIRM)
    today = work.at.astimezone(STOCKHOLM).date()
    work.connection.execute(insert(adapter).values(serial=serial, meter_id=row.meter_id, fitted_on=today))
    meter_serial = meter_by_id(work.connection, row.meter_id).serial
    work.note("adapter.added", meter=meter_serial, adapter=serial, order=order_id, staff=tidy(staff))
    return state


def _years_later(day: date, years: int) -> date:
    """29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
