"""The page that plays the phone, through the app: every step, both languages, and who is refused."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape

import httpx
import pytest

from hanport.testid.people import PEOPLE
from hanport.testid.pki import Pki
from testid.scene import ASTRID, TOLVAN, Scene, base64, code_of, scene

ADDRESS = "http://localhost"
SAYS_TEST = {"sv": "TEST: personerna är påhittade", "en": "TEST: the people are invented"}


@asynccontextmanager
async def browser(testid: Scene, *, peer: str = "192.0.2.30", language: str = "en") -> AsyncIterator[httpx.AsyncClient]:
    """A browser as far as its requests go, that follows where it is sent on this site."""
    transport = httpx.ASGITransport(app=testid.service.page, raise_app_exceptions=False, client=(peer, 50000))
    headers = {"origin": ADDRESS, "accept": "text/html", "accept-language": language}
    async with httpx.AsyncClient(
        transport=transport, base_url=ADDRESS, headers=headers, follow_redirects=True
    ) as client:
        yield client


def text_of(answer: httpx.Response) -> str:
    """The text of a page, without its tags. Each page says TEST."""
    assert any(says in answer.text for says in SAYS_TEST.values())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def do(client: httpx.AsyncClient, page: httpx.Response, **fields: str) -> httpx.Response:
    """Press a button of an order's page."""
    return await client.post(page.url.path, data=fields)


async def test_a_phone_that_has_nothing_to_do(testid: Scene) -> None:
    async with browser(testid, language="sv") as client:
        answer = await client.get("/")
    assert answer.status_code == 200
    assert "Inget har frågats än" in text_of(answer)
    assert re.findall(r'<option value="(\w+)"', answer.text) == [person.key for person in PEOPLE]
    assert "camera=(self)" in answer.headers["permissions-policy"]
    assert answer.headers["cache-control"] == "no-store"


async def test_by_code_on_another_device(testid: Scene) -> None:
    order = await testid.open(returnUrl="https://example.test/back", requirement={"pinCode": True})
    async with browser(testid, language="sv") as client:
        page = await client.post("/scan", data={"code": code_of(order, 0)})
        assert "Testnätet vill att du skriver under" in text_of(page)
        assert all(f"{person.number[:8]}-{person.number[8:]}" in page.text for person in PEOPLE)
        assert await testid.hint(order) == "pending started"
        page = await do(client, page, do="choose", person="astrid", kind="mobile")
        assert "<h2>Öppna porten</h2>" in page.text and "<strong>Fjällbyn</strong>" in page.text
        assert "Astrid Fjällgren, 19910814-2382" in text_of(page)
        assert "med en QR-kod på en annan enhet" in text_of(page) and "säkerhetskoden" in text_of(page)
        assert await testid.hint(order) == "pending userSign"
        page = await do(client, page, do="sign")
        assert "Klart" in text_of(page) and "example.test" not in page.text
        again = await client.get("/start", params={"autostarttoken": "x"})
        assert again.status_code == 409
        chosen = await client.get("/")
        assert re.search(r'value="astrid" selected', chosen.text)
    completion = (await testid.collect(order))["completionData"]
    assert completion["user"]["personalNumber"] == ASTRID
    assert completion["device"]["ipAddress"] == "192.0.2.30"


async def test_by_link_on_this_device_and_back(testid: Scene) -> None:
    order = await testid.open("auth", returnUrl="https://example.test/back?nonce=a&b=c")
    async with browser(testid) as client:
        page = await client.get("/start", params={"autostarttoken": order["autoStartToken"], "redirect": "null"})
        assert page.url.path.startswith("/order/") and order["autoStartToken"] not in str(page.url)
        page = await do(client, page, do="choose", person="tolvan", kind="file")
        assert "by a link on this device" in text_of(page) and "Identify myself" in text_of(page)
        page = await do(client, page, do="sign")
        refresh = '<meta http-equiv="refresh" content="0; url=https://example.test/back?nonce=a&amp;b=c">'
        assert refresh in page.text
        assert '<a role="button" href="https://example.test/back?nonce=a&amp;b=c">' in page.text


@pytest.mark.parametrize("address", ["javascript:alert(1)", "bankid:///", "data:text/html,x", "/back"])
async def test_it_goes_back_to_the_web_only(testid: Scene, address: str) -> None:
    order = await testid.open(returnUrl=address)
    async with browser(testid) as client:
        page = await client.get("/start", params={"autostarttoken": order["autoStartToken"]})
        await do(client, page, do="choose", person="tolvan", kind="mobile")
        page = await do(client, page, do="sign")
        assert "Done" in text_of(page)
        assert "refresh" not in page.text.split("</head>")[0].replace("refresh.js", "")
        assert address not in page.text.replace('href="/"', "")


async def test_during_a_call(testid: Scene) -> None:
    order = await testid.open_call(callInitiator="RP")
    async with browser(testid) as client:
        refused = await client.post("/call", data={"person": "astrid"})
        assert refused.status_code == 422 and "Nothing waits for this person" in text_of(refused)
        page = await client.post("/call", data={"person": "tolvan"})
        assert "Testnätet says that they have called you." in text_of(page)
        page = await do(client, page, do="confirm")
        assert "during a phone call" in text_of(page)
        await do(client, page, do="sign")
    assert (await testid.collect(order))["completionData"]["user"]["personalNumber"] == TOLVAN


async def test_a_call_that_is_none(testid: Scene) -> None:
    order = await testid.open_call("phone/auth")
    async with browser(testid) as client:
        page = await client.post("/call", data={"person": "tolvan"})
        assert "you have called them" in text_of(page)
        page = await do(client, page, do="decline")
        assert "you are not on the phone" in text_of(page)
    assert await testid.hint(order) == "failed userDeclinedCall"


async def test_a_document_is_read_first(testid: Scene) -> None:
    order = await testid.open(requirement={"mrtd": True})
    async with browser(testid) as client:
        page = await client.post("/scan", data={"code": code_of(order, 0)})
        page = await do(client, page, do="choose", person="tolvan", kind="mobile")
        assert "Read your ID document" in text_of(page)
        assert await testid.hint(order) == "pending userMrtd"
        page = await do(client, page, do="read")
        assert "What you sign" in page.text


@pytest.mark.parametrize(
    ("do_", "hint", "said"),
    [
        ("cancel", "userCancel", "You cancelled."),
        ("expire", "expiredTransaction", "The time ran out."),
        ("blocked", "certificateErr", "That BankID cannot be used"),
    ],
)
async def test_other_ends(testid: Scene, do_: str, hint: str, said: str) -> None:
    order = await testid.open(returnUrl="https://example.test/back")
    async with browser(testid) as client:
        page = await client.get("/start", params={"autostarttoken": order["autoStartToken"]})
        page = await do(client, page, do=do_)
        assert said in text_of(page)
        assert "refresh" not in page.text.split("</head>")[0].replace("refresh.js", "")
        assert 'href="https://example.test/back"' in page.text
    assert await testid.hint(order) == f"failed {hint}"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("not-supported", "the app cannot do what the service wants"),
        ("risk-blocked", "stopped because of its risk"),
        ("unknown-failure", "a reason that no service knows"),
    ],
)
async def test_ends_that_were_asked_for(pki: Pki, fault: str, said: str) -> None:
    async with scene(pki, fault) as testid, browser(testid) as client:
        order = await testid.open()
        page = await client.post("/scan", data={"code": code_of(order, 0)})
        page = await do(client, page, do="choose", person="tolvan", kind="mobile")
        assert said in text_of(await do(client, page, do="sign"))


async def test_somebody_elses_bankid_and_a_withdrawn_order(testid: Scene) -> None:
    order = await testid.open(requirement={"personalNumber": TOLVAN})
    async with browser(testid) as client:
        page = await client.post("/scan", data={"code": code_of(order, 0)})
        page = await do(client, page, do="choose", person="astrid", kind="mobile")
        assert "another person’s" in text_of(page)
        other = await testid.open()
        page = await client.post("/scan", data={"code": code_of(other, 0)})
        await testid.post("cancel", {"orderRef": other["orderRef"]})
        assert "ended by the service" in text_of(await client.get(page.url.path))
        late = await do(client, page, do="choose", person="astrid", kind="mobile")
        assert late.status_code == 409 and "cannot be done now" in text_of(late)


async def test_only_kinds_that_suit_are_offered(testid: Scene) -> None:
    async with browser(testid) as client:
        order = await testid.open(requirement={"certificatePolicies": ["1.2.3.4.5", "1.2.3.4.10"]})
        page = await client.post("/scan", data={"code": code_of(order, 0)})
        assert re.findall(r'name="kind" value="(\w+)"', page.text) == ["file", "card"]
        wrong = await do(client, page, do="choose", person="tolvan", kind="mobile")
        assert wrong.status_code == 409 and "a BankID of this kind" in text_of(wrong)
        for fields in ({"person": "nobody", "kind": "file"}, {"person": "tolvan", "kind": "stone"}, {}):
            again = await do(client, page, do="choose", **fields)
            assert again.status_code == 422 and "Choose one of the test people" in text_of(again)
        order = await testid.open(requirement={"certificatePolicies": ["1.2.752.78.1.5"]})
        page = await client.post("/scan", data={"code": code_of(order, 0)})
        assert "does not take a BankID of this kind" in text_of(page)
        assert 'value="choose"' not in page.text and 'value="cancel"' in page.text


@pytest.mark.parametrize(
    ("code", "said"), [("nonsense", "no code of the test service"), ("", "no code"), ("stale", "too old")]
)
async def test_codes_that_are_not_taken(testid: Scene, code: str, said: str) -> None:
    if code == "stale":
        code = code_of(await testid.open(), 0)
        await testid.clock.advance(15)
    async with browser(testid) as client:
        page = await client.post("/scan", data={"code": code})
    assert page.status_code == 422 and said in text_of(page)
    assert 'aria-invalid="true"' in page.text


async def test_how_long_it_is_valid(testid: Scene) -> None:
    order = await testid.open()
    async with browser(testid) as client:
        page = await client.post("/scan", data={"code": code_of(order, 0)})
        await testid.clock.advance(30)
        left = await client.get(f"{page.url.path}/left")
        assert "Valid for 2\u00a0min 30\u00a0s more." in left.text and "<html" not in left.text
        await testid.clock.advance(150)
        assert "This is over" in (await client.get(f"{page.url.path}/left")).text
        assert "The time ran out" in text_of(await client.get(page.url.path))
        await testid.clock.advance(300)
        for path in (page.url.path, f"{page.url.path}/left"):
            gone = await client.get(path)
            assert gone.status_code == 409 and "It is over" in text_of(gone)
        assert (await do(client, page, do="sign")).status_code == 409


async def test_what_is_signed_is_shown_as_text(testid: Scene) -> None:
    order = await testid.open(userVisibleData=base64("<script>alert(1)</script>"), userVisibleDataFormat=None)
    async with browser(testid) as client:
        page = await client.post("/scan", data={"code": code_of(order, 0)})
        page = await do(client, page, do="choose", person="tolvan", kind="mobile")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text and "<script>alert" not in page.text


async def test_an_identification_without_text(testid: Scene) -> None:
    order = (await testid.post("auth", {"endUserIp": "192.0.2.1"})).json()
    async with browser(testid) as client:
        page = await client.post("/scan", data={"code": code_of(order, 0)})
        page = await do(client, page, do="choose", person="tolvan", kind="mobile")
        assert "The service shows no text." in text_of(page)


async def test_refusals_say_test_too(testid: Scene) -> None:
    async with browser(testid) as client:
        assert (await client.get("/nowhere")).status_code == 404
        for answer in (
            await client.get("/nowhere"),
            await client.get("/", headers={"host": "evil.example"}),
            await client.post("/scan", data={"code": "x"}, headers={"origin": "http://evil.example"}),
            await client.post("/scan", data={"code": "x" * 70_000}),
        ):
            assert answer.status_code in (403, 404, 413, 421)
            text_of(answer)
        order = await testid.open()
        page = await client.post("/scan", data={"code": code_of(order, 0)})
        answer = await do(client, page, do="dance")
        assert answer.status_code == 400
        text_of(answer)


async def test_the_phone_speaks_both_languages(testid: Scene) -> None:
    async with browser(testid, language="sv") as client:
        assert 'lang="sv"' in (await client.get("/")).text
        answer = await client.post("/language", data={"language": "en", "next": "/"})
        assert 'lang="en"' in answer.text and SAYS_TEST["en"] in answer.text
