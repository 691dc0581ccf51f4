"""All with an open port of a model are told before it is changed, and nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from grid.conftest import START
from grid.notices.office import Office
from grid.ordering.desk import Desk
from grid.town import Town
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.notices.announcing import AnnouncementError, Plan, announce

SAYS = {"sv": "Telegrammen får fler rader.\nStarta om läsaren efteråt.", "en": "There will be more rows."}
PLAN = Plan("Kamstrup", "OMNIA", SAYS, START + timedelta(days=7))


def _open_port(town: Town, desk: Desk, email: str, **meter: Any) -> None:
    facility_id, customer_id = town.facility(), town.customer(email=email)
    meter_id = town.meter(facility_id, **meter)
    town.contract(facility_id, customer_id)
    desk.change(update(tables.port).where(tables.port.c.meter_id == meter_id).values(may_be_open=True))


def _announce(database: Database, plan: Plan = PLAN, staff: str = "anna") -> int:
    with database.writing("staff:anna") as work:
        return announce(work, plan, staff=staff)


def test_whoever_has_an_open_port_of_that_model(town: Town, desk: Desk, office: Office) -> None:
    _open_port(town, desk, "a@example.se")
    _open_port(town, desk, "b@example.se")
    _open_port(town, desk, "other@example.se", model="OMNIPOWER")
    _open_port(town, desk, "gone@example.se", begins=START + timedelta(days=1))
    town.household()  # its port is closed
    assert _announce(office.database) == 2
    assert desk.actions()[-1] == "notice.announced"
    assert office.spread() == 2
    said = [office.said(row) for row in office.messages()]
    assert [each.to for each in said] == ["a@example.se", "b@example.se"]
    assert said[0].subject == "Din elmätare ska uppdateras"
    assert "av modellen Kamstrup OMNIA, den 2026-12-02 09:00. Din HAN-port är öppen" in said[0].text
    assert SAYS["sv"] in said[0].text
    assert "/not-me/" not in said[0].text and "Tid:" not in said[0].text


def test_a_text_in_one_language_is_for_all(town: Town, desk: Desk, office: Office) -> None:
    _open_port(town, desk, "a@example.se")
    assert _announce(office.database, Plan("Kamstrup", "OMNIA", {"en": " More rows. ", "sv": " "})) == 1
    office.spread()
    text = office.said(office.messages()[0]).text
    assert "More rows.\n" in text and "OMNIA, inom kort." in text


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_what_cannot_be_announced(town: Town, desk: Desk, office: Office) -> None:
    _open_port(town, desk, "a@example.se")
    wrong: list[tuple[Plan, str, str]] = [
        (PLAN, " ", "who announces"),
        (Plan("Kamstrup", "", SAYS), "anna", "who announces"),
        (Plan("Kamstrup", "OMNIA", {"sv": "  "}), "anna", "who announces"),
        (Plan("Kamstrup", "OMNIA", {"fr": "Bonjour"}), "anna", "language"),
        (Plan("Kamstrup", "OMNIA", {"sv": "x" * 2001}), "anna", "longer than 2000"),
        (Plan("Kamstrup", "OMNIA", {"sv": "Ring 19121212-1212."}), "anna", "could be a person's"),
    ]
    for plan, staff, problem in wrong:
        with pytest.raises(AnnouncementError, match=problem) as caught:
            _announce(office.database, plan, staff)
        assert "1212" not in str(caught.value)
    silent = Database(office.database.engine, office.database.keyring, office.database.clock, tells=False)
    with pytest.raises(AnnouncementError, match="no way"):
        _announce(silent)
    assert office.occasions() == []
