"""Erasing a person: when it is refused, what goes, what stays whole, and what is told to the person before."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, update

from grid.conftest import START
from grid.planted import found_in
from grid.town import Town, person_number
from hanport.grid import people
from hanport.grid.audit.reading import entries_of
from hanport.grid.audit.verify import verify
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.disclosure import disclose
from hanport.grid.erasure import Erased, ErasureRefused, erase, objections
from hanport.grid.orders import Kind, State
from hanport.grid.register.facts import facts_of
from hanport.grid.right import right

YEAR = timedelta(days=365)
NUMBER = person_number(4000)
LONG_AGO = START - 5 * YEAR


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody whose contract ended five years ago, with a meter, an order that stands and its evidence."""

    town: Town
    person_id: int
    customer_id: int
    facility_id: int
    meter_id: int
    contract_id: int
    order_id: str

    def set(self, table: Table, **columns: object) -> None:
        with self.town.database.writing("system") as work:
            work.connection.execute(update(table).values(columns))


@pytest.fixture
def leaver(town: Town, database: Database) -> Leaver:
    person_id = town.person(NUMBER)
    told: dict[str, Any] = {
        "address": "Storgatan 9",
        "email": "astrid@example.se",
        "phone": "070-1740605",
        "is_protected": False,
    }
    customer_id = town.customer(person_id, **told)
    facility_id = town.facility()
    meter_id = town.meter(facility_id)
    contract_id = town.contract(facility_id, customer_id, ends=LONG_AGO)
    columns = {"signed_at": LONG_AGO - YEAR, "created_at": LONG_AGO - YEAR, "state": State.READ_BACK.value}
    sealed = database.keyring.seal(b"passport 4711", "evidence")
    order_id = town.request(contract_id, customer_id, evidence_sealed=sealed, reason="as she said", **columns)
    with database.writing("customer") as work:
        work.note("order.signed", person_id=person_id, order=order_id)
    return Leaver(town, person_id, customer_id, facility_id, meter_id, contract_id, order_id)


def erased(database: Database, person_id: int, years: int = 3) -> Erased:
    with database.writing("staff:anna") as work:
        return erase(work, person_id, retention_years=years)


def test_all_that_names_the_person_goes(database: Database, leaver: Leaver) -> None:
    assert erased(database, leaver.person_id) == Erased(1, 1)
    with database.reading() as connection:
        row = connection.execute(select(tables.person)).one()
        assert tuple(row) == (leaver.person_id, None, None, None, START)
        customer = connection.execute(select(tables.customer)).one()
        assert (customer.key, customer.name, customer.address, customer.email, customer.phone) == (
            f"erased-{customer.id}", "", "", "", "",
        )  # fmt: skip
        order = connection.execute(select(tables.order)).one()
        assert (order.evidence_sealed, order.reason, order.withdrawn_at) == (None, "", START)
        assert people.find(connection, database.keyring, NUMBER) is None
        assert people.number_of(connection, database.keyring, leaver.person_id) is None


def test_the_log_stays_whole_and_leads_nowhere(database: Database, leaver: Leaver) -> None:
    with database.reading() as connection:
        (before,) = entries_of(connection, database.keyring, leaver.person_id)
    erased(database, leaver.person_id)
    with database.reading() as connection:
        assert entries_of(connection, database.keyring, leaver.person_id) == []
        assert verify(connection, database.keyring).is_whole
        texts = list(
            connection.execute(select(tables.audit_entry.c.entry).order_by(tables.audit_entry.c.seq)).scalars()
        )
    last = json.loads(texts[-1])
    assert (last["action"], last["actor"], last["subject"]) == ("person.erased", "staff:anna", None)
    assert last["facts"] == {"pseudonym": before.subject, "customers": 1, "orders": 1, "notices": 0}
    assert f'"{before.subject}"' in texts[0]


def test_whoever_comes_back_is_somebody_new(database: Database, leaver: Leaver) -> None:
    erased(database, leaver.person_id)
    with database.writing("system") as work:
        again = people.find_or_add(work, NUMBER)
        work.note("customer.added", person_id=again)
    assert again != leaver.person_id
    with database.reading() as connection:
        assert [each.action for each in entries_of(connection, database.keyring, again)] == ["customer.added"]


def test_a_contract_set_right_again_does_not_revive_the_order(database: Database, leaver: Leaver) -> None:
    erased(database, leaver.person_id)
    leaver.set(tables.contract, ends_at=None)
    with database.reading() as connection:
        facts = facts_of(connection, [leaver.facility_id])[leaver.facility_id]
    assert not right(facts, leaver.meter_id, START).is_open


def test_twice_is_refused(database: Database, leaver: Leaver) -> None:
    erased(database, leaver.person_id)
    for nobody in (leaver.person_id, 4711):
        with pytest.raises(ErasureRefused, match="no such person"):
            erased(database, nobody)


def _agent(leaver: Leaver, ends: datetime | None) -> None:
    """The leaver may act for another, and has opened that customer's port."""
    holder = leaver.town.customer()
    contract_id = leaver.town.contract(leaver.facility_id, holder, ends=ends)
    columns: dict[str, Any] = {"signed_at": LONG_AGO, "created_at": LONG_AGO, "state": State.READ_BACK.value}
    power_id = leaver.town.power(holder, leaver.person_id, ends_at=LONG_AGO + YEAR)
    leaver.town.request(contract_id, holder, person_id=leaver.person_id, power_id=power_id, **columns)


def _opened(leaver: Leaver, order_id: str | None = None, at: datetime = LONG_AGO) -> None:
    command = {"id": f"C{at:%Y%m%d}", "meter_id": leaver.meter_id, "kind": "open", "state": "done", "why": "right"}
    command |= {"order_id": order_id or leaver.order_id, "created_at": at, "not_before": at}
    with leaver.town.database.writing("system") as work:
        work.connection.execute(insert(tables.command).values(command))
    leaver.set(tables.port, may_be_open=True)


REFUSED: dict[str, tuple[Callable[[Leaver], object], str]] = {
    "the contract runs": (lambda leaver: leaver.set(tables.contract, ends_at=None), "A contract of this person runs"),
    "it ends later": (lambda leaver: leaver.set(tables.contract, ends_at=START + YEAR), "A contract of this person"),
    "another contract runs": (
        lambda leaver: leaver.town.contract(leaver.facility_id, leaver.customer_id), "A contract of this person runs"
    ),
    "a power runs": (
        lambda leaver: leaver.town.power(leaver.town.customer(), leaver.person_id), "This person may act for another"
    ),
    "the port may be open": (_opened, "A port may be open"),
    "an order to close is under way": (
        lambda leaver: leaver.set(tables.order, kind=Kind.CLOSE.value, state=State.SENT.value), "An order of this"
    ),
    "an order for another stands": (lambda leaver: _agent(leaver, None), "An order of this person is under way"),
    "claims can be made": (lambda leaver: leaver.set(tables.contract, ends_at=START - YEAR), "not over .3 years."),
    "an order ended lately": (
        lambda leaver: leaver.set(tables.order, ended_at=START - 2 * YEAR), "Erase from 2027-11-26 on"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_while(database: Database, leaver: Leaver, name: str) -> None:
    change, problem = REFUSED[name]
    change(leaver)
    with pytest.raises(ErasureRefused, match=problem) as caught:
        erased(database, leaver.person_id)
    assert found_in(str(caught.value).encode(), NUMBER) == []
    with database.reading() as connection:
        assert people.number_of(connection, database.keyring, leaver.person_id) == NUMBER
        assert connection.execute(select(tables.order.c.evidence_sealed)).scalars().first() is not None


def _opened_by_another_since(leaver: Leaver) -> None:
    _opened(leaver)
    newcomer = leaver.town.customer()
    _opened(leaver, leaver.town.request(leaver.town.contract(leaver.facility_id, newcomer), newcomer), START)


def _closed_since(leaver: Leaver) -> None:
    _opened(leaver)
    leaver.set(tables.port, may_be_open=False)


def _left_to_another_holder(leaver: Leaver) -> None:
    leaver.set(tables.contract, ends_at=None)
    leaver.set(tables.contract_holder, ends_at=LONG_AGO)


def _died(leaver: Leaver) -> None:
    leaver.set(tables.contract, ends_at=None)
    leaver.set(tables.customer, died_at=LONG_AGO)


def _opened_for_another(leaver: Leaver) -> None:
    _agent(leaver, LONG_AGO + YEAR)


ALLOWED = [_opened_by_another_since, _closed_since, _left_to_another_holder, _died, _opened_for_another]


@pytest.mark.parametrize("change", ALLOWED)
def test_it_is_done_although(database: Database, leaver: Leaver, change: Callable[[Leaver], None]) -> None:
    change(leaver)
    assert erased(database, leaver.person_id).customers == 1


def test_powers_that_were_given_end(database: Database, leaver: Leaver) -> None:
    power_id = leaver.town.power(leaver.customer_id, leaver.town.person())
    erased(database, leaver.person_id)
    with database.reading() as connection:
        ends = connection.execute(select(tables.power.c.ends_at).where(tables.power.c.id == power_id)).scalar_one()
    assert ends == START


def test_without_time_for_claims_it_is_done_at_once(database: Database, leaver: Leaver) -> None:
    leaver.set(tables.contract, ends_at=START)
    with database.reading() as connection:
        assert [each.remedy for each in objections(connection, leaver.person_id, START, 3)] == [
            "Erase from 2029-11-26 on."
        ]
    assert erased(database, leaver.person_id, years=0) == Erased(1, 1)


def test_a_leap_day_has_its_years_too(database: Database, leaver: Leaver) -> None:
    leaver.set(tables.contract, ends_at=START.replace(year=2024, month=2, day=29))
    with database.reading() as connection:
        found = [each.remedy for each in objections(connection, leaver.person_id, START, 3)]
    assert found == ["Erase from 2027-03-02 on."]


def test_what_is_known_is_told_to_the_person(database: Database, leaver: Leaver) -> None:
    agent_id = leaver.town.person()
    leaver.town.power(leaver.customer_id, agent_id, facility_id=leaver.facility_id)
    with database.reading() as connection:
        told = json.loads(json.dumps(disclose(connection, database.keyring, leaver.person_id)))
        agents = disclose(connection, database.keyring, agent_id)
    assert told["person"] == {"number": NUMBER.masked, "erased_at": None}
    (customer,) = told["customers"]
    assert (customer["name"][:4], customer["phone"]) == ("Kund", "070-1740605")
    assert customer["contracts"][0]["contract_ends_at"] == LONG_AGO.isoformat()
    assert [(each["role"], each["basis"]) for each in told["powers"]] == [("grantor", "power")]
    (order,) = told["orders"]
    assert (order["id"], order["made_by"], order["evidence_is_kept"]) == (leaver.order_id, "this person", True)
    assert [(each["by"], each["action"]) for each in told["log"]] == [("customer", "order.signed")]
    assert found_in(json.dumps(told).encode(), NUMBER) == []
    assert [each["role"] for each in agents["powers"]] == ["agent"]  # type: ignore[attr-defined]
    assert "Kund" not in json.dumps(agents)


def test_the_address_of_a_protected_identity_is_not_told(database: Database, leaver: Leaver) -> None:
    leaver.set(tables.customer, is_protected=True)
    with database.reading() as connection:
        told = json.dumps(disclose(connection, database.keyring, leaver.person_id))
    assert "Storgatan" not in told


def test_of_one_who_is_erased_little_is_known(database: Database, leaver: Leaver) -> None:
    erased(database, leaver.person_id)
    with database.reading() as connection:
        told = disclose(connection, database.keyring, leaver.person_id)
    assert told["person"] == {"number": None, "erased_at": START.isoformat()}
    assert told["log"] == []
