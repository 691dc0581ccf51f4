"""Take the pictures of the demonstration's start page: what its parties have told is staged, the page is the real one.

They are of the page as it is first drawn, without scripts: nothing moves.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, FloatRect
from tools.small_png import small

from demo.staged import Staged, facility, heard, meter, order, phone
from hanport.demo.journal import Outcome, Party
from hanport.demo.page import make_page
from hanport.demo.situations import Situation
from hanport.demo.stage import Standing
from hanport.demo.story import Seen
from hanport.demo.told import HubStatus
from home.web.browser import PHONE, visit
from home.web.serve import loop_in_thread

DESK = (1120, 1330)
LONG_PHONE = (PHONE[0], 2900)


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: of which moment, and in which browser."""

    name: str
    moment: str
    size: tuple[int, int] = DESK
    scheme: str = "light"
    language: str = "sv-SE"
    part: str = "main"  # where the picture begins


SHOTS = (
    Shot("demo", "waiting"),
    Shot("demo-live", "live"),
    Shot("demo-live-dark", "live", scheme="dark"),
    Shot("demo-live-english", "live", language="en-GB"),
    Shot("demo-phone", "live", LONG_PHONE),
    Shot("demo-starting", "starting"),
    Shot("demo-situations", "hanging", part=".log"),
    Shot("demo-hang-phone-dark", "hanging", LONG_PHONE, "dark", part=".parties"),
    Shot("demo-failed", "failed", language="en-GB", part=".parties"),
)


def _starting(staged: Staged) -> None:
    """The phone and the meter are there, the company and the hub are not."""
    staged.stage.standing |= {Party.PHONE: Standing.READY, Party.METER: Standing.READY}
    for party, key in ((Party.HUB, "past"), (Party.PORTAL, "company"), (Party.PHONE, "phone"), (Party.METER, "meter")):
        facts = {"days": 90, "company": staged.stage.company.name, "serial": staged.stage.cast.serial}
        staged.journal.say(party, f"run.start.{key}", **facts)
    _tell(staged, Seen(meter=meter(open=False, sends="nothing")))


def _waiting(staged: Staged) -> None:
    _tell(staged.ready(), Seen(meter(open=False, sends="nothing"), facility(), hub=HubStatus("starting")))


def _live(staged: Staged) -> None:
    _tell(staged.ready(), _opened())
    _say(staged, Situation.OPEN, "identify", "order", "opens", "waits", "heard")
    staged.journal.end(Outcome.DONE)


def _hanging(staged: Staged) -> None:
    _tell(staged.ready(), _opened())
    hung = Seen(
        meter(hung=True, sends="nothing"),
        facility(order(), reported="open", has_right=True),
        phone(call="sign"),
        HubStatus("silent", "silent-since"),
        heard(age_s=71),
    )
    _tell(staged, hung)
    _say(staged, Situation.PORT_HANGS, "hang.fault", "hang.waits", "hang.found", "identify", "hang.guide")


def _failed(staged: Staged) -> None:
    _hanging(staged)
    staged.stage.standing[Party.HUB] = Standing.ENDED
    staged.journal.end(Outcome.FAILED, "The hub hears no telegram. Look at the parties, or begin the story anew.")


def _opened() -> Seen:
    opened = facility(order(), reported="open", has_right=True)
    return Seen(meter(), opened, phone(call="sign"), HubStatus("well"), heard(power_w=2436))


def _tell(staged: Staged, seen: Seen) -> None:
    """Looked at twice, as each second: a step follows the one before."""
    staged.watch.seen = seen
    if staged.stage.is_ready:
        for _ in range(2):
            staged.stage.story.look(seen, staged.stage.cast.serial)


def _say(staged: Staged, situation: Situation, *keys: str) -> None:
    staged.journal.begin(situation)
    of = {"identify": Party.CUSTOMER, "order": Party.CUSTOMER, "opens": Party.PORTAL, "hang.fault": Party.METER}
    of |= {"hang.guide": Party.CUSTOMER}
    calls = {
        "identify": ("GET :8490 /identify", "POST :8490 /identify", "POST :8475 /control/phone"),
        "order": ("GET :8490 /order", "POST :8490 /order", "POST :8475 /control/phone"),
        "hang.fault": ("POST :5501 /api/v1/fault",),
    }
    for key in keys:
        staged.journal.say(of.get(key, Party.HUB), f"run.{key}", name=staged.stage.cast.holder.name, power_w=2436)
        for what in calls.get(key, ()):
            staged.journal.call(what, "200")


MOMENTS: dict[str, Callable[[Staged], None]] = {
    "starting": _starting,
    "waiting": _waiting,
    "live": _live,
    "hanging": _hanging,
    "failed": _failed,
}


@contextmanager
def served(moment: str) -> Iterator[str]:
    """The start page at a moment of the story: its address."""
    with tempfile.TemporaryDirectory() as folder, loop_in_thread() as loop:
        staged = loop.call(lambda: _staged(Path(folder), moment))
        app = make_page(staged.stage, staged.watch, staged.director, staged.news)
        with loop.serving(app) as address:
            yield address


async def _staged(folder: Path, moment: str) -> Staged:
    staged = Staged(folder)
    staged.stage.hub_place = "http://127.0.0.1:8480/"
    MOMENTS[moment](staged)
    await staged.clock.advance(timedelta(minutes=5).total_seconds())
    return staged


def pictures(browser: Browser, names: list[str]) -> Iterator[tuple[str, bytes]]:
    """The pictures whose names begin so, or all of them."""
    for shot in SHOTS:
        if names and not shot.name.startswith(tuple(names)):
            continue
        wide, high = shot.size
        seen = visit(browser, size=shot.size, scheme=shot.scheme, language=shot.language, scripts=False)
        with served(shot.moment) as address, seen as visited:
            visited.page.goto(address)
            top = (visited.page.locator(shot.part).bounding_box() or {"y": 0})["y"] if shot.part != "main" else 0
            clip: FloatRect = {"x": 0, "y": max(0, top - 16), "width": wide, "height": high}
            taken = visited.page.screenshot(full_page=True, clip=clip, animations="disabled")
            yield shot.name, small(taken, visited.context.new_page())
