"""The JSON API, through the ASGI application with a real store."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import apsw
import httpx
import msgspec
import pytest
from starlette.routing import Route

from hanport import __version__
from hanport.home.config import HomeConfig, HouseTable, ShareTable
from hanport.home.share.access import PROBLEM_TYPE
from hanport.home.share.api_endpoints import ENDPOINTS, LONGEST_DAYS, MOST_EVENTS
from hanport.home.share.openapi import ROOT, document
from hanport.home.store.events import begin_event
from hanport.home.store.thread import StoreThread
from hanport.home.values import PartState, PartStatus
from share_house import HOURS, ON, READ, House, fill
from share_samples import NOW, sample


@pytest.fixture
async def house(store: StoreThread) -> House:
    made = House(store)
    await fill(made)
    return made


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(house.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://hub", headers=READ) as made:
        yield made


async def get(client: httpx.AsyncClient, path: str, **parameters: Any) -> Any:
    answer = await client.get(ROOT + path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(client: httpx.AsyncClient, path: str, **parameters: Any) -> Any:
    answer = await client.get(ROOT + path, params=parameters)
    assert answer.headers["content-type"] == PROBLEM_TYPE
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"] and told["detail"] and told["remedy"]
    return told


async def test_the_last_reading(client: httpx.AsyncClient, house: House) -> None:
    await house.clock.advance(7.25)
    told = await get(client, "/reading")
    assert told["at"] == "2026-01-31T12:00:00Z"
    assert told["age_s"] == 7.25
    assert told["fresh"] is True
    assert told["meter"] == {"identification": "KAM5", "number": "735999", "model": None, "since": None}
    assert told["reading"]["energy_import_wh"] == 1_000_000 + HOURS * 60
    assert told["reading"]["voltage_l1_mv"] == 230_100
    assert "reactive_power_import_l1_var" not in told["reading"], "None is not 0"
    await house.clock.advance(100)
    assert (await get(client, "/reading"))["fresh"] is False


@pytest.mark.parametrize("path", ["/reading", "/registers"])
async def test_before_the_first_telegram(client: httpx.AsyncClient, house: House, path: str) -> None:
    house.live.sample = None
    told = await refused(client, path)
    assert told["status"] == 404
    assert "/api/v1/status" in told["remedy"]
    assert (await get(client, "/status"))["age_s"] is None


async def test_the_status(client: httpx.AsyncClient, house: House) -> None:
    house.live.parts["mqtt"] = PartStatus("mqtt", PartState.FAILED, NOW, "The broker is away.", 4.0)
    house.live.parts["api"] = PartStatus("api", PartState.RUNNING, NOW)
    assert await get(client, "/status") == {
        "hub": "Villa Ek",
        "version": __version__,
        "state": "well",
        "since": "2026-01-31T12:00:00Z",
        "finding": None,
        "last_telegram_at": None,
        "age_s": 0.0,
        "parts": [
            {"name": "api", "state": "running", "since": "2026-01-31T12:00:00Z", "problem": "", "retry_in_s": None},
            {
                "name": "mqtt",
                "state": "failed",
                "since": "2026-01-31T12:00:00Z",
                "problem": "The broker is away.",
                "retry_in_s": 4.0,
            },
        ],
    }


async def test_meters_and_rows(client: httpx.AsyncClient, house: House) -> None:
    (meter,) = (await get(client, "/meters"))["meters"]
    assert (meter["identification"], meter["number"]) == ("KAM5", "735999")
    assert meter["since"] == "2026-01-31T09:00:00Z"
    rows = (await get(client, "/registers"))["registers"]
    assert rows[1] == {
        "obis": "1-0:1.8.0",
        "value": "60995.424",
        "unit": "kWh",
        "text": None,
        "raw": ["00060995.424*kWh"],
    }
    assert (await get(client, "/extras"))["extras"] == []


async def test_energy_by_quarter_and_hour(client: httpx.AsyncClient) -> None:
    told = await get(client, "/energy", begin="2026-01-31", end="2026-02-01", period="hour")
    assert (told["period"], told["time"], len(told["periods"])) == ("hour", "local", 24)
    known = [each for each in told["periods"] if each["import_wh"] is not None]
    assert [each["start"] for each in known][:1] == ["2026-01-31T09:00:00Z"]
    assert sum(each["import_wh"] for each in known) == HOURS * 60, "the registers' difference"
    assert known[0]["quarters"] == 4
    assert known[0]["quality"] == "measured"
    assert told["periods"][0]["import_wh"] is None, "None is not 0"
    quarters = (await get(client, "/energy", begin="2026-01-31", period="quarter"))["periods"]
    assert len(quarters) == 96
    assert sum(each["import_wh"] or 0 for each in quarters) == HOURS * 60


async def test_energy_of_today_without_any_parameter(client: httpx.AsyncClient) -> None:
    told = await get(client, "/energy")
    assert told["periods"][0]["start"] == "2026-01-30T23:00:00Z", "midnight in Sweden"
    assert len(told["periods"]) == 24
    assert (await get(client, "/energy", end="2026-02-01"))["periods"] == told["periods"]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
async def test_days_when_the_clocks_change(client: httpx.AsyncClient, house: House, day: str, hours: int) -> None:
    assert len((await get(client, "/energy", begin=day))["periods"]) == hours
    house.config = HomeConfig(house=HouseTable(tariff_time="normal"), share=ON.share)
    told = await get(client, "/energy", begin=day)
    assert (told["time"], len(told["periods"])) == ("normal", 24)


async def test_longer_periods(client: httpx.AsyncClient) -> None:
    for period, count in (("day", 59), ("month", 2), ("year", 1)):
        told = await get(client, "/energy", begin="2026-01-01", end="2026-03-01", period=period)
        assert len(told["periods"]) == count
        assert sum(each["import_wh"] or 0 for each in told["periods"]) == HOURS * 60


async def test_the_power_line(client: httpx.AsyncClient) -> None:
    line = await get(client, "/power", begin="2026-01-31T10:00:00Z", end="2026-01-31T11:00:00Z")
    assert line["step_s"] == 0
    assert len(line["columns"]["at_s"]) == 60
    assert set(line["columns"]["power_w"]) == {1727}
    coarse = await get(client, "/power", points=10)
    assert coarse["step_s"] >= 3600
    assert len(coarse["columns"]["at_s"]) <= 10
    later = await get(client, "/power", begin="2026-01-31T10:00:00+01:00")
    assert len(later["columns"]["at_s"]) == 181, "a day from then on"


async def test_events(client: httpx.AsyncClient, house: House) -> None:
    told = await get(client, "/events")
    assert told["more"] is False
    assert told["events"][0] == {
        "kind": "silent",
        "began": "2026-01-31T11:00:00Z",
        "ended": None,
        "details": {"why": "hang"},
    }
    assert told["events"][1]["ended"] == "2026-01-31T10:01:00Z"
    assert len((await get(client, "/events", kind="restart"))["events"]) == 1

    def many(connection: apsw.Connection) -> None:
        for number in range(MOST_EVENTS):
            begin_event(connection, "gap", NOW - timedelta(seconds=number))

    await house.store.write(many)
    told = await get(client, "/events", end="2026-02-01T00:00:00Z")
    assert (len(told["events"]), told["more"]) == (MOST_EVENTS, True)


@pytest.mark.parametrize(
    ("path", "parameters", "parameter", "says"),
    [
        ("/power", {"points": "many"}, "points", "many"),
        ("/power", {"points": "9"}, "points", ">= 10"),
        ("/power", {"points": "99999"}, "points", "<= 5000"),
        ("/power", {"points": "1e3"}, "points", "1e3"),
        ("/power", {"begin": "yesterday"}, "begin", "yesterday"),
        ("/power", {"begin": "2026-01-31T12:00:00"}, "begin", "timezone"),
        ("/power", {"begin": "2026-01-31T12:00:00 01:00"}, "begin", "%2B"),
        ("/power", {"begin": "1767225600"}, "begin", "1767225600"),
        ("/power", {"begin": "2026-02-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}, "end", "not behind"),
        ("/power", {"begin": "1999-02-01T00:00:00Z"}, "begin", "2000-01-01"),
        ("/power", {"begin": "2300-02-01T00:00:00Z"}, "begin", "2000-01-01"),
        ("/power", {"begin": "2001-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z"}, "end", "50 years"),
        ("/power", {"until": "now"}, "until", "begin, end, points"),
        ("/reading", {"until": "now"}, "until", "none"),
        ("/energy", {"begin": "2026-13-01"}, "begin", "2026-13-01"),
        ("/energy", {"begin": "2026-01-01", "end": "2026-01-01"}, "end", "not behind"),
        ("/energy", {"begin": "1800-01-01"}, "begin", "2000-01-01"),
        ("/energy", {"period": "week"}, "period", "week"),
        ("/energy", {"begin": "2020-01-01", "end": "2021-01-01", "period": "quarter"}, "end", "at most 93 days"),
        ("/events", {"kind": ""}, "kind", "length"),
    ],
)
async def test_what_is_wrong_is_named_with_its_remedy(
    client: httpx.AsyncClient, path: str, parameters: dict[str, str], parameter: str, says: str
) -> None:
    told = await refused(client, path, **parameters)
    assert told["status"] == 422
    assert told["parameter"] == parameter
    assert says in told["detail"] + told["remedy"]


async def test_a_parameter_that_is_given_twice(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{ROOT}/power?points=10&points=20")
    assert (answer.status_code, answer.json()["parameter"]) == (422, "points")


async def test_the_longest_spans_are_answered(client: httpx.AsyncClient) -> None:
    for period, days in LONGEST_DAYS.items():
        begin = NOW.date() - timedelta(days=min(days, 9000))
        told = await get(client, "/energy", begin=begin.isoformat(), end=NOW.date().isoformat(), period=period)
        assert 24 <= len(told["periods"]) < 9100


async def test_what_does_not_change_need_not_be_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get(f"{ROOT}/energy")
    assert first.headers["cache-control"] == "private, no-cache"
    again = await client.get(f"{ROOT}/energy", headers={"if-none-match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get(f"{ROOT}/energy", headers={"if-none-match": '"x"'})).status_code == 200
    assert (await client.get(f"{ROOT}/reading")).headers["cache-control"] == "no-store"


async def test_without_a_token_nothing_is_told(house: House) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.app()), base_url="http://hub") as stranger:
        for row in ENDPOINTS:
            assert (await stranger.get(ROOT + row.path)).status_code == 401
        assert (await stranger.get(f"{ROOT}/stream")).status_code == 401
        assert (await stranger.get(f"{ROOT}/openapi.json")).status_code == 200


async def test_switched_off(client: httpx.AsyncClient, house: House) -> None:
    house.config = HomeConfig(share=ShareTable())
    assert (await refused(client, "/reading"))["status"] == 404


async def test_what_is_not_there(client: httpx.AsyncClient) -> None:
    told = await refused(client, "/prices")
    assert told["status"] == 404
    assert "openapi.json" in told["remedy"]
    answer = await client.post(f"{ROOT}/reading")
    assert answer.status_code == 405


async def test_no_route_is_missing_from_the_document(house: House) -> None:
    routes = {route.path for route in house.app().routes if isinstance(route, Route)}
    assert routes - set(document()["paths"]) == {ROOT + "/{rest:path}"}
    assert set(document()["paths"]) <= routes


async def test_the_document_is_what_is_served(client: httpx.AsyncClient) -> None:
    told = await get(client, "/openapi.json")
    assert told == msgspec.json.decode(msgspec.json.encode(document()))
    assert told["openapi"] == "3.1.0"
    energy = told["paths"]["/api/v1/energy"]["get"]["parameters"]
    assert [parameter["name"] for parameter in energy] == ["begin", "end", "period"]
    reading = told["components"]["schemas"]["Reading"]
    assert "msgspec" not in reading["description"]


async def test_a_telegram_that_came_meanwhile(client: httpx.AsyncClient, house: House) -> None:
    house.live.heard(sample())
    assert (await get(client, "/reading"))["reading"]["energy_import_wh"] == 60_995_424


async def test_a_store_that_cannot_answer_is_told_with_its_remedy(client: httpx.AsyncClient, house: House) -> None:
    await house.store.close()
    told = await refused(client, "/energy")
    assert told["status"] == 503
    assert (await client.get(f"{ROOT}/reading")).status_code == 200, "the present needs no store"
