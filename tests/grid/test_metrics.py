"""The figures for Prometheus, as its own parser reads them."""

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from grid.reconcile.hands import Hands
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid import alarms
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import CommandKind
from hanport.grid.metrics import FRESH_S, Metrics
from hanport.grid.reconcile import duties


def figures(metrics: Metrics) -> dict[str, float]:
    """`name{label}` -> value, of all that are of the service."""
    return {
        f"{sample.name}{''.join(f'{{{value}}}' for value in sample.labels.values())}".removeprefix("hanport_grid_"): (
            sample.value
        )
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


async def test_the_work_is_counted(database: Database, town: Town, clock: ManualClock) -> None:
    hands = Hands(database)
    metrics = Metrics(database, clock)
    before = figures(metrics)
    assert (before["orders{right_checked}"], before["outbox_age_seconds"], before["log_entries"]) == (0, 0, 0)
    assert "closing_deadline_seconds" not in before

    _, meter, customer, contract = town.household()
    town.request(contract, customer, deadline_at=clock.now() + timedelta(seconds=60))
    hands.set_port(meter, reported="closed", reported_at=clock.now())
    hands.review(meter)
    closing = town.meter(town.facility())
    hands.set_port(closing, reported="open", reported_at=clock.now(), may_be_open=True)
    hands.review(closing)
    with database.writing("system") as work:
        alarms.raise_alarm(work, alarms.ORDER_LATE, "o-1", "Late.")
        duties.beat(work)
    assert figures(metrics)["orders{right_checked}"] == 0, "not read again at once"

    await clock.advance(90)
    after = figures(metrics)
    assert after["orders{right_checked}"] == 1
    assert after["orders_late"] == 1
    assert after["commands{open}{queued}"] == 1
    assert after["commands{close}{queued}"] == 1
    assert after["outbox_age_seconds"] == 90
    assert after["ports{closed}"] == after["ports{open}"] == 1
    assert after["ports_may_be_open"] == 1
    assert after["closings_unconfirmed"] == 1
    assert 0 < after["closing_deadline_seconds"] < 2 * 86_400
    assert after["alarms{order_late}"] == 2
    assert after["since_seconds{beat}"] == 90
    assert after["log_entries"] > 0
    assert after["imports_waiting"] == 0

    leased = hands.take()
    assert {each.command.kind for each in leased} == {CommandKind.OPEN, CommandKind.CLOSE}
    await clock.advance(FRESH_S)
    sending = figures(metrics)
    assert sending["commands{open}{sending}"] == 1
    assert sending["outbox_age_seconds"] == 0


def test_requests_are_counted(database: Database, clock: ManualClock) -> None:
    metrics = Metrics(database, clock)
    metrics.count("GET", "/api/v1/alarms", 200, 0.05)
    metrics.count("GET", "/api/v1/alarms", 200, 0.01)
    metrics.count("BREW", "other", 405, 0.01)
    found = figures(metrics)
    assert found["requests_total{/api/v1/alarms}{GET}{200}"] == 2
    assert found["requests_total{other}{other}{405}"] == 1
    assert found["request_seconds_count{/api/v1/alarms}"] == 2
    assert found["process_open_fds"] > 0
