"""The present in words, once: what the page is first drawn with, and what each event brings to it later."""

from typing import TypedDict

from hanport.home.values import PortState
from hanport.home.web.pagedata import Flow, Freshness, Present
from hanport.home.web.pagedata_gauge import Gauge, Level
from hanport.home.web.pagedata_words import HomeWords


class GaugeState(TypedDict):
    """How a gauge is drawn, and what a screen reader is told of it."""

    level: str
    filled: int
    now: float | None
    words: str


class LiveState(TypedDict):
    """The whole small state of the page. `point` is a point of the power line: seconds since 1970, W."""

    freshness: str
    flow: str
    texts: dict[str, str]
    gauges: dict[str, GaugeState]
    point: tuple[float, int | None] | None
    age_s: float | None
    stale_after_s: float
    port: str
    summary: str


_OVER = (Level.OVER, Level.FAR_OVER)


def live_state(present: Present, words: HomeWords, now_s: float) -> LiveState:
    """All that changes on the page. `now_s` is the wall time in seconds since 1970, for the age."""
    received = present.received_at
    return {
        "freshness": present.freshness,
        "flow": present.flow,
        "texts": _texts(present, words),
        "gauges": {gauge.key: gauge_state(gauge, words) for gauge in present.phases},
        "point": (present.at.timestamp(), present.power_w) if present.at and present.power_w is not None else None,
        "age_s": None if received is None else round(max(0.0, now_s - received.timestamp()), 1),
        "stale_after_s": present.stale_after_s,
        "port": present.status.state,
        "summary": summary(present, words),
    }


def _texts(present: Present, words: HomeWords) -> dict[str, str]:
    texts = {
        "power": words.power(present.power_w),
        "flow": words.t(f"now.flow.{present.flow}"),
        "stale": stale_words(present, words),
        "today_import": words.energy(present.today.import_wh),
        "today_export": words.energy(present.today.export_wh),
    }
    for gauge in present.phases:
        texts |= {
            f"{gauge.key}_current": words.amp(gauge.current_ma),
            f"{gauge.key}_percent": words.percent(gauge.percent),
            f"{gauge.key}_level": words.t(f"gauge.{gauge.level}"),
            f"{gauge.key}_voltage": words.volt(gauge.voltage_mv),
            f"{gauge.key}_power": words.power(gauge.power_w),
        }
    return texts


def stale_words(present: Present, words: HomeWords) -> str:
    """Why there are no values, and what the last one was; empty while there are."""
    if present.freshness is Freshness.FRESH:
        return ""
    key = "lost" if present.status.state is PortState.LOST else present.freshness
    return words.t(f"now.old.{key}", power=words.power(present.last_power_w))


def gauge_state(gauge: Gauge, words: HomeWords) -> GaugeState:
    """A gauge for eyes and for ears."""
    if gauge.level is Level.UNKNOWN:
        said = words.t("gauge.said_unknown")
    else:
        said = words.t(
            "gauge.said",
            current=words.amp(gauge.current_ma),
            fuse=words.n(gauge.fuse_a),
            percent=words.percent(gauge.percent),
            level=words.t(f"gauge.{gauge.level}"),
        )
    now = None if gauge.current_ma is None else abs(gauge.current_ma) / 1000
    return {"level": gauge.level, "filled": gauge.filled, "now": now, "words": said}


def summary(present: Present, words: HomeWords) -> str:
    """One sentence for a screen reader."""
    if present.freshness is not Freshness.FRESH or present.flow is Flow.UNKNOWN:
        return stale_words(present, words) or words.t("now.flow.unknown")
    said = f"{words.t(f'now.flow.{present.flow}')}: {words.power(present.power_w)}."
    full = [gauge for gauge in present.phases if gauge.level in _OVER]
    return " ".join([said, *(f"{gauge.name}: {words.t(f'gauge.{gauge.level}')}." for gauge in full)])
