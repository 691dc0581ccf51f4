"""`/metrics` for Prometheus: readings, their age, and how the port and the parts of the hub do.

Momentary values are left out when they are stale: a graph ends then instead of going on flat. Values are in the units
that Prometheus recommends (V, A, W), energies in Wh, as the meter counts.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport import __version__
from hanport.clock import Clock
from hanport.home.config import HomeConfig
from hanport.home.live import Live
from hanport.home.share.access import Door, Endpoint, only_reading
from hanport.home.share.figures import is_fresh
from hanport.home.values import PartState, PortState, Sample
from hanport.port.values import Reading

PATH = "/metrics"


class Series(NamedTuple):
    """A metric of a reading: what its fields are called, and their labels' values."""

    name: str
    says: str
    labels: tuple[str, ...]
    fields: dict[str, tuple[str, ...]]
    divisor: int
    counts: bool = False


_WAYS = ("import", "export")
_PHASES = ("l1", "l2", "l3")
_EACH = tuple((way, phase) for way in _WAYS for phase in _PHASES)

# fmt: off
SERIES: tuple[Series, ...] = (
    Series("hanport_energy_watt_hours", "The meter's registers.", ("direction",),
           {f"energy_{way}_wh": (way,) for way in _WAYS}, 1, counts=True),
    Series("hanport_reactive_energy_var_hours", "The meter's reactive registers.", ("direction",),
           {f"reactive_energy_{way}_varh": (way,) for way in _WAYS}, 1, counts=True),
    Series("hanport_power_watts", "Power of all phases together.", ("direction",),
           {f"power_{way}_w": (way,) for way in _WAYS}, 1),
    Series("hanport_reactive_power_vars", "Reactive power of all phases together.", ("direction",),
           {f"reactive_power_{way}_var": (way,) for way in _WAYS}, 1),
    Series("hanport_phase_power_watts", "Power of each phase.", ("direction", "phase"),
           {f"power_{way}_{phase}_w": (way, phase) for way, phase in _EACH}, 1),
    Series("hanport_phase_reactive_power_vars", "Reactive power of each phase.", ("direction", "phase"),
           {f"reactive_power_{way}_{phase}_var": (way, phase) for way, phase in _EACH}, 1),
    Series("hanport_voltage_volts", "Voltage of each phase.", ("phase",),
           {f"voltage_{phase}_mv": (phase,) for phase in _PHASES}, 1000),
    Series("hanport_current_amperes", "Current of each phase.", ("phase",),
           {f"current_{phase}_ma": (phase,) for phase in _PHASES}, 1000),
)
# fmt: on


def is_on(config: Callable[[], HomeConfig]) -> Callable[[], bool]:
    """Whether the settings have the metrics switched on, asked anew each time."""
    return lambda: config().share.metrics.enabled


def routes(live: Live, clock: Clock, door: Door) -> list[BaseRoute]:
    """The route of the metrics."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(HubCollector(live, clock))

    async def answer(request: Request) -> Response:
        await door.admit(request)
        only_reading(request)
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"cache-control": "no-store", "content-type": content_type})

    return [Route(PATH, Endpoint(answer))]


class HubCollector(Collector):
    """Reads the hub's present when it is asked."""

    def __init__(self, live: Live, clock: Clock) -> None:
        self._live = live
        self._clock = clock

    def collect(self) -> Iterable[Metric]:
        """All metrics."""
        build = GaugeMetricFamily("hanport_build_info", "The version of the hub.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        yield self._port()
        yield self._parts()
        yield GaugeMetricFamily("hanport_store_backlog", "Telegrams that wait to be stored.", self._live.backlog())
        sample = self._live.sample
        if sample is not None:
            yield from self._readings(sample)

    def _port(self) -> Metric:
        port = GaugeMetricFamily("hanport_port_state", "1 for the state that the port is in.", labels=["state"])
        for state in PortState:
            port.add_metric([state.value], int(state is self._live.status.state))
        return port

    def _parts(self) -> Metric:
        parts = GaugeMetricFamily("hanport_part_up", "1 for a part of the hub that runs.", labels=["part"])
        for name, part in sorted(self._live.parts.items()):
            parts.add_metric([name], int(part.state is PartState.RUNNING))
        return parts

    def _readings(self, sample: Sample) -> Iterator[Metric]:
        now = self._clock.now()
        age_s = (now - sample.received_at).total_seconds()
        yield GaugeMetricFamily("hanport_telegram_age_seconds", "Since the last telegram came.", age_s)
        fresh = is_fresh(sample, now)
        for series in SERIES:
            if fresh or series.counts:
                yield _metric(series, sample.reading)


def _metric(series: Series, reading: Reading) -> Metric:
    kind = CounterMetricFamily if series.counts else GaugeMetricFamily
    metric = kind(series.name, series.says, labels=series.labels)
    for field, labels in series.fields.items():
        value = getattr(reading, field)
        if value is not None:
            metric.add_metric(labels, value / series.divisor)
    return metric
