"""The metrics, read by Prometheus's own parser."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from hanport.clock import ManualClock
from hanport.home.config import HomeConfig
from hanport.home.share import metrics
from hanport.home.share.access import Allowance, Door
from hanport.home.share.figures import FIGURES, FRESH_S
from hanport.home.values import PartState, PartStatus, PortState, PortStatus
from hanport.port.values import Reading
from share_house import ON, TOKENS
from share_samples import NOW, live, sample

ASK = {"authorization": "Bearer hp_metrics"}


class Hub:
    """A hub with its metrics."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.live = live()
        self.config = ON

    def app(self) -> Starlette:
        is_on = metrics.is_on(lambda: self.config)
        door = Door("metrics", "share.metrics", is_on, TOKENS, Allowance(self.clock))
        return Starlette(routes=metrics.routes(self.live, self.clock, door))


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
async def client(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(hub.app()), base_url="http://hub", headers=ASK) as made:
        yield made


Told = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def told(
    client: httpx.AsyncClient, parse: Callable[[str], Any] = text_string_to_metric_families, accept: str = "text/plain"
) -> Told:
    answer = await client.get("/metrics", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value
        for family in parse(answer.text)
        for each in family.samples
    }


def value(known: Told, name: str, **labels: str) -> float | None:
    return known.get((name, tuple(sorted(labels.items()))))


async def test_a_reading(client: httpx.AsyncClient, hub: Hub) -> None:
    hub.live.heard(sample())
    await hub.clock.advance(4.5)
    known = await told(client)
    assert value(known, "hanport_energy_watt_hours_total", direction="import") == 60_995_424
    assert value(known, "hanport_energy_watt_hours_total", direction="export") == 12_007
    assert value(known, "hanport_power_watts", direction="import") == 1727
    assert value(known, "hanport_power_watts", direction="export") == 0
    assert value(known, "hanport_phase_power_watts", direction="import", phase="l2") == 227
    assert value(known, "hanport_voltage_volts", phase="l1") == 230.1
    assert value(known, "hanport_current_amperes", phase="l1") == 6.5
    assert value(known, "hanport_telegram_age_seconds") == 4.0
    assert value(known, "hanport_port_state", state="well") == 1
    assert value(known, "hanport_port_state", state="silent") == 0


async def test_what_the_meter_did_not_say_is_left_out(client: httpx.AsyncClient, hub: Hub) -> None:
    hub.live.heard(sample(Reading(at=NOW, power_import_w=5), "aidon-hdlc"))
    known = await told(client)
    assert value(known, "hanport_power_watts", direction="import") == 5
    assert value(known, "hanport_power_watts", direction="export") is None
    assert not [name for name, _ in known if "voltage" in name or "energy" in name]


async def test_stale_values_end_and_registers_go_on(client: httpx.AsyncClient, hub: Hub) -> None:
    hub.live.heard(sample())
    hub.live.becomes(PortStatus(PortState.SILENT, NOW))
    await hub.clock.advance(FRESH_S + 1)
    known = await told(client)
    assert value(known, "hanport_power_watts", direction="import") is None
    assert value(known, "hanport_energy_watt_hours_total", direction="import") == 60_995_424
    assert value(known, "hanport_port_state", state="silent") == 1


async def test_before_the_first_telegram(client: httpx.AsyncClient, hub: Hub) -> None:
    hub.live.backlog = lambda: 17
    hub.live.parts["mqtt"] = PartStatus("mqtt", PartState.FAILED, NOW, "away")
    hub.live.parts["source"] = PartStatus("source", PartState.RUNNING, NOW)
    known = await told(client)
    assert value(known, "hanport_telegram_age_seconds") is None
    assert value(known, "hanport_part_up", part="mqtt") == 0
    assert value(known, "hanport_part_up", part="source") == 1
    assert value(known, "hanport_store_backlog") == 17


async def test_openmetrics_where_it_is_asked_for(client: httpx.AsyncClient, hub: Hub) -> None:
    hub.live.heard(sample())
    known = await told(client, read_openmetrics, "application/openmetrics-text; version=1.0.0")
    assert value(known, "hanport_energy_watt_hours_total", direction="import") == 60_995_424


async def test_only_with_the_scope_and_only_when_on(client: httpx.AsyncClient, hub: Hub) -> None:
    assert (await client.get("/metrics", headers={"authorization": "Bearer hp_read"})).status_code == 403
    assert (await client.get("/metrics", headers={"authorization": ""})).status_code == 401
    assert (await client.post("/metrics")).status_code == 405
    hub.config = HomeConfig()
    assert (await client.get("/metrics")).status_code == 404


def test_every_figure_has_its_metric() -> None:
    fields = [field for series in metrics.SERIES for field in series.fields]
    assert sorted(fields) == sorted(figure.field for figure in FIGURES.values())
