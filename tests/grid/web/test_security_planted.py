"""Law 12 on the pages: a personal number goes in by BankID and by staff's forms, and comes out nowhere."""

import io

import httpx

from grid.eid.identity import ASTRID, Identity, begin
from grid.planted import found_in, stored_at
from grid.web.customers import Customers
from grid.web.every_page import EveryPage
from grid.web.staff_scene import hire, send, token_of
from hanport.grid.identifiers import Number, NumberKind
from hanport.grid.staff.roles import Role

NUMBER = Number(ASTRID, NumberKind.PERSON)
DASHED = f"{ASTRID[2:8]}-{ASTRID[8:]}"


class Heard:
    """All that a browser asks and is answered: addresses, headers, bodies. What is sent in a form's body is left out:
    that is where a number may stand.
    """

    def __init__(self) -> None:
        self.answers: list[httpx.Response] = []

    def listen(self, client: httpx.AsyncClient) -> httpx.AsyncClient:
        """Keep what this client hears."""
        client.event_hooks["response"].append(self._keep)
        return client

    async def _keep(self, answer: httpx.Response) -> None:
        await answer.aread()
        self.answers.append(answer)

    def places(self) -> list[str]:
        """Where the number stands, in any form."""
        return [
            f"{each.request.method} {each.url}: {names}"
            for each in self.answers
            if (
                names := found_in(
                    b"\n".join((str(each.url).encode(), repr(each.headers).encode(), each.content)), NUMBER
                )
            )
        ]


async def _signed(bankid: Identity, client: httpx.AsyncClient, answer: httpx.Response) -> str:
    id = answer.headers["location"].removeprefix("/identification/")
    await client.get(f"/identification/{id}/state")
    await bankid.phone(scan=bankid.code(id), person=ASTRID)
    await bankid.flow.turn()
    return str((await client.get(f"/identification/{id}")).headers["location"])


async def _journey(every: EveryPage, client: httpx.AsyncClient, gsrn: str) -> str:
    """Everything that a customer can do; the id of the order."""
    begun = await begin(client, "qr", "/order")
    await client.get(f"/identification/{begun}")
    await every.bankid.phone(scan=every.bankid.code(begun), person=ASTRID)
    await every.bankid.flow.turn()
    assert (await client.get(f"/identification/{begun}")).headers["location"] == "/order"
    place = await _signed(every.bankid, client, await client.post("/order", data={"facility": gsrn, "way": "qr"}))
    one, own = f"/facilities/{gsrn}", ("/facilities", "/orders", "/log", "/me", "/access", "/order")
    for path in (
        place,
        f"{place}/state",
        f"{place}/receipt",
        one,
        f"{one}/hub",
        f"{one}/restart",
        f"{one}/adapter",
        *own,
    ):
        assert (await client.get(path)).status_code in (200, 303), path
    await client.post(f"{place}/share", data={"address": "on", "meters": "on"})
    assert (await client.post("/me/data")).status_code == 200
    await client.post(f"{one}/restart")
    await client.post(f"{one}/close")
    # Typed where it does not belong, it is not said again.
    for path, field in (("/code", "gsrn"), ("/code", "code"), ("/code/letter", "gsrn"), ("/not-me", "code")):
        for written in (ASTRID, DASHED, ASTRID[2:]):
            others = {"gsrn": gsrn, "code": "x", "act": "see"} if path != "/not-me" else {}
            form = others | {field: written}
            assert (await client.post(path, data=form)).status_code in (404, 409), path
    return place


def _home(customers: Customers) -> str:
    town = customers.town
    facility_id = town.facility()
    town.meter(facility_id)
    town.contract(facility_id, town.customer(town.person(NUMBER)))
    return customers.desk.gsrn(facility_id)


async def test_in_nothing_that_a_customer_is_shown(every: EveryPage, log_lines: io.StringIO) -> None:
    heard, gsrn = Heard(), _home(every.customers)
    async with heard.listen(every.browser()) as client:
        place = await _journey(every, client, gsrn)
        receipts = [await client.get(f"{place}/receipt.{form}") for form in ("json", "pdf")]
        await client.post("/logout")
    # The signer's own receipt has the whole signature, whose certificate names who signed: nobody else is given it.
    assert "signature" in receipts[0].text
    heard.answers = [each for each in heard.answers if not each.url.path.endswith("/receipt.json")]
    assert len(heard.answers) > 30
    assert heard.places() == []
    assert found_in(log_lines.getvalue().encode(), NUMBER) == []
    assert found_in(stored_at(every.scene.database.engine.url), NUMBER) == []


async def test_in_nothing_that_staff_are_shown(every: EveryPage, log_lines: io.StringIO) -> None:
    heard, gsrn, scene = Heard(), _home(every.customers), every.scene
    person_id = every.customers.town.person(NUMBER)
    page = f"/staff/facilities/{gsrn}"
    secret = scene.staff_session("Alla Alm", hire(scene, "Alla Alm", *Role))
    async with heard.listen(every.browser(secret)) as client:
        for written in (ASTRID, DASHED):
            found = await client.post("/staff/find", data={"q": written})
            assert found.headers["location"] == f"/staff/persons/{person_id}"
        await client.get(found.headers["location"])
        form = {"kind": "open", "how": "desk", "document": "passport", "number": DASHED, "reason": f"ringde, {DASHED}"}
        refused = await send(client, page, f"{page}/order", form | {"kind": "none"})
        assert refused.status_code == 422
        taken = await send(client, page, f"{page}/order", form | {"check": f"legitimation {ASTRID}"})
        assert taken.status_code == 303, taken.text
        place = taken.headers["location"].partition("?")[0]
        for path in (
            place,
            page,
            "/staff/orders?view=all",
            "/staff/log",
            "/staff/desk",
            "/staff/work",
            "/staff/alarms",
        ):
            assert (await client.get(path)).status_code == 200, path
        closed = await send(client, page, f"{page}/close", {"reason": f"bad om det {ASTRID}"}, form=1)
        assert closed.status_code in (303, 422)
        files = {"files": ("customers.csv", f"key;number;name\nK9;{ASTRID};{DASHED}\nK8;{ASTRID[:-1]}3;X\n".encode())}
        looked = await client.post("/staff/import", files=files)
        await client.post("/staff/imports/apply", data={"once": token_of(looked.text), "upload": "x"})
        assert (await client.post(f"/staff/persons/{person_id}/disclose")).status_code == 200
        await client.post("/staff/login", data={"name": DASHED, "password": ASTRID, "code": ASTRID[2:8]})
    assert len(heard.answers) >= 20
    assert heard.places() == []
    assert found_in(log_lines.getvalue().encode(), NUMBER) == []
    assert found_in(stored_at(scene.database.engine.url), NUMBER) == []
