"""Take the pictures of the network company's pages: the real site on a busy Wednesday, with the test identity."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page
from sqlalchemy import update
from tools.small_png import small

from grid.conftest import START
from grid.eid.identity import identity
from grid.web.scene import Scene, cookie_of
from grid.web.staff_scene import hire
from grid.web.staff_town import Busy, busy, household
from hanport.clock import ManualClock
from hanport.grid.database import tables
from hanport.grid.database.engine import connect
from hanport.grid.database.schema import Environment, migrate
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring, new_key
from hanport.grid.orders import Kind, State
from hanport.grid.reconcile import duties
from hanport.grid.staff.roles import Role
from home.web.browser import PHONE, Visit, visit
from home.web.serve import loop_in_thread

DESK = (1120, 800)

Prepare = Callable[[Page], None]


@dataclass
class House:
    """A site that is served: where, and by which session and path each thing is seen."""

    address: str
    scene: Scene
    secrets: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: who sees which page, or what is called so in `House.paths`; `prepare` does what a person would do."""

    name: str
    who: str
    path: str
    size: tuple[int, int] = DESK
    scheme: str = "light"
    language: str = "sv-SE"
    prepare: Prepare = lambda page: None
    is_quiet: bool = False  # a new company, where nothing has happened
    highest: int = 1700  # what stands further below is left out


def _scan(page: Page) -> None:
    page.click("button[value=qr]")
    page.wait_for_selector(".waiting-qr svg")


def _log_in_wrongly(page: Page) -> None:
    page.fill("#name", "Anna Ek")
    page.fill("#password", "gissning gissning")
    page.fill("#code", "123456")
    page.press("#code", "Enter")
    page.wait_for_load_state()


SHOTS = (
    Shot("grid-start", "", "/", highest=1000),
    Shot("grid-start-phone-dark", "", "/", PHONE, "dark", highest=1200),
    Shot("grid-identify-phone", "", "/identify?next=/order", PHONE),
    Shot("grid-scan", "", "/identify?next=/order", prepare=_scan),
    Shot("grid-order-phone", "asks", "/order", PHONE),
    Shot("grid-order-dark", "asks", "/order", scheme="dark", language="en-GB"),
    Shot("grid-progress-phone", "waits", "waits", PHONE),
    Shot("grid-progress-failed-phone-dark", "fails", "fails", PHONE, "dark"),
    Shot("grid-facility", "open", "open"),
    Shot("grid-facilities-empty-phone", "nothing", "/facilities", PHONE),
    Shot("grid-hub-phone", "open", "hub", PHONE),
    Shot("grid-not-found-phone", "open", "/facilities/735999000000009990", PHONE),
    Shot("grid-staff-desk", "staff", "/staff/desk"),
    Shot("grid-staff-desk-phone-dark", "staff", "/staff/desk", PHONE, "dark"),
    Shot("grid-staff-desk-empty", "staff", "/staff/desk", is_quiet=True),
    Shot("grid-staff-order", "staff", "failed"),
    Shot("grid-staff-facility-phone", "staff", "facility", PHONE),
    Shot("grid-staff-orders-english", "staff", "/staff/orders?view=all", language="en-GB"),
    Shot("grid-staff-login-refused-phone", "", "/staff/login", PHONE, prepare=_log_in_wrongly),
    Shot("grid-staff-forbidden", "reader", "/staff/accounts"),
)


@contextmanager
def served(*, is_quiet: bool) -> Iterator[House]:
    """The site with what has happened in it."""
    with tempfile.TemporaryDirectory() as name, loop_in_thread() as loop, ExitStack() as stack:
        folder, clock = Path(name), ManualClock(START)
        scene = _scene(folder, clock)
        stack.callback(scene.database.engine.dispose)
        made = identity(scene, folder / "identity")
        loop.call(made.__aenter__)
        stack.callback(lambda: loop.call(lambda: made.__aexit__(None, None, None)))
        house = House(stack.enter_context(loop.serving(scene.app())), scene)
        with scene.database.writing("system") as work:
            duties.beat(work)
        if not is_quiet:
            _fill(house, busy(scene))
        house.secrets["staff"] = scene.staff_session("Anna Ek", hire(scene, "Anna Ek", *Role))
        house.secrets["reader"] = scene.staff_session("Rut Lind", hire(scene, "Rut Lind", Role.READER))
        yield house


def _scene(folder: Path, clock: ManualClock) -> Scene:
    keyring = Keyring((new_key(START.date()),))
    engine = connect(f"sqlite:///{folder}/grid.db")
    migrate(engine, keyring, Environment.TEST)
    return Scene(Database(engine, keyring, clock), clock, folder)


def _fill(house: House, town: Busy) -> None:
    """Those who are seen, beside the others of the town."""
    asks = household(town, "Gun Holm", "Björkvägen 5, Fjällby")
    fails = household(town, "Ivar Juhl", "Kvarnvägen 7, Fjällby")
    failed = town.desk.order(Kind.OPEN, fails[0], fails[2])
    town.desk.change(update(tables.order).where(tables.order.c.id == failed.order_id).values(state=State.FAILED))
    people = {"asks": asks[2], "fails": fails[2], "waits": town.persons["waiting"], "open": town.persons["open"]}
    people["nothing"] = town.town.person()
    names = {"asks": "Gun Holm", "fails": "Ivar Juhl", "waits": "Eva Hed", "open": "Anna Berg", "nothing": "Kim Lund"}
    house.secrets |= {who: house.scene.customer_session(people[who], name) for who, name in names.items()}
    facility = f"/facilities/{town.facilities['open']}"
    house.paths |= {"waits": f"/orders/{town.orders['right_checked']}", "fails": f"/orders/{failed.order_id}"}
    house.paths |= {"open": facility, "hub": f"{facility}/hub", "failed": f"/staff/orders/{town.orders['failed']}"}
    house.paths["facility"] = f"/staff{facility}"


def pictures(browser: Browser, names: list[str]) -> Iterator[tuple[str, bytes]]:
    """The pictures whose names begin so, or all of them."""
    for is_quiet in (False, True):
        wanted = [each for each in SHOTS if each.is_quiet is is_quiet]
        wanted = [each for each in wanted if not names or each.name.startswith(tuple(names))]
        if not wanted:
            continue
        with served(is_quiet=is_quiet) as house:
            for shot in wanted:
                with visit(browser, size=shot.size, scheme=shot.scheme, language=shot.language) as visited:
                    yield shot.name, _taken(visited, house, shot)


def _taken(visited: Visit, house: House, shot: Shot) -> bytes:
    page, secret = visited.page, house.secrets.get(shot.who)
    if secret:
        visited.context.add_cookies([cookie_of(secret, house.address)])  # type: ignore[list-item]
    page.goto(house.address + house.paths.get(shot.path, shot.path))
    shot.prepare(page)
    page.wait_for_timeout(250)
    height = min(shot.highest, page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": shot.size[0], "height": height})  # a fixed bar stands at the end of it
    page.wait_for_timeout(100)
    picture = small(page.screenshot(animations="disabled"), visited.context.new_page())
    visited.problems[:] = [each for each in visited.problems if "status of 4" not in each]  # refusals are pictures too
    return picture
