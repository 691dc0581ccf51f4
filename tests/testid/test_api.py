"""The API as relying parties meet it: on real sockets with mutual TLS, and in memory where sockets add nothing."""

import asyncio
import json
import ssl
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hanport.clock import SystemClock
from hanport.serving import listen, serve
from hanport.testid.api import ROOT, Api
from hanport.testid.book import Book
from hanport.testid.certificates import Authority, Span, common, to_pem, write_key
from hanport.testid.faults import Call, Fault, Faults
from hanport.testid.orders import Event
from hanport.testid.pki import SERVER_CA, Pki
from testid.scene import (
    ASTRID,
    JSON,
    TOLVAN,
    USER,
    Scene,
    base64,
    code_of,
    on_sockets,
    scene,
    sign_body,
)
from testid.test_completion import SEEN
from testid.verifying import verified

NO_SUCH_ORDER = {"errorCode": "invalidParameters", "details": "No such order"}


async def test_from_the_first_call_to_the_signature_on_real_sockets(pki: Pki) -> None:
    async with on_sockets(pki) as testid:
        assert (await testid.rp.get(f"{ROOT}/auth")).status_code == 405
        order = await testid.open(returnUrl="https://example.test/back")
        assert set(order) == {"orderRef", "autoStartToken", "qrStartToken", "qrStartSecret"}
        assert len(set(order.values())) == 4
        assert await testid.collect(order) == {
            "orderRef": order["orderRef"],
            "status": "pending",
            "hintCode": "outstandingTransaction",
        }
        taken = await testid.move(scan=code_of(order, 0), do="start")
        assert await testid.hint(order) == "pending started"
        await testid.move(order=taken["order"], person=TOLVAN, do="choose")
        assert await testid.hint(order) == "pending userSign"
        await testid.move(order=taken["order"])
        told = await testid.collect(order)
        assert told["status"] == "complete" and "hintCode" not in told
        assert told["completionData"]["device"]["ipAddress"] == "127.0.0.1"
        again = await testid.post("collect", {"orderRef": order["orderRef"]})
        assert (again.status_code, again.json()) == (
            400,
            {"errorCode": "invalidParameters", "details": "No such order"},
        )


def show_self_made(context: ssl.SSLContext, folder: Path) -> None:
    """Show a certificate that has the right names, and that nobody has issued."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = Authority.root(common("Test hanport RP CA v1 TEST"), key, Span.around(SystemClock().now()))
    write_key(folder / "key.pem", key)
    (folder / "chain.pem").write_bytes(to_pem(made.certificate))
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")


async def test_nobody_gets_in_without_the_certificate(pki: Pki, tmp_path: Path) -> None:
    """TLS itself refuses: no HTTP status can be told."""
    async with on_sockets(pki) as testid:
        nobody, stranger = (ssl.create_default_context(cafile=str(pki.folder / SERVER_CA)) for _ in range(2))
        show_self_made(stranger, tmp_path)
        for context in (nobody, stranger):
            async with httpx.AsyncClient(verify=context, base_url=testid.rp.base_url) as client:
                with pytest.raises(httpx.TransportError):
                    await client.post(f"{ROOT}/auth", content=b'{"endUserIp": "192.0.2.1"}', headers=JSON)
        assert testid.service.book.orders() == []
        async with httpx.AsyncClient(verify=ssl.create_default_context(), base_url=testid.rp.base_url) as client:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await client.get(f"{ROOT}/auth")
        assert (await testid.rp.get(f"{ROOT}/auth")).status_code == 405


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/plain", ""])
async def test_the_content_type_is_json_and_nothing_more(testid: Scene, kind: str) -> None:
    answer = await testid.rp.post(f"{ROOT}/auth", content=json.dumps(sign_body()), headers={"content-type": kind})
    assert (answer.status_code, answer.json()["errorCode"]) == (415, "unsupportedMediaType")


@pytest.mark.parametrize("path", ["/", ROOT, f"{ROOT}/", f"{ROOT}/payment", f"{ROOT}/auth/", "/rp/v5.1/auth"])
async def test_other_paths_are_not_there(testid: Scene, path: str) -> None:
    answer = await testid.rp.post(path, content=b"{}", headers=JSON)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "notFound")


@pytest.mark.parametrize("call", Call)
async def test_everything_is_posted(testid: Scene, call: Call) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = await testid.rp.request(method, f"{ROOT}/{call}")
        assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "POST", b"")


@pytest.mark.parametrize("call", Call)
@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"{}", b'{"orderRef": "none", "more": 1}', b"x" * 300_001])
async def test_what_cannot_be_understood(testid: Scene, call: Call, body: bytes) -> None:
    answer = await testid.rp.post(f"{ROOT}/{call}", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "invalidParameters")
    assert answer.json()["details"].startswith("Invalid parameter: ")


@pytest.mark.parametrize("call", [Call.COLLECT, Call.CANCEL])
async def test_an_order_that_is_not_there(testid: Scene, call: Call) -> None:
    answer = await testid.post(call, {"orderRef": "131daac9-16c6-4618-beb0-365768f37288"})
    assert (answer.status_code, answer.json()) == (400, NO_SUCH_ORDER)


async def test_cancel(testid: Scene) -> None:
    order = await testid.open()
    answer = await testid.post("cancel", {"orderRef": order["orderRef"]})
    assert (answer.status_code, answer.json()) == (200, {})
    for call in ("cancel", "collect"):
        assert (await testid.post(call, {"orderRef": order["orderRef"]})).json()["details"] == "No such order"


async def test_two_orders_of_one_person_end_each_other(testid: Scene) -> None:
    first = await testid.open(requirement={"personalNumber": TOLVAN})
    second = await testid.post("sign", sign_body(requirement={"personalNumber": TOLVAN}))
    assert (second.status_code, second.json()["errorCode"]) == (400, "alreadyInProgress")
    assert await testid.hint(first) == "failed cancelled"
    assert await testid.open(requirement={"personalNumber": TOLVAN})


async def test_a_person_who_begins_anew_ends_what_they_had(testid: Scene) -> None:
    first, second = await testid.open(), await testid.open()
    for order in (first, second):
        await testid.move(autostart=order["autoStartToken"], person=TOLVAN, do="choose")
    assert await testid.hint(first) == "failed cancelled"
    assert await testid.hint(second) == "pending userSign"


async def test_an_order_that_no_app_takes_up(testid: Scene) -> None:
    order = await testid.open()
    await testid.clock.advance(30)
    assert await testid.hint(order) == "failed startFailed"
    told = await testid.post("collect", {"orderRef": order["orderRef"]})
    assert told.json()["errorCode"] == "invalidParameters"


async def test_an_order_that_nobody_signs(testid: Scene) -> None:
    order = await testid.open()
    await testid.move(autostart=order["autoStartToken"], person=TOLVAN, do="choose")
    await testid.clock.advance(180)
    assert await testid.hint(order) == "failed expiredTransaction"


async def test_a_result_that_is_fetched_too_late(testid: Scene) -> None:
    order = await testid.open()
    await testid.move(autostart=order["autoStartToken"], person=TOLVAN)
    await testid.clock.advance(180)
    told = await testid.post("collect", {"orderRef": order["orderRef"]})
    assert told.json()["details"] == "No such order"


async def test_during_a_call(testid: Scene) -> None:
    order = await testid.open_call(callInitiator="RP")
    assert set(order) == {"orderRef"}
    assert (await testid.collect(order))["callInitiator"] == "RP"
    taken = await testid.move(call=TOLVAN, do="start")
    assert await testid.hint(order) == "pending userCallConfirm"
    await testid.move(order=taken["order"], do="choose")
    assert await testid.hint(order) == "pending userSign"
    await testid.move(order=taken["order"])
    told = await testid.collect(order)
    assert (told["status"], told["callInitiator"]) == ("complete", "RP")
    assert told["completionData"]["user"]["personalNumber"] == TOLVAN


async def test_a_call_that_is_denied(testid: Scene) -> None:
    order = await testid.open_call("phone/auth")
    await testid.move(call=TOLVAN, do="decline")
    assert await testid.hint(order) == "failed userDeclinedCall"


async def test_a_document_that_is_asked_for(testid: Scene) -> None:
    order = await testid.open(requirement={"mrtd": True})
    await testid.move(autostart=order["autoStartToken"], do="start")
    completion = None
    for expected, do in (("started", "choose"), ("userSign", "sign")):
        (standing,) = (await testid.control.get("/control/state")).json()["orders"]
        assert standing["state"] == expected
        await testid.move(order=standing["order"], person=TOLVAN, do=do)
    completion = (await testid.collect(order))["completionData"]
    assert completion["stepUp"] == {"mrtd": True}


async def test_only_the_right_person_may_sign(testid: Scene) -> None:
    order = await testid.open(requirement={"personalNumber": TOLVAN})
    await testid.move(autostart=order["autoStartToken"], person=ASTRID)
    assert await testid.hint(order) == "failed certificateErr"


@pytest.mark.parametrize(
    ("requirement", "kind", "is_taken"),
    [
        ({"certificatePolicies": ["1.2.3.4.25"]}, "mobile", True),
        ({"certificatePolicies": ["1.2.3.4.25"]}, "file", False),
        ({"certificatePolicies": ["1.2.3.4.5", "1.2.3.4.10"]}, "card", True),
        ({"certificatePolicies": ["1.2.752.78.1.5"]}, "mobile", False),
        ({"cardReader": "class1"}, "file", False),
        ({"cardReader": "class2"}, "card", True),
        ({}, "file", True),
    ],
)
async def test_only_the_right_kind_is_taken(
    testid: Scene, requirement: dict[str, object], kind: str, is_taken: bool
) -> None:
    order = await testid.open(requirement=requirement)
    status = 200 if is_taken else 422
    await testid.move(status, autostart=order["autoStartToken"], person=TOLVAN, kind=kind)
    assert await testid.hint(order) == ("complete" if is_taken else "pending started")


async def test_the_attacker_and_the_victim_are_at_different_addresses(testid: Scene) -> None:
    """Session fixation: the attacker begins the order, and the victim opens its link."""
    order = await testid.open("auth", endUserIp="198.51.100.66")
    completion = await testid.signed(order, address="192.0.2.77")
    assert completion["device"]["ipAddress"] == "192.0.2.77"


ERRORS = [
    (Fault.ALREADY_IN_PROGRESS, 400, "alreadyInProgress"),
    (Fault.INVALID_PARAMETERS, 400, "invalidParameters"),
    (Fault.CANCELLED, 400, "cancelled"),
    (Fault.UNAUTHORIZED, 401, "unauthorized"),
    (Fault.FORBIDDEN, 403, "unauthorized"),
    (Fault.NOT_FOUND, 404, "notFound"),
    (Fault.REQUEST_TIMEOUT, 408, "requestTimeout"),
    (Fault.UNSUPPORTED_MEDIA_TYPE, 415, "unsupportedMediaType"),
    (Fault.TOO_MANY_REQUESTS, 429, "tooManyRequests"),
    (Fault.INTERNAL_ERROR, 500, "internalError"),
    (Fault.MAINTENANCE, 503, "maintenance"),
    (Fault.MAINTENANCE_CAPITAL, 503, "Maintenance"),
    (Fault.UNKNOWN_ERROR, 400, "moonInWrongPhase"),
]


@pytest.mark.parametrize(("fault", "status", "code"), ERRORS)
async def test_errors_that_were_asked_for(pki: Pki, fault: Fault, status: int, code: str) -> None:
    async with scene(pki, f"{fault}@sign*1") as testid:
        other = await testid.post("auth", {"endUserIp": USER})
        assert other.status_code == 200
        answer = await testid.post("sign", sign_body())
        assert (answer.status_code, answer.json()["errorCode"]) == (status, code)
        assert answer.headers["content-type"] == "application/json"
        assert ("ratelimit-reset" in answer.headers) == (status == 429)
        assert len(testid.service.book.orders()) == 1
        assert await testid.open()


async def test_a_method_that_is_not_allowed_all_at_once(pki: Pki) -> None:
    async with scene(pki, "method-not-allowed") as testid:
        answer = await testid.post("sign", sign_body())
        assert (answer.status_code, answer.content) == (405, b"")


ANSWERS = [
    (Fault.WRONG_JSON, "application/json", b'{"orderRef": "12'),
    (Fault.MISSING_FIELDS, "application/json", b"{}"),
    (Fault.WRONG_TYPE, "text/html", b"<h1>Welcome</h1>"),
    (Fault.EMPTY, "application/json", b""),
]


@pytest.mark.parametrize(("fault", "kind", "body"), ANSWERS)
async def test_answers_that_are_none(pki: Pki, fault: Fault, kind: str, body: bytes) -> None:
    async with scene(pki, f"{fault}*1") as testid:
        answer = await testid.post("sign", sign_body())
        assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, kind, body)
        assert len(testid.service.book.orders()) == 1


async def test_an_answer_that_breaks_off(pki: Pki) -> None:
    async with on_sockets(pki, "cut*1") as testid:
        with pytest.raises(httpx.RemoteProtocolError):
            await testid.post("sign", sign_body())
        assert len(testid.service.book.orders()) == 1
        assert await testid.open()


async def test_a_slow_answer(pki: Pki) -> None:
    async with on_sockets(pki, "slow=20@sign*1") as testid:
        asked = asyncio.create_task(testid.post("sign", sign_body()))
        while not testid.service.book.orders():
            await asyncio.sleep(0.01)
        await testid.clock.advance(19)
        await asyncio.sleep(0.05)
        assert not asked.done()
        await testid.clock.advance(1)
        assert (await asked).status_code == 200


async def test_a_slow_answer_does_not_hold_the_service_up(pki: Pki) -> None:
    async with asyncio.timeout(10):
        async with on_sockets(pki, "slow=3600") as testid:
            asked = asyncio.create_task(testid.post("sign", sign_body()))
            while not testid.service.book.orders():
                await asyncio.sleep(0.01)
        with pytest.raises(httpx.TransportError):
            await asked


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault.NO_CLIENT, "pending noClient"),
        (Fault.UNKNOWN_HINT, "pending userJuggling"),
        (Fault.UNKNOWN_STATUS, "meditating insideOut"),
    ],
)
async def test_strange_words_about_an_order(pki: Pki, fault: Fault, told: str) -> None:
    async with scene(pki, f"{fault}*1") as testid:
        order = await testid.open()
        assert await testid.hint(order) == told
        assert await testid.hint(order) == "pending outstandingTransaction"


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (Fault.NOT_SUPPORTED, "notSupportedByUserApp"),
        (Fault.RISK_BLOCKED, "transactionRiskBlocked"),
        (Fault.UNKNOWN_FAILURE, "userStumbled"),
    ],
)
async def test_signatures_that_are_stopped(pki: Pki, fault: Fault, hint: str) -> None:
    async with scene(pki, f"{fault}*1") as testid:
        order = await testid.open()
        assert (await testid.move(autostart=order["autoStartToken"], person=TOLVAN))["hint"] == hint
        assert await testid.hint(order) == f"failed {hint}"
        assert await testid.signed(await testid.open())


@pytest.mark.parametrize(
    ("do", "hint"),
    [("cancel", "userCancel"), ("expire", "expiredTransaction"), ("blocked", "certificateErr")],
)
async def test_what_people_do_instead(testid: Scene, do: str, hint: str) -> None:
    order = await testid.open()
    await testid.move(scan=code_of(order, 0), do=do)
    assert await testid.hint(order) == f"failed {hint}"


async def test_a_full_book_is_too_many_requests() -> None:
    clock = SystemClock()
    api = Api(Book(clock, most=1), Faults(), clock)
    with listen("127.0.0.1", 0) as listener:
        serving = asyncio.create_task(serve(api.application(), listener))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}{ROOT}/auth"
        async with httpx.AsyncClient() as client:
            answers = [await client.post(address, content=b'{"endUserIp":"::1"}', headers=JSON) for _ in range(2)]
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["ratelimit-remaining"] == "0"


async def test_an_order_that_runs_out_while_it_is_signed(testid: Scene) -> None:
    """The first signature of a person takes a moment; time goes on meanwhile."""
    order = await testid.open()
    taken = await testid.move(autostart=order["autoStartToken"], person=TOLVAN, do="choose")
    held = testid.service.phone.order(taken["order"])
    signing = asyncio.create_task(testid.service.phone.sign(held))
    await asyncio.sleep(0)
    held.step(Event.EXPIRE, testid.clock.monotonic())
    with pytest.raises(Exception, match="cannot be done"):
        await signing
    assert held.completion is None
    assert await testid.hint(order) == "failed expiredTransaction"


async def test_every_fault_is_played_somewhere() -> None:
    played = {fault for fault, *_ in [*ERRORS, *ANSWERS]} | set(SEEN)
    played |= {Fault.METHOD_NOT_ALLOWED, Fault.CUT, Fault.SLOW, Fault.NO_CLIENT, Fault.UNKNOWN_HINT}
    played |= {Fault.UNKNOWN_STATUS, Fault.NOT_SUPPORTED, Fault.RISK_BLOCKED, Fault.UNKNOWN_FAILURE}
    assert played == set(Fault)


async def test_long_texts_reach_the_signature_whole(testid: Scene) -> None:
    text, hidden = base64("å" * 15_000), base64("x" * 150_000)
    assert (len(text), len(hidden)) == (40_000, 200_000)
    completion = await testid.signed(await testid.open(userVisibleData=text, userNonVisibleData=hidden))
    signed = verified(completion["signature"], testid.clock.now())
    assert (signed.visible, signed.hidden) == (text, hidden)
