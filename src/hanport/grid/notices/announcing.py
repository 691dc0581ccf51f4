"""Before the firmware or the profile of a model is changed, all whose port is open are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, literal, or_, select

from hanport.errors import HanportError
from hanport.grid.database.notice_tables import announcement, notice
from hanport.grid.database.tables import installation, meter, port
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.masking import MASK, masked_name
from hanport.grid.notices.occasion import Occasion
from hanport.locale import LANGUAGES

LONGEST = 2000  # signs


class AnnouncementError(HanportError):
    """It cannot be announced so. Nobody is told anything."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned for which meters, and what staff say of it: language -> text. Of one language it is for all."""

    maker: str
    model: str
    says: Mapping[str, str]
    planned_at: datetime | None = None


def announce(work: Work, plan: Plan, *, staff: str) -> int:
    """Have all holders told whose meter of that model has an open port now; gives the count of facilities. Raises
    AnnouncementError.
    """
    says = _checked(work, plan, staff)
    row = {
        "maker": plan.maker,
        "model": plan.model,
        "planned_at": plan.planned_at,
        "says": says,
        "made_by": tidy(staff),
        "made_at": work.at,
    }
    made = work.connection.execute(insert(announcement).values(row).returning(announcement.c.id)).scalar_one()
    chosen = (
        select(
            literal(Occasion.ANNOUNCED.value),
            installation.c.facility_id,
            installation.c.meter_id,
            literal(made, announcement.c.id.type),
            literal(work.at, notice.c.happened_at.type),
        )
        .join(meter, meter.c.id == installation.c.meter_id)
        .join(port, port.c.meter_id == meter.c.id)
        .where(meter.c.maker == plan.maker, meter.c.model == plan.model, port.c.may_be_open)
        .where(installation.c.begins_at <= work.at)
        .where(or_(installation.c.ends_at.is_(None), installation.c.ends_at > work.at))
    )
    columns = ["occasion", "facility_id", "meter_id", "announcement_id", "happened_at"]
    work.connection.execute(insert(notice).from_select(columns, chosen))
    counted = select(func.count()).where(notice.c.announcement_id == made)
    count: int = work.connection.execute(counted).scalar_one()
    work.note("notice.announced", announcement=made, maker=plan.maker, model=plan.model, facilities=count)
    return count


def _checked(work: Work, plan: Plan, staff: str) -> dict[str, str]:
    """The texts without white space around them."""
    says = {language: said.strip() for language, said in plan.says.items() if said.strip()}
    if not staff.strip() or not plan.model.strip() or not says:
        raise AnnouncementError("It is not said who announces what of which model.", "Give a name, a model and a text.")
    if not work.tells:
        raise AnnouncementError("There is no way to tell customers.", "Set [mail], [sms] or [company] address.")
    if set(says) - set(LANGUAGES):
        raise AnnouncementError("A text is in a language that notices do not have.", "Write it in sv, en or both.")
    for said in says.values():
        if len(said) > LONGEST:
            raise AnnouncementError(f"A text is longer than {LONGEST} signs.", "Shorten it.")
        if MASK in masked_name(said):
            remedy = "Leave it out: how the company is reached stands below each notice."
            raise AnnouncementError("A number in the text could be a person's.", remedy)
    return says
