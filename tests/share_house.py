"""A hub with three hours of readings behind it, and its API, for the tests of the shares."""

from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
from starlette.applications import Starlette

from hanport.clock import ManualClock
from hanport.home.config import ApiTable, HomeConfig, HubTable, MetricsTable, ShareTable
from hanport.home.live import Live
from hanport.home.share import api
from hanport.home.share.access import Allowance, Door
from hanport.home.share.api_endpoints import Knowledge
from hanport.home.share.stream import Streams
from hanport.home.store.events import begin_event, end_event
from hanport.home.store.thread import StoreThread
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity, Sample
from share_samples import NOW, READING, SomeTokens, live, sample

HOURS = 3
STEP_S = 60
ON = HomeConfig(
    hub=HubTable(name="Villa Ek"), share=ShareTable(api=ApiTable(enabled=True), metrics=MetricsTable(enabled=True))
)
TOKENS = SomeTokens(hp_read={"read"}, hp_metrics={"metrics"})
READ = {"authorization": "Bearer hp_read"}


@dataclass
class House:
    """All that the API stands on; `breath_s` is short, so that a stream can be seen to draw breath."""

    store: StoreThread
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    live: Live = field(default_factory=live)
    config: HomeConfig = ON
    breath_s: float = 0.05

    def knowledge(self) -> Knowledge:
        return Knowledge(lambda: self.config, self.live, self.store, self.clock)

    def streams(self) -> Streams:
        return Streams(self.knowledge(), breath_s=self.breath_s)

    def door(self) -> Door:
        return Door("read", "share.api", api.is_on(lambda: self.config), TOKENS, Allowance(self.clock, burst=1e9))

    def app(self) -> Starlette:
        return Starlette(routes=api.routes(self.knowledge(), self.door(), self.streams()))


def past(hours: int = HOURS) -> list[Sample]:
    """A sample a minute, 1 Wh more each, up to NOW."""
    one, samples = sample(), []
    for number in range(hours * 3600 // STEP_S + 1):
        at = NOW - timedelta(hours=hours) + timedelta(seconds=number * STEP_S)
        reading = msgspec.structs.replace(READING, at=at, energy_import_wh=1_000_000 + number)
        samples.append(Sample(at, at, one.telegram, reading, MeterIdentity("KAM5", "735999"), one.extras))
    return samples


async def fill(house: House) -> None:
    """Store the past and two events, and hear the last telegram."""
    samples = past()

    def store(into: Store) -> None:
        for each in samples:
            into.append(each)
        into.flush()

    await house.store.run(store)
    await house.store.write(lambda c: begin_event(c, "silent", NOW - timedelta(hours=1), {"why": "hang"}))
    over = await house.store.write(lambda c: begin_event(c, "restart", NOW - timedelta(hours=2)))
    await house.store.write(lambda c: end_event(c, over, NOW - timedelta(hours=2) + timedelta(minutes=1)))
    house.live.heard(samples[-1])
