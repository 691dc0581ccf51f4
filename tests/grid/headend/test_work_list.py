"""The work list: what people are given to do, and what they say they did."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from grid.headend.commands import NOW, command, configured
from grid.planted import found_in
from grid.reconcile.hands import Hands, later
from grid.town import Town, person_number
from hanport.clock import ManualClock
from hanport.errors import ConfigError
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import CommandKind, Outcome, PortState
from hanport.grid.headend.work_list import WorkList
from hanport.grid.headend.work_list_in import LONGEST, TakenIn, read_csv, take_in
from hanport.grid.headend.work_list_out import COLUMNS, FILLED_IN, to_csv

CONFIG = configured(
    'name = "south"\nkind = "work_list"\nmakers = ["Kamstrup"]',
    'name = "vendor"\nkind = "rest"\nurl = "https://a.example"\nmakers = ["Aidon"]',
    'name = "north"\nkind = "work_list"',
)


@pytest.fixture
def hands(database: Database) -> Hands:
    return Hands(database, CONFIG)


def listed(hands: Hands, name: str = "") -> list[dict[str, str]]:
    with hands.database.reading() as connection:
        text = to_csv(connection, CONFIG, at=hands.database.clock.now(), name=name)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def filled(rows: list[dict[str, str]], **cells: str) -> bytes:
    """The list with those cells in every row, as a spreadsheet saves it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, *FILLED_IN], delimiter=";")
    writer.writeheader()
    writer.writerows(row | cells for row in rows)
    return text.getvalue().encode("utf-8-sig")


def taken(hands: Hands, body: bytes) -> TakenIn:
    return take_in(hands.database, CONFIG, body, "staff:anna")


def asked(town: Town, hands: Hands, **columns: Any) -> tuple[int, str]:
    """A customer has asked, and the opening is on the list: (meter, order)."""
    facility_id = town.facility()
    meter_id = town.meter(facility_id, **columns)
    customer_id = town.customer()
    order_id = town.request(town.contract(facility_id, customer_id), customer_id, deadline_at=NOW + timedelta(days=1))
    hands.review(meter_id)
    hands.sent(CommandKind.OPEN)
    return meter_id, order_id


async def test_a_person_opens_reads_and_closes(town: Town, hands: Hands, clock: ManualClock) -> None:
    meter_id, order_id = asked(town, hands)
    [row] = listed(hands)
    assert (row["what"], row["meter_serial"], row["maker"]) == ("open", hands.serial(meter_id), "Kamstrup")
    assert (row["due_at"], row["outcome"], row["note"]) == ("2026-11-26 09:00", "", "")
    assert row["address"].startswith("Storgatan") and len(row["gsrn"]) == 18

    body = filled([row], outcome="done", port="open")
    assert taken(hands, body) == TakenIn(1, 0, ())
    assert hands.state(order_id) == "read_back", "what was seen after the work is a reading"
    assert hands.port(meter_id).reported == "open"
    assert taken(hands, body) == TakenIn(0, 1, ()), "the same file again changes nothing"
    assert listed(hands) == []

    hands.withdraw(order_id)
    hands.review(meter_id)
    hands.sent(CommandKind.CLOSE)
    [row] = listed(hands)
    assert (row["what"], row["due_at"] != "") == ("close", True)
    assert taken(hands, filled([row], outcome="Done", port="")) == TakenIn(1, 0, ())
    hands.sent(CommandKind.READ)
    [row] = listed(hands)
    assert row["what"] == "read"
    refused = taken(hands, filled([row], outcome="done")).refused
    assert [(each.line, each.problem) for each in refused] == [(2, "The reading has no result.")]
    assert taken(hands, filled([row], outcome="done", port="closed")) == TakenIn(1, 0, ())
    port = hands.port(meter_id)
    assert (port.reported, port.may_be_open) == ("closed", False)


def test_a_row_that_is_not_filled_in_is_no_answer(town: Town, hands: Hands) -> None:
    asked(town, hands)
    rows = listed(hands)
    assert taken(hands, filled(rows)) == TakenIn(0, 0, ())
    assert listed(hands) == rows


def test_an_opening_whose_right_has_ended_is_not_on_the_list(town: Town, hands: Hands) -> None:
    _, order_id = asked(town, hands)
    hands.withdraw(order_id)
    assert listed(hands) == []


def test_a_list_is_for_its_makers_and_no_address_of_the_protected(town: Town, hands: Hands) -> None:
    south, _ = asked(town, hands, serial="S1")
    north, _ = asked(town, hands, serial="N1", maker="Sagemcom", model="=cmd()")
    asked(town, hands, serial="V1", maker="Aidon")
    with hands.database.writing("system") as work:
        work.connection.execute(update(tables.customer).values(is_protected=True))
    assert {row["meter_serial"] for row in listed(hands)} == {"S1", "N1"}
    [row] = listed(hands, "north")
    assert (row["meter_serial"], row["address"], row["model"]) == ("N1", "", "'=cmd()")
    assert [row["meter_serial"] for row in listed(hands, "south")] == ["S1"]
    assert listed(hands, "vendor") == []
    assert south != north


def test_rows_that_cannot_be_taken_are_said_by_line_and_the_others_go_in(town: Town, hands: Hands) -> None:
    number = person_number(7)
    meter_id, _ = asked(town, hands, serial="S1")
    asked(town, hands, serial="V1", maker="Aidon")
    on_list = listed(hands)[0]["command_id"]
    with hands.database.reading() as connection:
        ids = set(connection.execute(tables.command.select()).scalars())
    [other] = ids - {on_list}
    rows = [
        f"{on_list},donne,,",
        f"{number.digits},done,,",
        f"c-unknown,done,open,{number.digits}",
        f"{other},done,open,",
        f"{on_list},failed,{number.digits},",
        f'{on_list},done,open,"{number.digits[:8]}-{number.digits[8:]} ringde\n å"',
        f"{on_list},failed,,again",
        "",
    ]
    body = "\n".join(["Command_ID,OUTCOME,port,note", *rows]).encode("cp1252")
    result = taken(hands, body)
    assert (result.taken, result.unchanged) == (1, 0)
    assert [each.line for each in result.refused] == [2, 3, 4, 5, 6, 9]
    assert "line 7" in result.refused[-1].problem
    assert found_in(str(result).encode(), number) == []
    assert hands.port(meter_id).reported == "open"
    with hands.database.reading() as connection:
        for table in tables.metadata.sorted_tables:
            assert found_in(str(connection.execute(table.select()).all()).encode(), number) == []


async def test_work_that_failed_comes_again(town: Town, hands: Hands, clock: ManualClock) -> None:
    meter_id, order_id = asked(town, hands)
    first = listed(hands)
    assert taken(hands, filled(first, outcome="failed", note="nobody at home")) == TakenIn(1, 0, ())
    assert hands.state(order_id) == "failed"
    await later(clock, hours=1)
    hands.review(meter_id)
    hands.sent(CommandKind.OPEN)
    [second] = listed(hands)
    assert second["command_id"] != first[0]["command_id"]
    assert taken(hands, filled(first, outcome="failed")).taken == 0, "the old answer says nothing of the new command"
    assert listed(hands) == [second]


async def test_it_is_on_the_list_from_the_moment_it_is_sent() -> None:
    work_list = WorkList("south")
    assert await work_list.send(command()) is None
    assert await work_list.ask(command()) is None
    await work_list.close()


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"at": "2026-11-25 09:30"}, "future"),
        ({"at": "yesterday"}, "malformed"),
        ({"at": "0001-01-01"}, "malformed"),
        ({"port": "ajar"}, "state is none"),
        ({"outcome": "klart"}, "outcome is none"),
        ({"command_id": ""}, "id of a command"),
        ({"what": "read", "port": ""}, "no result"),
    ],
)
def test_a_cell_that_cannot_be_read(cells: dict[str, str], problem: str) -> None:
    row = {"command_id": "c-1", "outcome": "done", "port": "open", "at": "", "what": "open"} | cells
    answers, refused = read_csv(f"{';'.join(row)}\n{';'.join(row.values())}\n".encode(), at=NOW)
    assert answers == {}
    assert [problem in each.problem for each in refused] == [True]


@pytest.mark.parametrize("text", ["2026-11-25 08:30", "2026-11-25T07:30Z", "2026-11-25 08:30:00+01:00"])
def test_a_time_is_swedish_unless_it_says_otherwise(text: str) -> None:
    [answer] = read_csv(f"command_id\toutcome\tat\nc-1\tfailed\t{text}".encode(), at=NOW)[0].values()
    assert (answer.at, answer.outcome, answer.port) == (NOW - timedelta(minutes=30), Outcome.FAILED, PortState.UNKNOWN)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b"outcome\ndone\n", "no column command_id"),
        (b"command_id;port\n", "no column outcome"),
        (b"\x00\x01", "no text"),
        (b"x" * (LONGEST + 1), "longer"),
    ],
)
def test_what_is_no_list_is_refused(body: bytes, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        read_csv(body, at=NOW)


cell = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["done", "failed", "open", "c-1", '"', "c-2"]
)


@given(
    st.lists(st.lists(cell, min_size=4, max_size=4), max_size=6),
    st.sampled_from([str.encode, lambda t: t.encode("utf-16")]),
)
def test_whatever_is_in_the_file_is_read_or_refused(rows: list[list[str]], encode: Callable[[str], bytes]) -> None:
    lines = [["command_id", "outcome", "port", "note"], *rows]
    try:
        answers, refused = read_csv(encode("\n".join(";".join(line) for line in lines)), at=NOW)
    except ConfigError:
        return
    for answer in answers.values():
        assert len(answer.detail) <= 200 and answer.detail.isprintable()
    assert all(each.line > 1 and each.remedy for each in refused)
