"""Every page of the site as it stands behind a proxy that speaks TLS, with addresses that lead somewhere.

What is held here for all pages holds for a new one by itself: its routes are those of the site, and an address with a
part that has no value here makes the tests fail.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import msgspec
from sqlalchemy import Table, select, update
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from grid.eid.identity import Identity, begin, identity
from grid.town import gsrn
from grid.web.customers import Customers
from grid.web.scene import Scene
from grid.web.staff_scene import hire, invite
from grid.web.staff_town import Busy, busy
from hanport.grid import wordings
from hanport.grid.config import LimitsTable
from hanport.grid.database import tables
from hanport.grid.database.all_tables import metadata
from hanport.grid.database.work import Database
from hanport.grid.identifiers import Number
from hanport.grid.notices import not_me
from hanport.grid.ordering.taking import draft
from hanport.grid.ordering.wish import Wish
from hanport.grid.orders import Kind
from hanport.grid.receipts import shares
from hanport.grid.register.importing import Options, import_files
from hanport.grid.staff import accounts, proposals
from hanport.grid.staff.proposals import ProposalKind
from hanport.grid.staff.roles import Role
from hanport.grid.web.help import SYMPTOMS
from hanport.grid.web.visiting import SESSION_COOKIE
from hanport.models import MODELS

PUBLIC = "https://han.example"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><rect width="9" height="9"/></svg>'
_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(frozen=True)
class Home:
    """What one customer has. `words` are what nobody else may read."""

    person_id: int
    number: Number
    words: tuple[str, ...]
    values: Mapping[tuple[str, str], str]


@dataclass
class EveryPage:
    """The site with a customer, a neighbour, and a working day of staff. `values`: parts of addresses, by the beginning
    of the route they stand in, and their names.
    """

    scene: Scene
    customers: Customers
    own: Home
    neighbour: Home
    values: Mapping[tuple[str, str], str]
    bankid: Identity
    begun_by: str = ""  # the session that waits for BankID

    @property
    def app(self) -> Starlette:
        return self.scene.app()

    def routes(self) -> Iterator[tuple[str, Route]]:
        """All of them, each with each of its methods; HEAD is GET."""
        for route in self.app.routes:
            assert isinstance(route, Route) and route.methods, route
            for method in sorted(route.methods - {"HEAD"}):
                yield method, route

    def address(self, route: Route, home: Home | None = None) -> str:
        """An address of the route: of the customer's own things, or of that home's."""
        return _PARAMETER.sub(lambda found: self._value(route.path, found[1], home or self.own), route.path)

    def browser(self, secret: str = "", language: str = "sv") -> httpx.AsyncClient:
        """A browser at the public address; the proxy is between them."""
        headers = {"origin": PUBLIC, "accept": "text/html,*/*;q=0.8", "accept-language": language}
        cookies = {f"__Host-{SESSION_COOKIE}": secret} if secret else {}
        transport = httpx.ASGITransport(app=proxied(self.app), raise_app_exceptions=False, client=("192.0.2.30", 5))
        return httpx.AsyncClient(transport=transport, base_url=PUBLIC, headers=headers, cookies=cookies)

    def secrets(self) -> Mapping[str, str]:
        """The sessions of those who may come; of staff, the least and the most."""
        scene = self.scene
        return {
            "nobody": "",
            "visitor": scene.visitor_session(),
            "customer": scene.customer_session(self.own.person_id),
            "reader": scene.staff_session("Lena Ro", hire(scene, "Lena Ro", Role.READER)),
            "all roles": scene.staff_session("Alla Alm", hire(scene, "Alla Alm", *Role)),
        }

    def _value(self, path: str, name: str, home: Home) -> str:
        known = {**self.values, **home.values}
        found = [value for (beginning, part), value in known.items() if part == name and path.startswith(beginning)]
        assert found, f"{path}: say in every_page.py what {name} may be"
        return found[0]


def proxied(app: ASGIApp) -> ASGIApp:
    """The app behind a proxy that speaks TLS for it: what comes is plain."""

    async def plain(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "scheme": "http"}, receive, send)

    return plain


@asynccontextmanager
async def every_page(scene: Scene, folder: Path) -> AsyncIterator[EveryPage]:
    """The site, with the test identity in that folder."""
    town = busy(scene)
    scene.with_company(logo="logo.svg").behind(PUBLIC, "192.0.2.1")
    (scene.folder / "logo.svg").write_text(LOGO)
    often = LimitsTable(requests=10**6, logins=10**6, identifications=10**6)
    scene.config = msgspec.structs.replace(scene.config, limits=often)
    with scene.database.writing("system") as work:
        wordings.settle(work, scene.config)
    async with identity(scene, folder) as bankid:
        customers = Customers(scene)
        customers.town = town.town
        own, neighbour = _home(customers, "Astrid Egen"), _home(customers, "Ulf Granne")
        made = EveryPage(scene, customers, own, neighbour, _of_all(scene, town), bankid)
        secret = scene.customer_session(own.person_id)
        async with made.browser(secret) as client:
            begun = await begin(client, "qr")
        yield replace(made, values={**made.values, ("/identification/", "id"): begun}, begun_by=secret)


def _home(customers: Customers, name: str) -> Home:
    """An open port with a receipt that is shared and a notice that went out, and a draft for another facility."""
    scene, town, desk = customers.scene, customers.town, customers.desk
    first = name.split()[0].lower()
    facility_id, meter_id, person_id = customers.household(email=f"{first}@privat.example", phone=f"070-{first}")
    other_id = town.facility()
    town.meter(other_id)
    customer_id = desk.value(tables.customer.c.id, tables.customer.c.person_id == person_id)
    town.contract(other_id, customer_id)
    desk.change(update(tables.customer).where(tables.customer.c.id == customer_id).values(name=name))
    desk.change(update(tables.facility).where(tables.facility.c.id == facility_id).values(address=f"{name}s väg 1"))
    order_id = customers.open(facility_id, person_id, meter_id).order_id
    row, notice = desk.row(order_id), not_me.make(with_code=False)
    key = desk.value(tables.customer.c.key, tables.customer.c.id == customer_id)
    with scene.database.writing("customer") as work:
        not_me.keep(work, notice, not_me.For(order_id, row.contract_id, row.customer_id))
        shared = shares.share_of(work, order_id, person_id, ())
        drafted = draft(work, scene.config, Wish(Kind.OPEN, desk.gsrn(other_id), on_behalf_of=key))
    serial = desk.value(tables.meter.c.serial, tables.meter.c.id == meter_id)
    number = desk.gsrn(facility_id)
    return Home(
        person_id=person_id,
        number=desk.number(person_id),
        words=(name, first, f"{name}s väg 1", number, desk.gsrn(other_id), order_id, drafted),
        values={
            ("/facilities/", "gsrn"): number,
            ("/facilities/", "name"): f"hanport-handover-{serial}.json",
            ("/orders/", "order_id"): order_id,
            ("/sign/", "order_id"): drafted,
            ("/receipts/", "secret"): shared,
            ("/not-me/", "secret"): notice.link,
        },
    )


def _of_all(scene: Scene, town: Busy) -> Mapping[tuple[str, str], str]:
    """Parts of addresses that are no customer's: of files, texts, and the pages of staff."""
    with scene.database.writing("system") as work:
        maker = accounts.add(work, "Mia Vik", [Role.CLERK])
        content = msgspec.json.encode([town.facilities["open"]])
        proposal = proposals.propose(work, maker, ProposalKind.CLOSE, content, about=("fel", {"facilities": 1}))
    return {
        ("/static/", "fingerprint"): "0",
        ("/static/", "name"): "hanport.css",
        ("/meters/", "model"): next(iter(MODELS)),
        ("/help/", "symptom"): next(iter(SYMPTOMS)),
        ("/terms/", "number"): "1",
        ("/orders/", "form"): "json",
        ("/receipts/", "form"): "json",
        ("/staff/enrol/", "secret"): invite(scene),
        ("/staff/orders/", "order_id"): town.orders["read_back"],
        ("/staff/facilities/", "gsrn"): town.facilities["open"],
        ("/staff/persons/", "person_id"): str(town.persons["open"]),
        ("/staff/meters/", "serial"): "18010001",
        ("/staff/imports/", "batch_id"): _batch(scene),
        ("/staff/proposals/", "proposal_id"): proposal,
        ("/staff/texts/", "key"): "privacy",
    }


def _batch(scene: Scene) -> str:
    """An import, brought in."""
    path = scene.folder / "facilities.csv"
    path.write_text(f"gsrn;address\n{gsrn(900)};Nygatan 1\n", "utf-8")
    batch = import_files(scene.parts.grid, [path], Options(), actor="system").batch
    assert batch is not None
    return str(batch.id)


def rows_of(database: Database, *but: Table) -> Mapping[str, list[str]]:
    """All rows of all tables but those."""
    with database.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in metadata.sorted_tables
            if table not in but
        }
