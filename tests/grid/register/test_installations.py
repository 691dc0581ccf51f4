"""A meter is in one place at a time, and a facility has one meter at a time, in whatever order that is told."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.conftest import START
from grid.register.test_events import installed
from grid.register.test_upsert import contract, customer, put, row
from grid.town import gsrn, person_number
from hanport.grid.database import tables
from hanport.grid.database.tables import facility
from hanport.grid.database.work import Database
from hanport.grid.register.facts import facts_of
from hanport.grid.register.records import Record, RecordKind
from hanport.grid.register.rows import ids_of, names_of
from hanport.grid.register.tally import Applied
from hanport.grid.right import Facts
from hanport.grid.workdays import start_of_day

FIRST = date(2026, 1, 1)


def meter(serial: str, place: int, begins: int, ends: int | None = None) -> Record:
    """An installation; days count from the first of January."""
    to = {} if ends is None else {"to": day(ends)}
    return row(RecordKind.METER, serial=serial, facility=gsrn(place), from_=day(begins), **to)


def day(n: int) -> str:
    return (FIRST + timedelta(days=n)).isoformat()


def where(database: Database) -> dict[str, list[tuple[str, int | None]]]:
    """Meters with the day on which they leave, by the place."""
    first = start_of_day(FIRST)
    return {
        place: [
            (serial, None if ends is None else round((ends - first) / timedelta(days=1))) for serial, ends in meters
        ]
        for place, meters in installed(database).items()
    }


def places(database: Database, *numbers: int) -> None:
    put(database, *[row(RecordKind.FACILITY, gsrn=gsrn(n)) for n in numbers])


def fields(done: Applied) -> list[str]:
    return [each.field for each in done.refused]


def test_the_next_installation_ends_the_one_before(database: Database) -> None:
    places(database, 1, 2)
    put(database, meter("M1", 1, 0))
    put(database, meter("M2", 1, 10))
    assert where(database) == {gsrn(1): [("M1", 10), ("M2", None)]}
    put(database, meter("M2", 2, 20))
    assert where(database) == {gsrn(1): [("M1", 10), ("M2", 20)], gsrn(2): [("M2", None)]}
    put(database, meter("M3", 1, 5))  # it was there in between
    assert where(database)[gsrn(1)] == [("M1", 5), ("M3", 10), ("M2", 20)]


def test_a_corrected_begin_moves_the_end_before_it(database: Database) -> None:
    places(database, 1)
    put(database, meter("M1", 1, 0), meter("M2", 1, 10))
    for begins in (12, 8):
        assert put(database, meter("M2", 1, begins)).changed == 1
        assert where(database) == {gsrn(1): [("M1", begins), ("M2", None)]}
    assert put(database, meter("M1", 1, 0)).unchanged == 1


def test_an_end_that_was_told_does_not_move(database: Database) -> None:
    places(database, 1)
    put(database, meter("M1", 1, 0, 7), meter("M2", 1, 10))
    put(database, meter("M2", 1, 12))
    assert where(database) == {gsrn(1): [("M1", 7), ("M2", None)]}
    put(database, row(RecordKind.METER, serial="M1", facility=gsrn(1), from_=day(0), to=""))
    assert where(database) == {gsrn(1): [("M1", 12), ("M2", None)]}
    put(database, meter("M1", 1, 0, 20))  # longer than it can be
    assert where(database) == {gsrn(1): [("M1", 12), ("M2", None)]}
    put(database, meter("M2", 1, 15))
    assert where(database) == {gsrn(1): [("M1", 12), ("M2", None)]}  # never longer again unasked


def test_a_wrong_place_is_corrected(database: Database) -> None:
    places(database, 1, 2)
    put(database, meter("M1", 1, 0))
    put(database, meter("M1", 2, 0))
    assert where(database) == {gsrn(1): [("M1", 0)], gsrn(2): [("M1", None)]}
    put(database, meter("M2", 2, 0))
    assert where(database)[gsrn(2)] == [("M1", 0), ("M2", None)]


def test_a_meter_may_come_back(database: Database) -> None:
    places(database, 1)
    put(database, meter("M1", 1, 0, 5), meter("M2", 1, 5), meter("M1", 1, 9))
    assert where(database) == {gsrn(1): [("M1", 5), ("M2", 9), ("M1", None)]}
    put(database, meter("M1", 1, 1, 5))  # the first one began later
    assert where(database) == {gsrn(1): [("M1", 5), ("M2", 9), ("M1", None)]}
    assert put(database, meter("M1", 1, 1, 5), meter("M2", 1, 5), meter("M1", 1, 9)).unchanged == 3


def test_what_overlaps_is_refused(database: Database) -> None:
    places(database, 1, 2)
    put(database, meter("M1", 1, 0, 10))
    assert fields(put(database, meter("M1", 2, 5))) == ["facility"]  # it is at 1 until the tenth
    assert fields(put(database, meter("M2", 1, 20), meter("M3", 1, 20))) == ["facility"]
    assert fields(put(database, meter("M4", 1, 30), meter("M4", 2, 30))) == [""]  # one row for a meter and a begin
    assert fields(put(database, meter("M5", 2, 40), meter("M5", 2, 41))) == ["from"]
    put(database, meter("M6", 2, 50, 52), meter("M6", 2, 54, 56))
    assert fields(put(database, meter("M6", 2, 49, 55))) == ["from"]
    assert fields(put(database, row(RecordKind.METER, serial="M1", facility=gsrn(1), from_=day(12)))) == []
    assert where(database)[gsrn(1)][0] == ("M1", 10)


def test_rows_of_one_meter_agree_on_what_it_is(database: Database) -> None:
    places(database, 1)
    cells = {"serial": "M1", "facility": gsrn(1), "to": ""}
    first = row(RecordKind.METER, maker="Aidon", from_=day(0), **cells | {"to": day(5)})
    second = row(RecordKind.METER, maker="Kamstrup", from_=day(5), **cells)
    assert fields(put(database, first, second)) == ["maker"]


def test_a_refused_row_leaves_no_meter_behind(database: Database) -> None:
    places(database, 1, 2)
    put(database, meter("M1", 1, 0))
    assert fields(put(database, meter("M2", 1, 5), meter("M3", 1, 5))) == ["facility"]
    assert where(database) == {gsrn(1): [("M1", 5), ("M2", None)]}
    assert put(database, row(RecordKind.METER, serial="M3")).added == 1


_told = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(0, 12), st.one_of(st.none(), st.integers(0, 6))),
    min_size=1,
    max_size=10,
)
_SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_SLOWER = settings(_SLOW, max_examples=400)
_SHARED: dict[int, int] = {}


def _new_town(database: Database) -> int:
    """Where the numbers of a town begin that nobody has used in this database."""
    _SHARED[id(database)] = _SHARED.get(id(database), 0) + 10
    return _SHARED[id(database)]


def no_two_at_once(database: Database, told: Sequence[tuple[int, int, int, int | None]]) -> None:
    """Whatever is told, in whatever pieces: no meter is in two places, and no place has two meters."""
    town = _new_town(database)
    places(database, *range(town + 1, town + 4))
    for serial, place, begins, length in told:
        ends = None if length is None else begins + length
        put(database, meter(f"M{town}-{serial}", town + place, begins, ends))
    with database.reading() as connection:
        ids = ids_of(connection, facility.c.gsrn, [gsrn(n) for n in range(town + 1, town + 4)])
        facts = facts_of(connection, ids.values())
    stays = [each for one in facts.values() for each in one.installations if each.period.ends != each.period.begins]
    by_place = [
        [each for each in one.installations if each.period.ends != each.period.begins] for one in facts.values()
    ]
    by_meter = [[each for each in stays if each.meter_id == known] for known in {each.meter_id for each in stays}]
    for group in by_place + by_meter:
        ordered = sorted((each.period for each in group), key=lambda period: period.begins)
        assert all(one.ends is not None and one.ends <= other.begins for one, other in pairwise(ordered))


@_SLOW
@given(told=_told)
def test_no_two_at_once(database: Database, told: list[tuple[int, int, int, int | None]]) -> None:
    no_two_at_once(database, told)


@pytest.mark.soak
@_SLOWER
@given(told=_told)
def test_no_two_at_once_at_length(database: Database, told: list[tuple[int, int, int, int | None]]) -> None:
    no_two_at_once(database, told)


def consistent_set(dice: random.Random, town: int) -> list[Record]:
    """Rows that agree with each other: three places, four customers, contracts one after another, and meters."""
    records: list[Record] = []
    for n in range(1, 5):
        records.append(customer(town + n, kind=dice.choice(["private", "estate"])))
    for n in range(1, 4):
        records.append(row(RecordKind.FACILITY, gsrn=gsrn(town + n)))
        records.append(
            row(RecordKind.EXEMPTION, key=f"U{town + n}", facility=gsrn(town + n), from_=day(dice.randrange(90)))
        )
        begins = 0
        for turn in range(dice.randrange(3)):
            ends = begins + dice.randrange(1, 30)
            who = dice.sample(range(1, 5), k=dice.randrange(1, 3))
            cells: dict[str, Any] = {
                "customer": f"K{town + who[0]}",
                "joint": " ".join(f"K{town + each}" for each in who[1:]),
            }
            cells |= {"key": f"A{town + n}-{turn}", "facility": gsrn(town + n), "from_": day(begins), "to": day(ends)}
            records.append(contract(**cells))
            begins = ends
    records += _moves(dice, town)
    agent = person_number(town + dice.randrange(1, 5)).digits
    power = {"grantor": f"K{town + 1}", "facility": gsrn(town + 1), "from_": day(3)}
    return [*records, row(RecordKind.POWER, key=f"P{town}", agent=agent, **power)]


def _moves(dice: random.Random, town: int) -> list[Record]:
    """Meters that go from place to place. What comes back to a place says when it left."""
    moves = [(dice.randrange(1, 4), dice.randrange(1, 4), at * 5 + dice.randrange(5)) for at in range(6)]
    records = []
    for at, (serial, place, begins) in enumerate(moves):
        later = [each for each in moves[at + 1 :] if serial == each[0] or place == each[1]]
        comes_back = any(each[:2] == (serial, place) for each in moves[at + 1 :])
        end = later[0][2] if later and (comes_back or dice.random() < 0.5) else None
        records.append(meter(f"M{town}-{serial}", town + place, begins, end))
    return records


def in_the_end(database: Database, town: int) -> object:
    """The facts of a town, without the numbers that the database gave."""
    with database.reading() as connection:
        ids = ids_of(connection, facility.c.gsrn, [gsrn(town + n) for n in range(1, 4)])
        facts = facts_of(connection, ids.values())
        serials = names_of(connection, tables.meter.c.serial, _numbers(facts, "meter"))
        customers = names_of(connection, tables.customer.c.key, _numbers(facts, "customer"))
    return [
        (
            sorted(
                (each.period.begins, serials[each.meter_id].partition("-")[2], each.period.ends or START)
                for each in one.installations
            ),
            sorted(
                (
                    each.period.begins,
                    each.period.ends or START,
                    int(customers[who.customer_id][1:]) - town,
                    who.acts_alone,
                )
                for each in one.contracts
                for who in each.holders
            ),
            [each.begins for each in one.exemptions],
            sorted((each.period.begins, int(customers[each.grantor_id][1:]) - town) for each in one.powers),
        )
        for one in (facts[ids[gsrn(town + n)]] for n in range(1, 4))
    ]


def _numbers(facts: dict[int, Facts], of: str) -> set[int]:
    if of == "meter":
        return {each.meter_id for one in facts.values() for each in one.installations}
    held = {who.customer_id for one in facts.values() for each in one.contracts for who in each.holders}
    return held | {each.grantor_id for one in facts.values() for each in one.powers}


def put_in_pieces(database: Database, dice: random.Random, records: list[Record]) -> None:
    """In any order and any pieces, those that were refused again, until all are taken."""
    left = dice.sample(records, k=len(records))
    for _ in range(5):
        refused: list[Record] = []
        while left:
            size = dice.randrange(1, 9)
            piece, left = left[:size], left[size:]
            refused += [piece[each.index] for each in put(database, *piece).refused]
        left = refused
    assert left == []


def any_order_ends_in_the_same(database: Database, seed: int) -> None:
    """A set of rows that agree, told at once and told in pieces of another order; and told again."""
    towns = _new_town(database), _new_town(database)
    at_once, in_pieces = (consistent_set(random.Random(seed), town) for town in towns)
    assert put(database, *at_once).refused == []
    put_in_pieces(database, random.Random(seed + 1), in_pieces)
    assert in_the_end(database, towns[0]) == in_the_end(database, towns[1])
    before = in_the_end(database, towns[1])
    for piece in (at_once, in_pieces):
        done = put(database, *piece)
        assert (done.added, done.changed, done.refused, done.facility_ids) == (0, 0, [], set())
    assert in_the_end(database, towns[1]) == before


@_SLOW
@given(seed=st.integers(0, 2**32))
def test_any_order_ends_in_the_same_facts(database: Database, seed: int) -> None:
    any_order_ends_in_the_same(database, seed)


@pytest.mark.soak
@_SLOWER
@given(seed=st.integers(0, 2**32))
def test_any_order_ends_in_the_same_facts_at_length(database: Database, seed: int) -> None:
    any_order_ends_in_the_same(database, seed)
