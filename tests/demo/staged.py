"""A stage on which no program runs: what its page shows of parties that have told this or that."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from hanport.clock import ManualClock
from hanport.demo import told
from hanport.demo.director import Director
from hanport.demo.journal import Journal, Outcome
from hanport.demo.page import make_page
from hanport.demo.places import Places
from hanport.demo.register import HOUSE_METERS
from hanport.demo.stage import Stage, Standing, Wishes
from hanport.demo.story import Seen
from hanport.demo.view import View, Viewer
from hanport.demo.watch import News, Watch
from hanport.web.words import Words

START = datetime(2026, 11, 25, 8, tzinfo=UTC)
# Nobody listens there: port 9 is for discarding, and needs rights that a test has not.
PLACES = Places(
    portal=9,
    identity=9,
    phone=9,
    head_end=9,
    head_end_control=9,
    controls=(9,) * len(HOUSE_METERS),
    bakehouse=9,
    telegrams="tcp://127.0.0.1:9",
)


@dataclass
class Staged:
    """The parts of the page, over a stage that stands as a test says."""

    folder: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    news: News = field(default_factory=News)

    def __post_init__(self) -> None:
        wishes = Wishes(folder=self.folder, days=1, interval=10, seed=1, language="sv", hub_port=0, places=PLACES)
        self.stage = Stage(wishes, self.clock, self.news.tell)
        self.watch = Watch(self.stage, self.news, self.clock)
        self.journal = Journal(self.clock, self.news.tell)
        self.director = Director(self.stage, self.watch, self.journal, self.clock)

    def ready(self) -> "Staged":
        """All parties are there, and nothing is played."""
        self.stage.standing = dict.fromkeys(self.stage.standing, Standing.READY)
        self.journal.end(Outcome.DONE)
        return self

    def view(self, language: str = "en", **seen: Any) -> View:
        """What is shown when the parties have told that."""
        words = Words(language, ("demo", "web"))
        self.watch.seen = Seen(**seen)
        return Viewer(self.stage, self.director, words).view(self.watch.seen)

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """A browser at the start page."""
        app = make_page(self.stage, self.watch, self.director, self.news)
        base = "http://127.0.0.1:8470"
        transport = httpx.ASGITransport(app=app)
        sent = {"origin": base, "accept": "text/html", "accept-language": "en"} | headers
        return httpx.AsyncClient(transport=transport, base_url=base, headers=sent)


def meter(*, sends: str = "telegram", faults: tuple[told.Fault, ...] = (), **module: Any) -> told.Meter:
    """A meter whose port is open and sends, but for what is said otherwise."""
    usual: dict[str, Any] = {
        "open": True,
        "awake_at": START,
        "powered": True,
        "hung": False,
        "cable_in": True,
        "reader_supply": True,
    }
    reading = told.Reading(power_import_w=1500, power_export_w=0, energy_import_wh=60_995_424, energy_export_wh=12)
    at = START + timedelta(minutes=5)
    return told.Meter(at, sends, 7, told.Module(**(usual | module)), faults, reading)


def order(kind: str = "open", state: str = "read_back", **more: Any) -> told.Order:
    """An order of the house."""
    return told.Order("abc", kind, state, "", START, **more)


def facility(*orders: told.Order, reported: str = "closed", has_right: bool = False) -> told.Facility:
    """The house with its first meter."""
    port = told.Port(reported, has_right, START)
    return told.Facility((told.InstalledMeter(HOUSE_METERS[0], port=port),), orders)


def phone(state: str = "complete", person: str = "Astrid Fjällgren", call: str = "auth") -> told.Phone:
    """A phone that was asked for one thing."""
    return told.Phone((told.PhoneOrder("o1", call, state, "", person),))


def heard(*, age_s: float = 3, power_w: int = 1500, at: datetime = START) -> told.HubReading:
    """The hub's last telegram."""
    return told.HubReading(at, age_s, told.Reading(power_import_w=power_w, power_export_w=0))
