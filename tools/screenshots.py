"""Take the pictures of docs/screenshots: a household with a past on a real web app, seen by a headless Chromium.

`PYTHONPATH=tests python -m tools.screenshots [NAME ...]` takes all of them, or those whose names begin so.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path

import apsw
from playwright.sync_api import Browser, Page
from tools import demo_screenshots, grid_screenshots
from tools.small_png import small

from hanport.home.health import Act
from hanport.home.store.events import begin_event, count_port_day, end_event
from hanport.port.values import Reading
from home.web.browser import PHONE, started, visit
from home.web.household import present_reading, sample_of
from home.web.scene import PASSWORD, START, Scene
from home.web.staged import Stage, fill, staged

FOLDER = Path(__file__).parents[1] / "docs/screenshots"
LARGEST_BYTES = 150_000
DESK = (1120, 800)
NOW = START + timedelta(minutes=25)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

Prepare = Callable[[Page], None]


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: of which household, page, and browser; `prepare` does what a person would do first."""

    name: str
    house: str
    path: str
    size: tuple[int, int] = DESK
    scheme: str = "light"
    language: str = "sv-SE"
    prepare: Prepare = lambda page: None
    part: str = ""  # only this element
    medium: str = "screen"


def _open_telegram(page: Page) -> None:
    page.click("details.numbers:has(table.rows) > summary")
    page.click("details.raw > summary")


def _zoom(page: Page) -> None:
    _settled(page)
    for _ in range(3):
        page.click("[data-zoom=in]")
        page.wait_for_timeout(400)
    page.hover("#curve-plot .u-over", position={"x": 300, "y": 80})


def _phases(page: Page) -> None:
    _settled(page)
    page.click("[data-phases-button]")


def _settled(page: Page) -> None:
    page.wait_for_selector("#curve-plot canvas")
    page.wait_for_timeout(300)


SHOTS = (
    Shot("now", "living", "/"),
    Shot("now-dark", "living", "/", scheme="dark"),
    Shot("now-phone", "living", "/", PHONE),
    Shot("now-english", "living", "/", language="en-GB"),
    Shot("now-export", "sunny", "/", PHONE),
    Shot("now-fuse", "loaded", "/"),
    Shot("now-stale", "silent", "/"),
    Shot("now-stale-phone-dark", "silent", "/", PHONE, "dark"),
    Shot("now-empty", "new", "/"),
    Shot("now-empty-phone", "new", "/", PHONE),
    Shot("now-error", "locked", "/"),
    Shot("now-print", "living", "/", medium="print"),
    Shot("history-day", "living", "/history", prepare=_settled),
    Shot("history-day-dark", "living", "/history?date=2026-11-24&step=quarter", scheme="dark", prepare=_settled),
    Shot("history-day-phone", "living", "/history", PHONE, prepare=_settled),
    Shot("history-month", "living", "/history?date=2026-11&compare=1", prepare=_settled),
    Shot("history-month-phone-dark", "living", "/history?date=2026-10&compare=1", PHONE, "dark", prepare=_settled),
    Shot("history-year", "living", "/history?date=2026", prepare=_settled),
    Shot("history-gap", "living", "/history?date=2026-11-19", prepare=_settled),
    Shot("history-zoom", "living", "/history?date=2026-11-24", prepare=_zoom),
    Shot("history-phases", "living", "/history?date=2026-11-24", prepare=_phases),
    Shot("history-empty", "new", "/history"),
    Shot("history-error", "locked", "/history"),
    Shot("history-print", "living", "/history?date=2026-11", medium="print"),
    Shot("peaks", "living", "/peaks"),
    Shot("peaks-dark", "living", "/peaks", scheme="dark"),
    Shot("peaks-phone", "living", "/peaks", PHONE),
    Shot("peaks-empty", "new", "/peaks"),
    Shot("port", "living", "/port"),
    Shot("port-dark", "living", "/port", scheme="dark"),
    Shot("port-phone", "living", "/port", PHONE),
    Shot("port-telegram", "living", "/port", prepare=_open_telegram, part="section:has(.rows)"),
    Shot("port-silent", "silent", "/port"),
    Shot("port-restart-phone", "restarting", "/port", PHONE),
    Shot("port-empty", "new", "/port"),
    Shot("port-error", "locked", "/port"),
)


def _living(stage: Stage) -> None:
    """A house that has been read for two years, with a gap last week, up to now."""
    gap = NOW - 6 * _DAY - 3 * _HOUR
    spans = [
        (NOW - 700 * _DAY, NOW - 20 * _DAY, 300),
        (NOW - 20 * _DAY, gap, 60),
        (gap + 9 * _HOUR, NOW - 2 * _DAY, 60),
        (NOW - 2 * _DAY, NOW - 20 * _MINUTE, 10),
    ]
    last = stage.do(lambda scene: fill(scene.store, spans))
    stage.do(lambda scene: scene.store.write(_port_history))
    _hear(stage, last)


def _hear(stage: Stage, last: Reading | None = None, **fields: int | None) -> None:
    """Telegrams of the last twenty minutes behind a last one, the newest as the fields say."""
    stage.wait((NOW - START).total_seconds())
    samples = []
    imported, exported = (last.energy_import_wh, last.energy_export_wh) if last else (None, None)
    energies = {"energy_export_wh": exported or 0}
    for number in range(120):
        at = NOW - timedelta(seconds=10 * (119 - number) + 3)
        wave = (number * 37) % 90 - 45 + (1900 if number % 60 > 47 else 0)
        energies["energy_import_wh"] = (imported or 22_000_000) + 7 * number + 7
        flow = {"power_import_w": 2436 + wave}
        if fields.get("power_export_w"):
            flow = {"power_import_w": 0, "power_export_w": 3980 + wave - 12 * abs(60 - number)}
        samples.append(sample_of(present_reading(at, **{**flow, **energies})))
    samples[-1] = sample_of(present_reading(NOW - timedelta(seconds=3), **{**energies, **fields}))

    async def stored(scene: Scene) -> None:
        for sample in samples:
            await scene.store.append(sample)

    stage.do(stored)
    stage.hear(*samples)


def _port_history(connection: apsw.Connection) -> None:
    today = START.date()
    for back in range(88):
        silent_s = {6: 32_400, 23: 500, 41: 7200, 42: 86_400, 43: 30_000}.get(back, 0)
        telegrams = 8640 - silent_s // 10 if back else 4600
        rejected = 240 if back in (12, 13) else back % 5 // 4
        count_port_day(connection, today - back * _DAY, telegrams=telegrams, rejected=rejected, silent_s=silent_s)
    for kind, days, hours, details in (
        ("silence", 43.4, 36.0, {"link": "well", "worked_s": 9_000_000, "restart": True}),
        ("hub-off", 6.1, 9.0, {"clean": False}),
        ("ill", 13.2, 30.0, {"finding": "bad-checksums-many"}),
        ("hub-clock", 30.0, 0.0, {"step_s": 3600}),
        ("silence", 23.3, 0.14, {"link": "well", "worked_s": 1_600_000}),
    ):
        began = NOW - timedelta(days=days)
        end_event(connection, begin_event(connection, kind, began, details), began + timedelta(hours=hours))


def _silent(stage: Stage) -> None:
    _living(stage)
    stage.wait(1500)


def _restarting(stage: Stage) -> None:
    _hear(stage)
    stage.wait(900)
    for act in (Act.BEGIN, Act.NEXT):
        stage.do(lambda scene, act=act: stage.watch.act(act))  # type: ignore[misc]


HOUSES: dict[str, Callable[[Stage], None]] = {
    "living": _living,
    "new": lambda stage: stage.wait(20),
    "locked": _hear,
    "silent": _silent,
    "restarting": _restarting,
    "sunny": lambda stage: _hear(
        stage,
        power_import_w=0,
        power_export_w=4120,
        power_import_l1_w=0,
        power_import_l2_w=0,
        power_import_l3_w=0,
        power_export_l1_w=1240,
        power_export_l2_w=1480,
        power_export_l3_w=1400,
        current_l1_ma=5400,
        current_l2_ma=6400,
        current_l3_ma=6100,
    ),
    "loaded": lambda stage: _hear(
        stage,
        power_import_w=15_820,
        power_import_l1_w=3900,
        power_import_l2_w=5100,
        power_import_l3_w=6820,
        current_l1_ma=17_100,
        current_l2_ma=22_300,
        current_l3_ma=29_800,
    ),
}


@contextmanager
def household(name: str) -> Iterator[Stage]:
    """One of the households on its socket."""
    with tempfile.TemporaryDirectory() as folder, staged(Path(folder), readable=name != "locked") as stage:
        HOUSES[name](stage)
        yield stage


def take(browser: Browser, stage: Stage, shot: Shot) -> int:
    """One picture; its bytes."""
    with visit(browser, size=shot.size, scheme=shot.scheme, language=shot.language) as visited:
        if shot.house == "locked":
            visited.page.on("console", lambda message: visited.problems.clear())  # it says 503, as it should
        page = visited.page
        page.goto(f"{stage.url}/login")
        page.fill("[name=name]", "Eva")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{stage.url}/")
        page.goto(stage.url + shot.path)
        page.emulate_media(media="print" if shot.medium == "print" else "screen", color_scheme=None)
        page.wait_for_timeout(250)
        shot.prepare(page)
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": shot.size[0], "height": height})  # a fixed bar stands at the end of it
        page.wait_for_timeout(100)
        if shot.part:
            taken = page.locator(shot.part).screenshot(animations="disabled")
        else:
            taken = page.screenshot(full_page=True, animations="disabled")
        picture = small(taken, visited.context.new_page())
        (FOLDER / f"{shot.name}.png").write_bytes(picture)
        visited.problems[:] = [problem for problem in visited.problems if "503" not in problem]
    return len(picture)


def main(names: list[str]) -> int:
    """Take the pictures; leaves with 1 where one is too large."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [shot for shot in SHOTS if not names or shot.name.startswith(tuple(names))]
    too_large = 0
    with started() as browser, ExitStack() as stack:
        stages: dict[str, Stage] = {}
        for shot in wanted:
            if shot.house not in stages:
                stages[shot.house] = stack.enter_context(household(shot.house))
            too_large += _said(shot.name, take(browser, stages[shot.house], shot))
        for name, picture in chain(
            demo_screenshots.pictures(browser, names), grid_screenshots.pictures(browser, names)
        ):
            (FOLDER / f"{name}.png").write_bytes(picture)
            too_large += _said(name, len(picture))
    return 1 if too_large else 0


def _said(name: str, size: int) -> bool:
    """Say how large a picture is; whether that is too large."""
    print(f"{name}.png {size // 1000} kB{' TOO LARGE' if size > LARGEST_BYTES else ''}", flush=True)
    return size > LARGEST_BYTES


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
