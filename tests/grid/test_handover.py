"""What a household's hub is told of its meter, in the form that the hub reads (tests/hand_over has the example)."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.handover import FORMAT, HandOver, handovers
from hanport.models import MODELS, Model, registered

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "hand_over" / "kamstrup-omnipower.json"


def handed(database: Database, facility_id: int) -> tuple[HandOver, ...]:
    with database.reading() as connection:
        at = database.clock.now()
        return handovers(connection, facility_id, at, company="Fjällnät AB", url="https://han.example.se")


def test_the_example_is_what_is_written(database: Database, town: Town) -> None:
    facility_id = town.facility()
    town.meter(facility_id, serial="12345678", maker="Kamstrup", model="OMNIPOWER")
    with database.writing("system") as work:
        work.connection.execute(update(tables.facility).values(gsrn="735999123456789018"))
    (made,) = handed(database, facility_id)
    assert made.file().decode() == EXAMPLE.read_text("utf-8")
    assert made.name == "hanport-handover-12345678.json"


def test_the_page_of_the_form_shows_the_example() -> None:
    page = (ROOT / "docs" / "hand-over.md").read_text("utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert block == EXAMPLE.read_text("utf-8")


def test_a_meter_that_is_not_known(database: Database, town: Town) -> None:
    facility_id = town.facility()
    town.meter(facility_id, maker="", model="")
    (made,) = handed(database, facility_id)
    assert json.loads(made.file())["may_be"] == []


async def test_only_meters_that_are_there_now(database: Database, town: Town, clock: ManualClock) -> None:
    facility_id = town.facility()
    assert handed(database, facility_id) == ()
    old = town.meter(facility_id, serial="OLD")
    change = clock.now() + timedelta(hours=1)
    with database.writing("system") as work:
        gone = update(tables.installation).where(tables.installation.c.meter_id == old)
        work.connection.execute(gone.values(ends_at=change))
    town.meter(facility_id, begins=change, serial="NEW")
    town.meter(town.facility(), serial="ELSEWHERE")
    assert [each.serial for each in handed(database, facility_id)] == ["OLD"]
    await clock.advance(3600)
    assert [each.serial for each in handed(database, facility_id)] == ["NEW"]
    town.meter(facility_id, begins=change, serial="SECOND")
    assert [each.serial for each in handed(database, facility_id)] == ["SECOND", "NEW"]


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_the_code_says_the_same_without_the_rows(clock: ManualClock, model: Model) -> None:
    made = HandOver(clock.now(), "Öst & <Väst>", "", "735999123456789018", "M/1", model.maker, model.display, (model,))
    whole, code = json.loads(made.file()), json.loads(made.code())
    assert whole["may_be"]
    for each in whole["may_be"]:
        assert each.pop("rows")
    assert whole == code
    assert made.code().isascii()
    assert made.name == "hanport-handover-M-1.json"


def test_the_code_can_be_drawn_and_is_named(clock: ManualClock) -> None:
    may_be = registered("Kamstrup", "OMNIPOWER")
    drawn = HandOver(clock.now(), "X", "", "735", "1", "Kamstrup", "OMNIPOWER", may_be).svg('For the "hub"')
    assert drawn.startswith('<svg role="img" aria-label="For the &quot;hub&quot;"')
    assert "style=" not in drawn
    assert FORMAT == "hanport-handover-v1"
    side = re.search(r'viewBox="0 0 (\d+) ', drawn)
    assert side is not None
    assert int(side[1]) <= 117, "no finer than a phone reads from a screen"
