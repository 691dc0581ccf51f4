"""The head-end's faults by name, its control interface, its memory, and the addresses of its meters."""

from datetime import UTC, datetime

import httpx
import pytest

from hanport.errors import ConfigError
from hanport.meter.headend.book import Book
from hanport.meter.headend.codes import Codes
from hanport.meter.headend.faults import SUMMARIES, Fault, Faults, Plan
from hanport.meter.headend.meters import MeterSilent, VirtualMeters, parse_address
from hanport.meter.headend.telling import contrary
from hanport.meter.headend.values import Command, Form, Kind, Port, Standing, State
from hanport.planned_faults import MOST_PLANNED
from meter.headend.town import SERIAL, town

AT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)

BAD_INPUT = [
    ("fault", b"{", 400),
    ("fault", b"[]", 422),
    ("fault", b'{"name":"explode"}', 422),
    ("fault", b'{"name":"fail","times":0}', 422),
    ("fault", b" " * 20_000, 413),
    ("round", b'{"url":"file:///x"}', 422),
]


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("fail", Plan(Fault.FAIL)),
        ("fail*2", Plan(Fault.FAIL, times=2)),
        ("late=90", Plan(Fault.LATE, seconds=90)),
        ("late=0.5@12345678*3", Plan(Fault.LATE, "12345678", 3, 0.5)),
    ],
)
def test_a_plan_is_read(text: str, plan: Plan) -> None:
    assert Plan.parse(text) == plan


@pytest.mark.parametrize("text", ["", "fail*0", "fail*x", "explode", "late=999999", "late=-1", "fail@", "Fail"])
def test_a_plan_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        Plan.parse(text)


def test_a_fault_strikes_its_meter_so_many_times() -> None:
    faults = Faults([Plan(Fault.FAIL, "1", 2), Plan(Fault.ERROR)])
    assert faults.strike(Fault.FAIL, "2") is None
    assert [faults.strike(Fault.FAIL, "1") is not None for _ in range(3)] == [True, True, False]
    assert faults.strike(Fault.ERROR, "2") and faults.strike(Fault.ERROR, "1")
    faults.remove(Fault.ERROR)
    assert faults.plans == ()
    for _ in range(MOST_PLANNED):
        faults.add(Plan(Fault.FAIL))
    with pytest.raises(ConfigError, match="already"):
        faults.add(Plan(Fault.FAIL))


def test_every_fault_is_described() -> None:
    assert set(SUMMARIES) == set(Fault)


async def test_faults_come_and_go_over_the_control_interface() -> None:
    async with town() as made:
        kinds = (await made.control.get("/api/v1/faults")).json()["faults"]
        assert set(kinds) == set(Fault)
        planned = (await made.control.post("/api/v1/fault", json={"name": "fail", "times": 1})).json()["faults"]
        assert planned == [{"name": "fail", "meter": None, "times": 1, "seconds": 30.0}]
        await made.put("c-1")
        assert (await made.service.json())["state"] == "failed"
        assert (await made.control.get("/api/v1/state")).json()["faults"] == []
        await made.control.post("/api/v1/fault", json={"name": "fail"})
        assert (await made.control.delete("/api/v1/fault/fail")).json()["faults"] == []


async def test_a_round_is_reported_as_states() -> None:
    async with town() as made:
        made.meter.set_open(True)
        await made.control.post("/api/v1/round", json={"url": made.service.url})
        (state,) = (await made.service.json())["states"]
        assert (state["meter_serial"], state["port"]) == (SERIAL, "open")
        made.service.statuses = [404]
        told = await made.control.post("/api/v1/round", json={"url": made.service.url})
        assert told.json() == {"meters": 1, "taken": False}


async def test_bad_input_is_refused() -> None:
    async with town() as made:
        for path, body, status in BAD_INPUT:
            refused = await made.control.post(f"/api/v1/{path}", content=body)
            assert refused.status_code == status and refused.json()["error"]
        assert (await made.control.get("/api/v1/state", headers={"Host": "evil.example"})).status_code == 403


def test_a_full_memory_forgets_what_has_ended_first() -> None:
    book = Book(most=2)
    entries = [book.add(Command(str(n), Kind.READ, "1", Form.REST), AT, 0) for n in range(2)]
    entries[1].end(Standing(State.DONE, AT))
    book.add(Command("2", Kind.READ, "1", Form.REST), AT, 0)
    assert [each.command.id for each in book.entries()] == ["0", "2"]
    book.add(Command("3", Kind.READ, "1", Form.REST), AT, 0)
    assert len(book.entries()) == 3, "what nobody has answered is never forgotten"


@pytest.mark.parametrize(
    "text", ["", "1", "=http://a", "1=ftp://a", "1=http://", "1=http://a/b", "1=http://a:0", "1=http://["]
)
def test_what_is_no_address_of_a_meter_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_address(text)


def test_an_address_of_a_meter_is_read() -> None:
    assert parse_address("1=http://127.0.0.1:5501/") == ("1", "http://127.0.0.1:5501/")


@pytest.mark.parametrize("texts", [["opne=1.2"], ["open=x"], ["open=3.1.0.22"]])
def test_codes_that_cannot_be_are_refused(texts: list[str]) -> None:
    with pytest.raises(ConfigError):
        Codes.parse(texts)


async def test_what_is_no_meter_is_said_to_be_silent() -> None:
    async with town() as made:
        base = str(made.client.base_url)
        meters = VirtualMeters({"1": base})
        with pytest.raises(MeterSilent, match="404"):
            await meters.read("1")
        await meters.close()


@pytest.mark.parametrize(
    ("kind", "standing", "state", "port"),
    [
        (Kind.READ, Standing(State.DONE, AT, Port.OPEN), State.DONE, Port.CLOSED),
        (Kind.OPEN, Standing(State.DONE, AT, Port.OPEN), State.FAILED, Port.UNKNOWN),
        (Kind.OPEN, Standing(State.FAILED, AT), State.DONE, Port.OPEN),
        (Kind.CLOSE, Standing(State.FAILED, AT), State.DONE, Port.CLOSED),
        (Kind.RESTART, Standing(State.FAILED, AT), State.DONE, Port.UNKNOWN),
    ],
)
def test_the_contrary_of_an_answer(kind: Kind, standing: Standing, state: State, port: Port) -> None:
    found = contrary(Command("1", kind, "1", Form.REST), standing)
    assert (found.state, found.port) == (state, port)


async def test_the_control_interface_is_not_where_commands_go() -> None:
    async with town() as made:
        assert (await made.client.get("/api/v1/state")).status_code == 404
        assert (await made.control.put("/rest/commands/c-1", json={})).status_code == 404
        assert isinstance(made.client, httpx.AsyncClient)
