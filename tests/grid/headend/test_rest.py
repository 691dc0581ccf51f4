"""The REST adapter against a scripted peer on a real socket: what it asks, and what it makes of every answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grid.headend.commands import GSRN, NOW, SERIAL, command, configured
from grid.headend.scripted import Act, Peer, drips, floods, hangs_up, is_silent, peer, raw, says
from hanport.clock import ManualClock
from hanport.grid.headend.contract import Answer, CommandKind, HeadEnd, Outcome, PortState, Unreachable
from hanport.grid.headend.registry import build
from hanport.grid.headend.reported import PortReport, Unreadable
from hanport.grid.headend.rest import parse_result, parse_states

REPLY_URL = "https://hanport.example/api/v1/head-ends/vendor/answers"


@asynccontextmanager
async def head_end(*script: Act, extra: str = "", folder: Path = Path()) -> AsyncIterator[tuple[HeadEnd, Peer]]:
    async with peer(*script) as made:
        table = f'name = "vendor"\nkind = "rest"\nurl = "{made.url}/api/"\ntimeout_s = 0.5\n{extra}'
        head_ends = build(configured(table), folder, ManualClock(NOW))
        try:
            yield head_ends.named("vendor"), made
        finally:
            await head_ends.close()


def standing(**given: Any) -> dict[str, Any]:
    return {"id": "c-open-1", "state": "taken", "at": "2026-11-25T08:00:01Z"} | given


async def test_a_command_is_sent_as_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret-1\n")
    extra = f'token_file = "token"\nreply_url = "{REPLY_URL}"'
    async with head_end(says(201, standing()), extra=extra, folder=tmp_path) as (rest, made):
        assert await rest.send(command()) is None
    [asked] = made.asked
    assert (asked.method, asked.path) == ("PUT", "/api/commands/c-open-1")
    assert asked.headers["authorization"] == "Bearer secret-1"
    assert asked.headers["content-type"] == asked.headers["accept"] == "application/json"
    assert asked.json == {
        "kind": "open",
        "meter": {"serial": SERIAL, "maker": "Kamstrup", "model": "OMNIPOWER"},
        "gsrn": GSRN,
        "due_at": "2026-11-26T23:00:00+00:00",
        "expires_at": "2026-11-25T08:15:00+00:00",
        "reply_url": REPLY_URL,
    }
    assert b"Storgatan" not in asked.body, "an address is for people"


async def test_what_is_not_known_is_left_empty() -> None:
    async with head_end(says(200, standing())) as (rest, made):
        assert await rest.send(command(gsrn="", due_at=None)) is None
    assert made.asked[0].json["due_at"] is None
    assert made.asked[0].json["gsrn"] == made.asked[0].json["reply_url"] == ""


@pytest.mark.parametrize("state", list(Outcome))
async def test_an_answer_at_once_is_the_answer(state: Outcome) -> None:
    body = standing(state=state.value, port="closed", meter_serial=SERIAL, detail="a\nb", more=1)
    async with head_end(says(200, body)) as (rest, _):
        answer = await rest.send(command())
    at = datetime(2026, 11, 25, 8, 0, 1, tzinfo=UTC)
    assert answer == Answer("c-open-1", state, at, PortState.CLOSED, SERIAL, "a b")


@pytest.mark.parametrize(
    ("status", "body", "outcome", "detail"),
    [
        (409, {"error": "The id was used."}, Outcome.FAILED, "The id was used."),
        (422, {"error": "Unknown meter.", "remedy": "?"}, Outcome.IMPOSSIBLE, "Unknown meter."),
        (422, b"<html>", Outcome.IMPOSSIBLE, "refused with 422"),
        (422, {"error": "no 191212121212 here"}, Outcome.IMPOSSIBLE, "no [masked] here"),
    ],
)
async def test_a_refusal_is_an_answer(status: int, body: object, outcome: Outcome, detail: str) -> None:
    async with head_end(says(status, body)) as (rest, _):
        assert await rest.send(command()) == Answer("c-open-1", outcome, NOW, detail=detail)


@pytest.mark.parametrize("status", [202, 204, 302, 400, 401, 403, 404, 405, 408, 413, 429, 500, 502, 503])
async def test_any_other_status_leaves_the_command_to_be_sent_again(status: int) -> None:
    async with head_end(says(status, standing(state="done"), "application/json", "Location: /elsewhere")) as (
        rest,
        made,
    ):
        with pytest.raises(Unreachable, match=str(status)):
            await rest.send(command())
    assert len(made.asked) == 1, "redirects are not followed"


GARBAGE = [
    says(200, b""),
    says(200, b"\xff\xfe"),
    says(200, b"[" * 100_000),
    says(200, b'{"a":' * 50_000),
    says(200, b"null"),
    says(200, []),
    says(200, standing(id="c-open-2")),
    says(200, standing(state="DONE")),
    says(200, standing(state="done", at="2026-11-25T08:00:01")),
    says(200, standing(state="done", at="soon")),
    says(200, standing(state="done", at=None)),
    says(200, standing(state="done", port="ajar")),
    says(200, standing(state="done", meter_serial="a\x00b")),
    says(200, standing(state="done", meter_serial="x" * 65)),
    says(200, b"\x1f\x8b", "application/json", "Content-Encoding: gzip"),
    floods(),
    drips(0.05),
    is_silent(),
    hangs_up(),
    raw(b"\x00\x01\x02\r\n\r\n"),
    raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}"),
    raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    raw(b"HTTP/1.1 999999999999 OK\r\n\r\n"),
    raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n"),
]


@pytest.mark.parametrize("act", GARBAGE, ids=range(len(GARBAGE)))
async def test_garbage_leaves_the_command_to_be_sent_again(act: Act) -> None:
    async with head_end(act) as (rest, _):
        with pytest.raises(Unreachable, match=r"^vendor ") as raised:
            await rest.send(command())
        with pytest.raises(Unreachable):
            await rest.ask(command())
    assert "127.0.0.1" not in str(raised.value)


async def test_nobody_at_the_other_end() -> None:
    async with peer(hangs_up()) as made:
        url = made.url
    head_ends = build(configured(f'name = "vendor"\nkind = "rest"\nurl = "{url}"'), Path(), ManualClock(NOW))
    with pytest.raises(Unreachable, match="ConnectError"):
        await head_ends.named("vendor").send(command())
    await head_ends.close()


async def test_asking_gives_the_answer_or_none() -> None:
    async with head_end(says(200, standing()), says(200, standing(state="failed")), says(404), says(500)) as (
        rest,
        made,
    ):
        assert await rest.ask(command()) is None
        answer = await rest.ask(command())
        assert answer is not None and answer.outcome is Outcome.FAILED
        with pytest.raises(Unreachable, match="does not know"):
            await rest.ask(command())
        with pytest.raises(Unreachable, match="500"):
            await rest.ask(command())
    assert {(asked.method, asked.path) for asked in made.asked} == {("GET", "/api/commands/c-open-1")}
    assert made.connections == 1, "one connection is kept"


async def test_an_id_stays_in_its_place_in_the_address() -> None:
    async with head_end(says(200, standing(id="../a?b"))) as (rest, made):
        assert await rest.send(command(id="../a?b")) is None
    assert made.asked[0].path == "/api/commands/..%2Fa%3Fb"


async def test_a_slow_head_end_is_given_the_time_that_its_table_says() -> None:
    async with head_end(says(200, standing()), extra="answer_within_hours = 48") as (rest, made):
        await rest.send(command())
    assert made.asked[0].json["expires_at"] == (NOW + timedelta(hours=48)).isoformat()


def test_an_answer_that_is_posted_is_read() -> None:
    body = msgspec.json.encode(standing(state="done", kind="read", port="open", at="2026-11-25T09:00:00+01:00"))
    assert parse_result(body) == Answer("c-open-1", Outcome.DONE, NOW, PortState.OPEN)


@pytest.mark.parametrize(
    "change",
    [{"state": "taken"}, {"id": ""}, {"id": "a b"}, {"id": "x" * 65}, {"id": 3}, {"at": "0001-01-01T00:00+14:00"}],
)
def test_what_is_no_answer_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        parse_result(msgspec.json.encode(standing(state="done") | change))


def test_an_error_repeats_nothing_of_what_came() -> None:
    with pytest.raises(Unreadable) as raised:
        parse_result(msgspec.json.encode(standing(state="191212121212")))
    assert str(raised.value) == "A field is missing or wrong at $.state. Compare it with docs/head-end.md."


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_whatever_is_posted_is_read_or_refused(body: bytes) -> None:
    for parse in (parse_result, parse_states):
        try:
            parse(body)
        except Unreadable:
            continue


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(["id", "state", "at", "port", "meter_serial", "detail"]), json_values)
@example("detail", "\U00012544")  # a sign that Python knows no form of
def test_a_wrong_field_is_refused_and_a_right_one_is_clean(name: str, value: object) -> None:
    try:
        answer = parse_result(msgspec.json.encode(standing(state="done") | {name: value}))
    except Unreadable:
        return
    assert len(answer.detail) <= 200 and answer.detail.isprintable()
    assert len(answer.meter_serial) <= 64 and answer.at.tzinfo is UTC


def test_states_are_read_row_by_row() -> None:
    rows = [
        {"meter_serial": " M1 ", "port": "open", "at": "2026-11-25T03:10:00Z"},
        {"meter_serial": "", "port": "open", "at": "2026-11-25T03:10:00Z"},
        {"meter_serial": "M2", "port": "closed", "at": "yesterday"},
    ]
    good, *bad = parse_states(msgspec.json.encode({"states": rows}))
    assert good == PortReport("M1", PortState.OPEN, datetime(2026, 11, 25, 3, 10, tzinfo=UTC))
    assert [type(each) for each in bad] == [Unreadable, Unreadable]


def test_too_many_states_are_refused() -> None:
    row = {"meter_serial": "M1", "port": "open", "at": "2026-11-25T03:10:00Z"}
    assert len(parse_states(msgspec.json.encode({"states": [row] * 10_000}))) == 10_000
    with pytest.raises(Unreadable):
        parse_states(msgspec.json.encode({"states": [row] * 10_001}))


async def test_every_kind_has_its_own_name() -> None:
    async with head_end(says(500)) as (rest, made):
        for kind in CommandKind:
            with pytest.raises(Unreachable):
                await rest.send(command(kind))
    assert [asked.json["kind"] for asked in made.asked] == ["open", "close", "restart", "read"]


async def test_a_reply_without_an_end_is_cut_short() -> None:
    async with head_end(floods()) as (rest, _):
        with pytest.raises(Unreachable, match="longer than 256 kB"):
            await rest.send(command())
