"""What the start page shows, in words and marks: what it is first drawn with, and what each event brings to it."""

from datetime import datetime
from typing import TypedDict

from hanport.demo import told
from hanport.demo.director import ANEW, Director
from hanport.demo.journal import Line, Outcome, Party
from hanport.demo.situations import SEED, Situation
from hanport.demo.stage import Stage, Standing
from hanport.demo.story import Seen, Step
from hanport.web.words import Words

_ENDED = ("read_back", "refused", "cancelled", "expired")
_PHONE_ENDED = ("complete", "failed")
_STALE_INTERVALS, _STALE_AT_LEAST_S = 2.5, 30.0


class CallView(TypedDict):
    """A call of a line."""

    what: str
    outcome: str


class LineView(TypedDict):
    """A line of the log."""

    at: str
    party: str
    text: str
    calls: list[CallView]


class View(TypedDict):
    """All that changes on the page. `say` are texts, `mark` words for the style, `can` which buttons work, `links`
    where to go ("" while there is nothing). `beat` counts what has left the port, `run` the runs.
    """

    say: dict[str, str]
    mark: dict[str, str]
    can: dict[str, bool]
    links: dict[str, str]
    lines: list[LineView]
    beat: int
    run: int


class Viewer:
    """Says how everything stands, in one language."""

    def __init__(self, stage: Stage, director: Director, words: Words) -> None:
        self._stage = stage
        self._run = director.journal.run
        self._is_free = director.is_free
        self._words = words
        self._t = words.t

    def view(self, seen: Seen) -> View:
        """All of it."""
        return {
            "say": self._say(seen),
            "mark": self._mark(seen),
            "can": self._can(seen),
            "links": self._links(),
            "lines": [self._line(each) for each in self._run.lines],
            "beat": seen.meter.chunks_sent if seen.meter else 0,
            "run": self._run.number,
        }

    def _say(self, seen: Seen) -> dict[str, str]:
        words, holder = self._words, self._stage.cast.holder.name
        live = self._live(seen)
        measured = seen.meter.reading if seen.meter else told.Reading()
        step = self._stage.story.next
        return {
            "announce": self._t(f"announce.{step.value if step else 'end'}", name=holder),
            "portal.state": self._portal(seen),
            "portal.port": self._port(seen),
            "portal.deadline": self._deadline(seen),
            "phone.state": self._phone(seen),
            "meter.state": self._meter(seen),
            "meter.power": words.watt(measured.power_w),
            "meter.register": words.kwh(measured.energy_import_wh, 0),
            "meter.serial": self._stage.cast.serial,
            "hub.state": self._hub(seen),
            "hub.power": words.watt(live.reading.power_w if live else None),
            "hub.age": self._age(seen),
            "holder": self._t("holder", name=holder),
            "auto": self._t("auto", name=holder),
            "run.title": self._t(f"run.title.{self._run.name}", name=holder),
            "run.state": self._t(f"run.state.{self._run.outcome}", problem=self._run.problem),
        }

    def _portal(self, seen: Seen) -> str:
        if (standing := self._stage.standing[Party.PORTAL]) is not Standing.READY or seen.facility is None:
            return self._t(f"portal.{'starting' if standing is Standing.READY else standing}")
        order = next(iter(seen.facility.orders), None)
        if order is None:
            return self._t("portal.nothing")
        return self._t("portal.order", kind=self._t(f"kind.{order.kind}"), state=self._t(f"order.{order.state}"))

    def _port(self, seen: Seen) -> str:
        port = seen.facility.port(self._stage.cast.serial) if seen.facility else None
        if port is None or port.reported_at is None:
            return self._t("portal.port.unknown")
        at = self._words.time(port.reported_at, seconds=True)
        ended = port.reported == "closed" and not port.has_right and Step.OPENED in self._stage.story.done
        return self._t(f"portal.port.{'ended' if ended else port.reported}", at=at)

    def _deadline(self, seen: Seen) -> str:
        orders = seen.facility.orders if seen.facility else ()
        due = next((each for each in orders if each.deadline_at and each.state not in _ENDED), None)
        return self._t("portal.deadline", at=self._moment(due.deadline_at)) if due and due.deadline_at else ""

    def _phone(self, seen: Seen) -> str:
        standing = self._stage.standing[Party.PHONE]
        if standing is not Standing.READY:
            return self._t(f"phone.{standing}")
        orders = seen.phone.orders if seen.phone else ()
        newest = orders[-1] if orders else None
        if newest is None:
            return self._t("phone.idle")
        state = newest.state if newest.state in _PHONE_ENDED else "reading" if newest.person else "waits"
        return self._t(f"phone.{newest.call if newest.call == 'sign' else 'auth'}.{state}", name=newest.person)

    def _meter(self, seen: Seen) -> str:
        standing, meter = self._stage.standing[Party.METER], seen.meter
        if standing is not Standing.READY or meter is None:
            return self._t(f"meter.{'starting' if standing is Standing.READY else standing}")
        return self._t(f"meter.{_meter_state(meter)}", interval=self._stage.wishes.interval)

    def _hub(self, seen: Seen) -> str:
        standing, hub = self._stage.standing[Party.HUB], seen.hub
        if standing is not Standing.READY or hub is None:
            return self._t(f"hub.{'starting' if standing is Standing.READY else standing}")
        said = [self._t("hub.live")] if self._live(seen) else []
        if hub.finding:
            key = f"hub.finding.{hub.finding}"
            said.append(self._t(key if self._words.has(key) else "hub.finding.other"))
        if not said:
            said.append(self._t("hub.stale" if self._stage.story.hears(seen) else "hub.waits"))
        return " ".join(said)

    def _live(self, seen: Seen) -> told.HubReading | None:
        """The hub's last telegram, while it is the present: as the hub's own page counts it."""
        reading = self._stage.story.hears(seen)
        stale_after_s = max(_STALE_AT_LEAST_S, _STALE_INTERVALS * self._stage.wishes.interval)
        return reading if reading is not None and reading.age_s <= stale_after_s else None

    def _age(self, seen: Seen) -> str:
        reading = self._stage.story.hears(seen)
        return "" if reading is None else self._t("hub.age", age=self._words.span(reading.age_s))

    def _mark(self, seen: Seen) -> dict[str, str]:
        marks = {party.value: standing.value for party, standing in self._stage.standing.items()}
        story = self._stage.story
        for step in Step:
            is_now = step is story.next and self._stage.is_ready
            marks[f"step.{step.value}"] = "done" if step in story.done else "now" if is_now else "later"
        marks["run"] = self._run.outcome.value
        marks["playing"] = self._run.name if self._run.outcome is Outcome.RUNNING else ""
        marks["live"] = "yes" if self._live(seen) else "no"
        if seen.meter is not None:
            module = seen.meter.module
            marks |= {
                "port": "open" if module.open else "closed",
                "sends": "no" if seen.meter.sends == "nothing" else "yes",
                "cable": "in" if module.cable_in else "out",
                "supply": "in" if module.reader_supply else "out",
                "display": "waking" if module.awake_at > seen.meter.at else "on",
            }
        return marks

    def _can(self, seen: Seen) -> dict[str, bool]:
        at_cabinet = self._stage.standing[Party.METER] is Standing.READY and seen.meter is not None
        is_closed = seen.meter is not None and not seen.meter.module.open
        can = {each: at_cabinet for each in ("cable", "supply", "breaker")}
        can |= {each.value: self._is_free for each in SEED}
        can[Situation.METER_EXCHANGE] = self._is_free and self._stage.cast.has_spare_meter
        return can | {Situation.OPEN: self._is_free and is_closed, ANEW: self._is_free}

    def _links(self) -> dict[str, str]:
        stage = self._stage
        is_ready = {party: standing is Standing.READY for party, standing in stage.standing.items()}
        portal = stage.places.portal_url if is_ready[Party.PORTAL] else ""
        return {
            "portal": portal,
            "order": f"{portal}/identify?next=/order" if portal else "",
            "facilities": f"{portal}/identify?next=/facilities" if portal else "",
            "staff": stage.staff_link,
            "phone": stage.places.phone_url if is_ready[Party.PHONE] else "",
            "hub": stage.hub_place if is_ready[Party.HUB] else "",
        }

    def _line(self, line: Line) -> LineView:
        return {
            "at": self._words.time(line.at, seconds=True),
            "party": line.party.value,
            "text": self._t(line.key, **line.facts),
            "calls": [{"what": each.what, "outcome": each.outcome} for each in line.calls],
        }

    def _moment(self, at: datetime) -> str:
        return self._words.moment(at)


def _meter_state(meter: told.Meter) -> str:
    """The first that explains what is seen of it."""
    module = meter.module
    states = (
        ("hung", module.hung),
        ("waking", module.awake_at > meter.at),
        ("closed", not module.open),
        ("cable", not module.cable_in),
        ("supply", not module.reader_supply),
        ("broken", any(each.active for each in meter.faults)),
    )
    return next((state for state, is_so in states if is_so), "sends")
