"""Codes by letter: who gets one, what it opens, and what nobody learns who has none."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from grid.notices.office import CONFIG, ON_ONE, ONLY_MAIL, Office, config_with
from grid.ordering.desk import Desk
from grid.planted import found_in, stored_at
from grid.reconcile.hands import Hands, later
from grid.town import Town, gsrn, person_number
from hanport.clock import ManualClock
from hanport.grid.config import LimitsTable, WebTable
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.identifiers import IdentifierError, Number
from hanport.grid.letters import codes, queue, signs
from hanport.grid.letters.codes import CodeRight, CodesNotOffered
from hanport.grid.letters.printing import Printing, print_waiting
from hanport.grid.ordering.taking import Taken, Wish, take
from hanport.grid.orders import Kind, State
from hanport.grid.right import IdentityCheck

HOME = {"address": "Storgatan 1, 780 67 Sälen"}


class Counter:
    """Asks for codes and uses them, as pages do."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder, self.database = office, folder, office.database

    def order(self, digits: str, number: Number | None = None) -> None:
        with self.database.writing("customer") as work:
            codes.order_code(work, self.office.config, digits, number)

    def print(self) -> list[str]:
        """Have Anna print all that wait, and read the codes off the paper."""
        keyring = self.database.keyring
        waiting = [row for row in self.office.letters() if row.state == "waiting"]
        if waiting:
            print_waiting(self.office.grid, Printing(self.folder / f"{len(self.office.letters())}.pdf", "anna"))
        return [queue.unseal(keyring, row.secret_sealed).code for row in waiting]

    def redeem(self, digits: str, code: str) -> CodeRight | None:
        with self.database.writing("customer") as work:
            return codes.redeem(work, self.office.config, digits, code)

    def follow(self, digits: str, code: str) -> CodeRight | None:
        with self.database.writing("customer") as work:
            return codes.follow(work, self.office.config, digits, code)

    def close(self, digits: str, code: str) -> Taken | None:
        with self.database.writing("customer") as work:
            return codes.close(work, self.office.config, digits, code)


@pytest.fixture
def counter(office: Office, tmp_path: Path) -> Counter:
    return Counter(office, tmp_path)


def _household(town: Town, **columns: Any) -> tuple[str, int, int, int]:
    """(GSRN, meter, customer, contract) of somebody with an address."""
    facility_id = town.facility()
    customer_id = town.customer(**HOME | columns)
    meter_id = town.meter(facility_id)
    contract_id = town.contract(facility_id, customer_id)
    with town.database.reading() as connection:
        found = connection.execute(select(tables.facility.c.gsrn).where(tables.facility.c.id == facility_id))
        return found.scalar_one(), meter_id, customer_id, contract_id


def test_a_code_signs_in_once_and_orders(town: Town, desk: Desk, counter: Counter) -> None:
    digits, meter_id, customer_id, contract_id = _household(town)
    counter.order(digits)
    assert counter.redeem(digits, "22222-22222") is None  # nothing is printed yet
    (code,) = counter.print()
    right = counter.redeem(digits, f" {signs.grouped(code).lower()}")
    assert right is not None and right.identity is not None
    assert (right.contract_id, right.customer_id, right.person_id) == (
        contract_id,
        customer_id,
        desk.person(customer_id),
    )
    identity = right.identity
    assert (identity.how, identity.staff, identity.checked_at) == (
        IdentityCheck.LETTER,
        "anna",
        right.identity.checked_at,
    )
    assert codes.identity_by(identity.number, identity.evidence) == identity
    with counter.database.writing("customer") as work:
        taken = take(work, CONFIG, Wish(Kind.OPEN, digits), identity)
    assert taken.state is State.RIGHT_CHECKED
    row = desk.row(taken.order_id)
    assert (row.identity, row.staff, row.person_id) == ("letter", "anna", right.person_id)
    assert ("open", "queued", taken.order_id) in desk.commands(meter_id)
    again = counter.redeem(digits, code)
    assert again is not None and again.identity is None and again.contract_id == contract_id
    actions = [each for each in desk.actions() if each.startswith("code.")]
    assert actions == ["code.ordered", "code.redeemed", "code.followed"]


@ON_ONE
def test_later_it_sees_and_closes(town: Town, desk: Desk, hands: Hands, counter: Counter) -> None:
    digits, meter_id, customer_id, _ = _household(town)
    counter.order(digits)
    (code,) = counter.print()
    counter.redeem(digits, code)
    opening = desk.order(Kind.OPEN, 1, desk.person(customer_id))
    hands.opened()
    seen = counter.follow(digits, code)
    assert seen is not None and seen.identity is None
    taken = counter.close(digits, code)
    assert taken is not None and desk.commands(meter_id)[-1] == ("close", "queued", taken.order_id)
    row = desk.row(taken.order_id)
    assert (row.reason, row.person_id, row.staff) == ("letter_code", None, None)
    assert desk.row(opening.order_id).withdrawn_at is not None
    again = counter.close(digits, code)
    assert again is not None and (again.order_id, again.is_repeat) == (taken.order_id, True)


@ON_ONE
def test_it_closes_without_having_signed_in(town: Town, desk: Desk, hands: Hands, counter: Counter) -> None:
    digits, _, customer_id, _ = _household(town)
    desk.order(Kind.OPEN, 1, desk.person(customer_id))
    hands.opened()
    counter.order(digits)
    (code,) = counter.print()
    assert counter.close(digits, code) is not None
    right = counter.redeem(digits, code)
    assert right is not None and right.identity is not None


@ON_ONE
def test_a_company_sees_and_closes_but_nobody_is_signed_in(
    town: Town, desk: Desk, hands: Hands, counter: Counter
) -> None:
    for kind in ("legal", "estate"):
        digits, meter_id, _, _ = _household(town, kind=kind)
        counter.order(digits)
        (code,) = counter.print()
        for _ in range(2):
            right = counter.redeem(digits, code)
            assert right is not None and right.identity is None
        taken = counter.close(digits, code)
        assert taken is not None and taken.state is State.RIGHT_CHECKED
        assert ("read", "queued", None) in desk.commands(meter_id)


@ON_ONE
def test_nobody_learns_whether_there_is_such_a_facility(town: Town, desk: Desk, counter: Counter) -> None:
    with_nobody, *_ = _household(town, address="")
    for digits in (gsrn(999), with_nobody):
        counter.order(digits)
        for code in ("ABCDE-FGHJK", "", "no code"):
            assert counter.redeem(digits, code) is None
            assert counter.close(digits, code) is None
    assert counter.office.letters() == []
    assert not [each for each in desk.actions() if each.startswith("code")]
    for use in (counter.order, lambda digits: counter.redeem(digits, "ABCDE-FGHJK")):
        with pytest.raises(IdentifierError):
            use("735999000000000014")


@ON_ONE
async def test_not_more_than_one_a_day_and_three_a_month(town: Town, counter: Counter, clock: ManualClock) -> None:
    digits, *_ = _household(town)
    for _ in range(3):
        counter.order(digits)
    assert len(counter.office.letters()) == 1
    await later(clock, days=2)
    counter.order(digits)  # the first one waits still
    assert len(counter.office.letters()) == 1
    counter.print()
    for _ in range(9):
        counter.order(digits)
        counter.print()
        await later(clock, days=2)
    assert len(counter.office.letters()) == 3
    await later(clock, days=14)
    counter.order(digits)
    assert len(counter.office.letters()) == 4


def test_each_holder_gets_one_or_the_one_who_is_named(town: Town, desk: Desk, counter: Counter) -> None:
    numbers = [person_number(8000 + n) for n in range(3)]
    facility_id = town.facility()
    holders = [town.customer(town.person(number), **HOME) for number in numbers]
    town.contract(facility_id, *holders[:2])
    digits = desk.gsrn(facility_id)
    counter.order(digits, numbers[2])
    counter.order(digits, person_number(8009))
    assert counter.office.letters() == []
    counter.order(digits, numbers[1])
    assert [row.customer_id for row in counter.office.letters()] == [holders[1]]
    counter.order(digits)
    assert [row.customer_id for row in counter.office.letters()] == [holders[1], holders[0]]
    first, second = counter.print()
    rights = [counter.redeem(digits, code) for code in (first, second)]
    assert [right.identity.number for right in rights if right and right.identity] == [numbers[1], numbers[0]]
    stored = stored_at(counter.database.engine.url)
    for code in (first, second):
        assert code.encode() not in stored and signs.grouped(code).encode() not in stored
    for number in numbers:
        assert found_in(stored + repr(rights).encode(), number) == []


def test_wrong_tries_count_against_the_letter_that_is_meant(town: Town, counter: Counter) -> None:
    digits, *_ = _household(town)
    counter.order(digits)
    (code,) = counter.print()
    wrong = code[:5] + ("22222" if code[5:] != "22222" else "33333")
    for _ in range(20):  # a stranger who does not have the letter
        assert counter.redeem(digits, "ZZZZZ-ZZZZZ" if code[:5] != "ZZZZZ" else "YYYYY-YYYYY") is None
    for _ in range(4):
        assert counter.redeem(digits, wrong) is None
    assert counter.redeem(digits, code) is not None
    assert counter.redeem(digits, wrong) is None
    assert counter.redeem(digits, code) is None  # the fifth was one too many
    assert counter.close(digits, code) is None


@ON_ONE
async def test_it_ends_after_thirty_days(town: Town, counter: Counter, clock: ManualClock) -> None:
    digits, *_ = _household(town)
    counter.order(digits)
    await later(clock, days=20)
    (code,) = counter.print()
    await later(clock, days=29, hours=23)
    assert counter.follow(digits, code) is not None
    await later(clock, hours=1)
    assert counter.redeem(digits, code) is None


@ON_ONE
def test_it_ends_with_the_contract(town: Town, desk: Desk, counter: Counter) -> None:
    digits, _, _, contract_id = _household(town)
    counter.order(digits)
    (code,) = counter.print()
    at = counter.database.clock.now()
    desk.change(update(tables.contract).values(ends_at=at))
    assert counter.redeem(digits, code) is None
    desk.change(update(tables.contract).values(ends_at=None))
    desk.change(update(tables.contract_holder).values(ends_at=at))
    assert counter.redeem(digits, code) is None
    desk.change(update(tables.contract_holder).values(ends_at=None))
    desk.change(update(tables.customer).values(died_at=at))
    assert counter.redeem(digits, code) is None
    desk.change(update(tables.customer).values(died_at=None))
    right = counter.redeem(digits, code)
    assert right is not None and right.contract_id == contract_id


@ON_ONE
def test_a_code_is_of_one_facility(town: Town, counter: Counter) -> None:
    digits, *_ = _household(town)
    elsewhere, *_ = _household(town)
    counter.order(digits)
    (code,) = counter.print()
    assert counter.redeem(elsewhere, code) is None


def test_two_at_once_sign_in_once(database: Database, town: Town, counter: Counter) -> None:

    digits, *_ = _household(town)
    counter.order(digits)
    (code,) = counter.print()
    with ThreadPoolExecutor(4) as pool:
        rights = list(pool.map(lambda _: counter.redeem(digits, code), range(4)))
    assert sum(right is not None and right.identity is not None for right in rights) == 1


@ON_ONE
def test_where_codes_are_not_offered(town: Town, counter: Counter) -> None:
    digits, *_ = _household(town)
    assert codes.are_offered(CONFIG)
    for config in (ONLY_MAIL, config_with(web=WebTable())):
        assert not codes.are_offered(config)
        counter.office.config = config
        with pytest.raises(CodesNotOffered):
            counter.order(digits)


@ON_ONE
def test_a_protected_identity_gets_one_through_staff(town: Town, counter: Counter) -> None:
    digits, *_ = _household(town, address="", is_protected=True)
    counter.order(digits)
    assert len(counter.office.letters()) == 1


@ON_ONE
def test_the_limits_are_those_of_the_configuration(town: Town, counter: Counter) -> None:
    digits, *_ = _household(town)
    counter.office.config = config_with(limits=LimitsTable(code_attempts=1))
    counter.order(digits)
    (code,) = counter.print()
    assert counter.redeem(digits, code[:5] + "22222") is None
    assert counter.redeem(digits, code) is None


@ON_ONE
def test_a_right_says_nothing_of_itself(town: Town, counter: Counter) -> None:
    digits, *_ = _household(town)
    counter.order(digits)
    (code,) = counter.print()
    right = counter.redeem(digits, code)
    assert repr(right) == "CodeRight(1)"
