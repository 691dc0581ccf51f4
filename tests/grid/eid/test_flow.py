"""Identifications from the browser through the identity service and back, over real sockets; and who attacks them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from grid.eid.identity import ASTRID, EMIL, Identity, begin, identify, identity
from grid.web.conftest import quick, scene
from grid.web.scene import Scene
from hanport.grid import people
from hanport.grid.alarms import live
from hanport.grid.eid import identifications, using
from hanport.grid.eid.identifications import Stand
from hanport.grid.identifiers import parse_signed_number
from hanport.grid.web import sessions
from hanport.grid.web.sessions import Session, Who
from hanport.locale import catalog_texts
from hanport.testid.faults import Fault

__all__ = ["quick", "scene"]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the test identity has its keys: made once."""
    return tmp_path_factory.mktemp("testid")


@pytest.fixture
async def made(quick: Scene, authority: Path) -> AsyncIterator[Identity]:
    async with identity(quick, authority) as made:
        yield made


@pytest.fixture
async def made_on_both(scene: Scene, authority: Path) -> AsyncIterator[Identity]:
    async with identity(scene, authority) as made:
        yield made


def session_of(made: Identity, secret: str) -> Session | None:
    with made.scene.database.reading() as connection:
        return sessions.find(connection, made.scene.config.sessions, secret, made.scene.clock.now())


def alarms(made: Identity) -> list[str]:
    with made.scene.database.reading() as connection:
        return [each.kind for each in live(connection)]


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


async def test_a_customer_identifies_by_a_qr_code(made_on_both: Identity) -> None:
    made = made_on_both
    async with made.browser() as client:
        id = await begin(client, "qr", "/facilities")
        visitor = client.cookies["hanport_grid"]
        page = (await client.get(f"/identification/{id}")).text
        assert "<svg" in page and "Starta BankID-appen" in plain(page)
        found = made.kept(id)
        for secret in (found.asked.qr_start_secret, found.asked.auto_start_token, found.asked.order_ref):
            assert secret not in page
            assert secret not in (await client.get(f"/identification/{id}/state")).text
        await made.phone(scan=made.code(id), person=ASTRID, do="choose")
        await made.pass_s(2)
        state = (await client.get(f"/identification/{id}/state")).json()
        assert state["qr"] == "" and "Skriv in din säkerhetskod" in state["text"]
        await made.phone(order=(await made.phone_state())["order"], person=ASTRID)
        await made.pass_s(4)
        assert (await client.get(f"/identification/{id}/state")).json()["goesTo"] == f"/identification/{id}"
        answer = await client.get(f"/identification/{id}")
        assert answer.headers["location"] == "/facilities"
        session = session_of(made, client.cookies["hanport_grid"])
    assert session is not None and session.who is Who.CUSTOMER and session.name == "Astrid Fjällgren"
    with made.scene.database.reading() as connection:
        number = parse_signed_number(ASTRID)
        assert session.person_id == people.find(connection, made.scene.database.keyring, number)
    assert session_of(made, visitor) is None  # a session that was planted before is worth nothing
    assert made.kept(id).stand is Stand.USED


async def test_on_the_same_device_the_app_leads_the_browser_back(made: Identity) -> None:
    async with made.browser() as client:
        id = await begin(client, "same_device", "/facilities")
        page = (await client.get(f"/identification/{id}")).text
        link = re.search(r'href="([^"]+)" data-start', page)
        assert link is not None and link[1].startswith(f"{made.page}/start?autostarttoken=")
        token = made.kept(id).asked.auto_start_token
        done = await made.phone(autostart=token, person=ASTRID)
        await made.pass_s(4)
        waiting = await client.get(f"/identification/{id}")
        assert waiting.status_code == 200 and "den webbläsare där du började" in plain(waiting.text)
        back = await client.get(done["return_url"])
        assert back.headers["location"] == f"/identification/{id}"
        assert (await client.get(back.headers["location"])).headers["location"] == "/facilities"
        session = session_of(made, client.cookies["hanport_grid"])
        assert session is not None and session.who is Who.CUSTOMER


async def test_whoever_comes_back_before_the_answer_is_collected_goes_on_when_it_is(made: Identity) -> None:
    async with made.browser() as client:
        id = await begin(client, "same_device")
        done = await made.phone(autostart=made.kept(id).asked.auto_start_token, person=ASTRID)
        await client.get(done["return_url"])
        assert (await client.get(f"/identification/{id}")).status_code == 200
        await made.pass_s(4)
        assert (await client.get(f"/identification/{id}")).headers["location"] == "/nowhere"


async def test_a_stranger_who_sends_the_link_to_a_victim_gets_nothing(made: Identity) -> None:
    """The attack of session fixation: the attacker begins, the victim signs in the app, which says our real name."""
    async with made.browser(peer="203.0.113.66") as attacker, made.browser() as victim:
        id = await begin(attacker, "same_device")
        done = await made.phone(autostart=made.kept(id).asked.auto_start_token, person=ASTRID)
        await made.pass_s(4)
        assert (await attacker.get(f"/identification/{id}")).status_code == 200
        led_back = await victim.get(done["return_url"])
        assert led_back.status_code == 403 and "inte den webbläsare" in plain(led_back.text)
        assert (await attacker.get(f"/identification/{id}/return?nonce=guess")).status_code == 403
        assert (await attacker.get(f"/identification/{id}")).status_code == 200
        await made.pass_s(310)
        assert "i tid" in plain((await attacker.get(f"/identification/{id}")).text)
        stolen = session_of(made, attacker.cookies["hanport_grid"])
        assert stolen is not None and stolen.who is Who.VISITOR
    assert made.kept(id).why == "not_returned"


async def test_nobody_but_the_browser_that_began_sees_or_stops_it(made: Identity) -> None:
    async with made.browser() as client, made.browser() as stranger:
        id = await begin(client, "qr")
        await begin(stranger, "qr")
        for path in ("", "/state", "/events"):
            assert (await stranger.get(f"/identification/{id}{path}")).status_code == 404
        await stranger.post(f"/identification/{id}/cancel")
        assert made.kept(id).stand is Stand.PENDING
        await made.phone(scan=made.code(id), person=ASTRID)
        await made.pass_s(4)
        assert (await stranger.get(f"/identification/{id}")).status_code == 404
        assert (await client.get(f"/identification/{id}")).status_code == 303


async def test_an_identification_is_used_once(made: Identity) -> None:
    async with made.browser() as client:
        id = await identify(made, client)
        assert (await client.get(f"/identification/{id}")).status_code == 404  # the session is another now


async def test_an_app_at_another_address_is_looked_at_by_staff(made: Identity) -> None:
    async with made.browser() as client:
        id = await begin(client, "same_device")
        token = made.kept(id).asked.auto_start_token
        done = await made.phone(autostart=token, person=ASTRID, address="203.0.113.9")
        await made.pass_s(4)
        await client.get(done["return_url"])
        assert (await client.get(f"/identification/{id}")).headers["location"] == "/nowhere"
    assert alarms(made) == [using.OTHER_ADDRESS]


FORGERIES = {
    Fault.OTHER_TEXT: "not_genuine",
    Fault.OTHER_HIDDEN: "not_genuine",
    Fault.ALTERED: "not_genuine",
    Fault.OTHER_PERSON: "not_genuine",
    Fault.WRONG_COMPANY: "not_genuine",
    Fault.WRONG_POLICY: "not_genuine",
    Fault.FORGED_CHAIN: "not_genuine",
    Fault.OCSP_REVOKED: "not_genuine",
    Fault.OCSP_OTHER: "not_genuine",
    Fault.OCSP_NONCE: "not_genuine",
    Fault.OCSP_FORGED: "not_genuine",
    Fault.HIGH_RISK: "risk",
}


@pytest.mark.parametrize("fault", FORGERIES)
async def test_what_is_not_genuine_is_refused_and_told_to_staff(made: Identity, fault: Fault) -> None:
    made.goes_wrong(fault.value)
    async with made.browser() as client:
        id = await begin(client, "qr")
        await made.phone(scan=made.code(id), person=ASTRID)
        await made.pass_s(4)
        page = await client.get(f"/identification/{id}")
        assert page.status_code == 200 and "Ingenting har beställts" in plain(page.text)
        found = session_of(made, client.cookies["hanport_grid"])
        assert found is not None and found.who is Who.VISITOR
    assert made.kept(id).why == FORGERIES[fault]
    assert alarms(made) == [using.FORGED]


async def test_an_order_that_nobody_starts_is_begun_anew_in_silence(made: Identity) -> None:
    async with made.browser() as client:
        id = await begin(client, "qr")
        first = made.kept(id).asked.order_ref
        await made.pass_s(40)
        assert made.kept(id).starts == 2 and made.kept(id).asked.order_ref != first
        assert "<svg" in (await client.get(f"/identification/{id}")).text
        await made.phone(scan=made.code(id), person=ASTRID)
        await made.pass_s(4)
        assert (await client.get(f"/identification/{id}")).status_code == 303


async def test_in_the_end_it_says_that_no_app_came(made: Identity) -> None:
    async with made.browser(language="en") as client:
        id = await begin(client, "qr")
        await made.pass_s(240)
        page = plain((await client.get(f"/identification/{id}")).text)
        assert made.kept(id).stand is Stand.FAILED
        assert catalog_texts("bankid")["rfa17b"]["en"][:30] in page and "Try again" in page


ENDS = {"cancel": "rfa6", "expire": "rfa8", "blocked": "rfa16"}


@pytest.mark.parametrize("how", ENDS)
async def test_what_the_person_does_in_the_app_is_said(made: Identity, how: str) -> None:
    async with made.browser() as client:
        id = await begin(client, "qr")
        await made.phone(scan=made.code(id), person=ASTRID, do=how)
        await made.pass_s(4)
        page = plain((await client.get(f"/identification/{id}")).text)
        assert catalog_texts("bankid")[ENDS[how]]["sv"] in page
        again = await client.get("/identify?next=/nowhere")
        assert again.status_code == 200


async def test_cancelled_here_it_is_cancelled_in_the_app(made: Identity) -> None:
    async with made.browser() as client:
        id = await begin(client, "qr")
        answer = await client.post(f"/identification/{id}/cancel")
        assert answer.headers["location"] == f"/identification/{id}"
        assert made.kept(id).stand is Stand.FAILED
        assert [each.is_pending for each in made.service.book.orders()] == [False]


async def test_whatever_the_service_does_the_customer_is_told_what_to_do(made: Identity) -> None:
    """Each fault, for ever: the page has words and a way on in both languages; never a mistake of ours."""
    for n, fault in enumerate(Fault):
        if fault is not Fault.SLOW:
            made.goes_wrong(fault.value)
            await meets(made, fault, f"198.51.100.{n}")
            made.service.faults.clear()


async def meets(made: Identity, fault: Fault, peer: str) -> None:
    """A customer meets the fault at the beginning, and again after having begun without it."""
    async with made.browser(peer=peer) as client:
        for language in ("sv", "en"):
            answer = await client.post("/identify", data={"way": "qr"}, headers={"accept-language": language})
            if answer.status_code != 303:
                assert answer.status_code == 503, fault
                assert re.search(r'role="alert">.*?<p class="grow">[^<]{10,}', answer.text, re.DOTALL), fault
        made.service.faults.clear()
        id = await begin(client, "qr")
        made.goes_wrong(fault.value)
        await made.phone(scan=made.code(id), person=ASTRID)
        await made.pass_s(6)
        for language in ("en", "sv"):
            page = await client.get(f"/identification/{id}", headers={"accept-language": language})
            if page.status_code == 303:
                return
            assert page.status_code == 200, fault
            assert re.search(r'data-part="text">[^<]{8,}', page.text), fault
            assert 'href="/identify' in page.text or f'action="/identification/{id}/cancel"' in page.text, fault


async def test_an_answer_that_was_kept_is_used_by_whoever_comes_next(made: Identity) -> None:
    """The process ends between keeping and judging."""
    async with made.browser() as client:
        id = await begin(client, "qr")
        await made.phone(scan=made.code(id), person=ASTRID)
        found = made.kept(id)
        collected = await made.flow._bankid.collect(found.asked.order_ref)
        raw = collected.completion.raw  # type: ignore[union-attr]
        with made.scene.database.writing("customer") as work:
            using.keep(work, id, raw)
        assert made.kept(id).stand is Stand.SIGNED
        await made.flow.turn()
        assert (await client.get(f"/identification/{id}")).headers["location"] == "/nowhere"


async def test_too_many_beginnings_from_one_address_wait(made: Identity) -> None:
    async with made.browser() as client:
        most = made.scene.config.limits.identifications
        answers = [await client.post("/identify", data={"way": "qr"}) for _ in range(most + 1)]
    assert [answer.status_code for answer in answers] == [303] * most + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_another_person_cannot_sign_in_the_place_of_who_is_asked(made: Identity) -> None:
    """BankID holds the number that we ask for; were it to forget, we would refuse it ourselves."""
    async with made.browser() as client:
        id = await begin(client, "qr")
        await made.phone(scan=made.code(id), person=EMIL)
        with made.scene.database.writing("customer") as work:
            asked = msgspec.structs.replace(made.kept(id).asked, number=ASTRID)
            identifications.restart(work, id, asked)
        await made.pass_s(4)
    assert made.kept(id).why == "other_person"
