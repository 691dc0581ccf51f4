"""What phones may do with orders, and what they are told when they may not."""

import pytest

from hanport.testid.faults import Call
from hanport.testid.orders import Event, State, Wanted
from hanport.testid.people import BY_NUMBER, Kind
from hanport.testid.phone import Phone, Refused, suitable
from testid.scene import ASTRID, TOLVAN, USER, Scene, code_of


@pytest.fixture
def phone(testid: Scene) -> Phone:
    return testid.service.phone


def reason(raised: pytest.ExceptionInfo[Refused]) -> str:
    assert raised.value.problem and raised.value.remedy
    return raised.value.reason


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (Wanted(call=Call.AUTH), [Kind.MOBILE, Kind.FILE, Kind.CARD]),
        (Wanted(call=Call.AUTH, policies=("1.2.3.4.25",)), [Kind.MOBILE]),
        (Wanted(call=Call.AUTH, policies=("1.2.3.4.10", "1.2.3.4.5")), [Kind.FILE, Kind.CARD]),
        (Wanted(call=Call.AUTH, policies=("1.2.3.4.*",)), [Kind.MOBILE, Kind.FILE, Kind.CARD]),
        (Wanted(call=Call.AUTH, policies=("1.2.3.*", "1.2.752.*")), [Kind.MOBILE, Kind.FILE, Kind.CARD]),
        (Wanted(call=Call.AUTH, policies=("1.2.752.*",)), []),
        (Wanted(call=Call.AUTH, needs_card=True), [Kind.CARD]),
        (Wanted(call=Call.AUTH, needs_card=True, policies=("1.2.3.4.5",)), []),
        (Wanted(call=Call.AUTH, policies=("1.2.752.78.1.5",)), []),
    ],
)
def test_which_kinds_suit(wanted: Wanted, kinds: list[Kind]) -> None:
    assert suitable(wanted) == kinds


async def test_a_code_and_a_link_open_an_order_once(testid: Scene, phone: Phone) -> None:
    order = await testid.open()
    code = code_of(order, 0)
    held = phone.scan(code, USER)
    assert not held.is_here and held.address == USER
    with pytest.raises(Refused) as raised:
        phone.scan(code, USER)
    assert reason(raised) == "used"
    with pytest.raises(Refused) as raised:
        phone.start(order["autoStartToken"], USER)
    assert reason(raised) == "used"
    phone.do(held, Event.CANCEL)
    with pytest.raises(Refused) as raised:
        phone.start(order["autoStartToken"], USER)
    assert reason(raised) == "gone"
    assert not held.is_here


async def test_a_link_says_that_it_is_this_device(testid: Scene, phone: Phone) -> None:
    order = await testid.open()
    assert phone.start(order["autoStartToken"], USER).is_here
    with pytest.raises(Refused) as raised:
        phone.start("a guessed token", USER)
    assert reason(raised) == "gone"


async def test_codes_that_are_not_taken(testid: Scene, phone: Phone) -> None:
    order = await testid.open()
    await testid.clock.advance(11)
    for code, why in ((code_of(order, 0), "stale"), ("https://example.test", "unknown")):
        with pytest.raises(Refused) as raised:
            phone.scan(code, USER)
        assert reason(raised) == why


async def test_calls_that_nobody_waits_for(testid: Scene, phone: Phone) -> None:
    await testid.open_call()
    for number, why in ((ASTRID, "nobody-calls"), ("000000000000", "no-person"), ("", "no-person")):
        with pytest.raises(Refused) as raised:
            phone.answer(number, USER)
        assert reason(raised) == why
    assert phone.answer(TOLVAN, USER).state is State.CALL


async def test_a_call_that_takes_no_bankid_of_theirs(testid: Scene, phone: Phone) -> None:
    await testid.open_call(requirement={"certificatePolicies": ["1.2.752.78.1.5"]})
    with pytest.raises(Refused) as raised:
        phone.answer(TOLVAN, USER)
    assert reason(raised) == "unsuitable"


async def test_a_call_is_answered_with_a_kind_that_suits(testid: Scene, phone: Phone) -> None:
    await testid.open_call(requirement={"certificatePolicies": ["1.2.3.4.5"]})
    assert phone.answer(TOLVAN, USER).kind is Kind.FILE


async def test_nothing_is_signed_before_somebody_is_chosen(testid: Scene, phone: Phone) -> None:
    order = phone.scan(code_of(await testid.open(), 0), USER)
    with pytest.raises(Refused) as raised:
        await phone.sign(order)
    assert reason(raised) == "not-now"
    phone.choose(order, BY_NUMBER[TOLVAN], Kind.MOBILE)
    await phone.sign(order)
    assert order.state is State.COMPLETE
    with pytest.raises(Refused) as raised:
        await phone.sign(order)
    assert reason(raised) == "not-now"


async def test_an_order_is_found_by_its_claim_until_it_is_forgotten(testid: Scene, phone: Phone) -> None:
    order = phone.scan(code_of(await testid.open(), 0), USER)
    assert phone.order(order.claim) is order
    phone.do(order, Event.CANCEL)
    await testid.clock.advance(299)
    assert phone.order(order.claim) is order
    await testid.clock.advance(1)
    for claim in (order.claim, "", "guessed"):
        with pytest.raises(Refused) as raised:
            phone.order(claim)
        assert reason(raised) == "gone"
