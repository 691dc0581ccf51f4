"""Orders that are signed with the test identity: the text that is read, who may sign, and what comes of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from grid.eid.identity import ASTRID, EMIL, HERE, Identity, identity
from grid.town import Town
from grid.web.conftest import scene
from grid.web.scene import Scene
from hanport.grid.customer.issuer import terms_of
from hanport.grid.database.tables import facility, order
from hanport.grid.eid import asking
from hanport.grid.eid.flow import Wanted
from hanport.grid.eid.identifications import Errand, Stand
from hanport.grid.eid.requests import Way
from hanport.grid.identifiers import parse_signed_number
from hanport.grid.keys import Purpose
from hanport.grid.ordering import taking
from hanport.grid.ordering.status import status
from hanport.grid.ordering.wish import OrderError, Wish
from hanport.grid.orders import Kind, State

__all__ = ["scene"]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the test identity has its keys: made once."""
    return tmp_path_factory.mktemp("testid")


@pytest.fixture
async def made(scene: Scene, authority: Path) -> AsyncIterator[Identity]:
    async with identity(scene, authority) as made:
        yield made


def homes(made: Identity, count: int = 1, number: str = ASTRID, **customer: Any) -> tuple[str, ...]:
    """Facilities whose contract the person holds; their GSRNs."""
    town = made.scene.town
    return tuple(home(made, town, number, **customer) for _ in range(count))


def home(made: Identity, town: Town, number: str, **customer: Any) -> str:
    facility_id = town.facility()
    person_id = town.person(parse_signed_number(number))
    town.contract(facility_id, town.customer(person_id, **customer))
    town.meter(facility_id)
    with made.scene.database.reading() as connection:
        return str(connection.execute(select(facility.c.gsrn).where(facility.c.id == facility_id)).scalar_one())


def drafts(made: Identity, *gsrns: str, kind: Kind = Kind.OPEN) -> tuple[str, ...]:
    with made.scene.database.writing("customer") as work:
        return tuple(taking.draft(work, made.scene.config, Wish(kind, gsrn)) for gsrn in gsrns)


async def begin(made: Identity, order_ids: tuple[str, ...], way: Way = Way.QR, *, number: str = ASTRID) -> str:
    with made.scene.database.reading() as connection:
        lines = asking.order_lines(connection, order_ids, made.scene.clock.now())
    texts = asking.texts_of(lines, made.scene.config, "3", "sv")
    return await made.flow.begin(
        Wanted(
            errand=Errand.ORDER,
            way=way,
            session_id=None if way is Way.PHONE else 1,
            visible=texts.visible,
            hidden=texts.hidden,
            language="sv",
            base="http://localhost:8490",
            then="/orders",
            user_ip=HERE,
            user_agent="test",
            device="d1",
            number=number,
            order_ids=order_ids,
            terms=texts.terms,
            staff="anna" if way is Way.PHONE else "",
        )
    )


def states(made: Identity, order_ids: tuple[str, ...]) -> list[State]:
    with made.scene.database.reading() as connection:
        return [status(connection, each).state for each in order_ids]


async def test_several_facilities_are_signed_at_once(made: Identity) -> None:
    gsrns = homes(made, 2)
    order_ids = drafts(made, *gsrns)
    id = await begin(made, order_ids)
    text = made.kept(id).asked.visible
    assert all(gsrn in text for gsrn in gsrns) and "Storgatan" in text and "Kamstrup OMNIA" in text
    await made.phone(scan=made.code(id), person=ASTRID)
    assert states(made, order_ids) == [State.DRAFT, State.DRAFT]
    await made.pass_s(4)
    assert made.kept(id).stand is Stand.USED and made.kept(id).why == ""
    assert set(states(made, order_ids)) == {State.RIGHT_CHECKED}
    database = made.scene.database
    with database.reading() as connection:
        sealed = connection.execute(select(order.c.evidence_sealed).where(order.c.id == order_ids[0])).scalar_one()
    assert sealed is not None
    evidence = database.keyring.open(bytes(sealed), Purpose.EVIDENCE)
    with database.reading() as connection:
        assert {terms_of(connection, each) for each in order_ids} == {"3"}
    assert b'"signature"' in evidence and b'"ocspResponse"' in evidence and text.splitlines()[0].encode() in evidence


async def test_a_stranger_s_facility_is_refused_by_the_law(made: Identity) -> None:
    order_ids = drafts(made, *homes(made, number=EMIL))
    id = await begin(made, order_ids)
    await made.phone(scan=made.code(id), person=ASTRID)
    await made.pass_s(4)
    assert states(made, order_ids) == [State.REFUSED]


async def test_a_draft_that_was_cancelled_meanwhile_does_not_stop_the_others(made: Identity) -> None:
    order_ids = drafts(made, *homes(made, 2))
    id = await begin(made, order_ids)
    with made.scene.database.writing("customer") as work:
        taking.cancel(work, made.scene.config, order_ids[0], reason="")
    await made.phone(scan=made.code(id), person=ASTRID)
    await made.pass_s(4)
    assert states(made, order_ids) == [State.CANCELLED, State.RIGHT_CHECKED]
    assert made.kept(id).why == "orders"


async def test_an_address_that_is_protected_is_in_no_text(made: Identity) -> None:
    (gsrn,) = homes(made, is_protected=True)
    id = await begin(made, drafts(made, gsrn))
    text = made.kept(id).asked.visible
    assert gsrn in text and "Storgatan" not in text


async def test_on_the_same_device_nothing_is_ordered_before_the_browser_is_back(made: Identity) -> None:
    order_ids = drafts(made, *homes(made))
    id = await begin(made, order_ids, Way.SAME_DEVICE)
    done = await made.phone(autostart=made.kept(id).asked.auto_start_token, person=ASTRID)
    await made.pass_s(4)
    assert states(made, order_ids) == [State.DRAFT]
    nonce = done["return_url"].partition("nonce=")[2]
    assert not await made.flow.returned(id, 2, nonce)
    assert not await made.flow.returned(id, 1, nonce[:-1] + "x")
    assert states(made, order_ids) == [State.DRAFT]
    assert await made.flow.returned(id, 1, nonce)
    assert states(made, order_ids) == [State.RIGHT_CHECKED]


async def test_by_phone_staff_stand_with_the_order(made: Identity) -> None:
    order_ids = drafts(made, *homes(made))
    await begin(made, order_ids, Way.PHONE)
    await made.phone(call=ASTRID, person=ASTRID)
    await made.pass_s(4)
    assert states(made, order_ids) == [State.RIGHT_CHECKED]
    with made.scene.database.reading() as connection:
        found = status(connection, order_ids[0])
    assert (found.identity, found.staff) == ("bankid", "anna")


async def test_what_is_no_draft_any_more_cannot_be_signed(made: Identity) -> None:
    order_ids = drafts(made, *homes(made))
    with made.scene.database.writing("customer") as work:
        taking.cancel(work, made.scene.config, order_ids[0], reason="")
    with pytest.raises(OrderError, match="cannot be signed any more"):
        await begin(made, order_ids)
    with made.scene.database.reading() as connection, pytest.raises(OrderError):
        asking.order_lines(connection, ["nothing"], made.scene.clock.now())
