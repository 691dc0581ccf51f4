""" "This was not me": a look changes nothing, a press closes at once, and nobody logs in."""

import pytest

from grid.web.customers import Customers, said
from grid.web.scene import Scene, browser
from hanport.clock import ManualClock
from hanport.grid.alarms import live
from hanport.grid.config import LimitsTable
from hanport.grid.database import tables
from hanport.grid.notices import not_me


def noticed(customers: Customers) -> tuple[str, not_me.Secrets]:
    """An order whose notice has gone out: its id, and what stands in the notice."""
    facility_id, meter_id, person_id = customers.household()
    order_id = customers.open(facility_id, person_id, meter_id).order_id
    row = customers.desk.row(order_id)
    made = not_me.make(with_code=True)
    with customers.database.writing("system") as work:
        not_me.keep(work, made, not_me.For(order_id, row.contract_id, row.customer_id))
    return order_id, made


async def test_a_scanner_that_follows_the_link_closes_nothing(quick: Scene) -> None:
    customers = Customers(quick)
    order_id, made = noticed(customers)
    async with browser(quick.app()) as client:
        for _ in range(3):
            page = await client.get(f"/not-me/{made.link}")
            assert "Någon beställde öppning av den här porten i dag 09:00" in said(page)
            await client.head(f"/not-me/{made.link}")
    assert customers.desk.row(order_id).withdrawn_at is None


async def test_a_press_closes_at_once_and_staff_hear_of_it(scene: Scene) -> None:
    customers = Customers(scene)
    order_id, made = noticed(customers)
    async with browser(scene.app()) as client:
        for _ in range(2):  # pressed twice
            answer = await client.post(f"/not-me/{made.link}")
            assert answer.headers["location"] == f"/not-me/{made.link}"
        page = said(await client.get(f"/not-me/{made.link}"))
    assert "Porten stängs nu" in page and "personal har fått larm" in page
    assert customers.desk.row(order_id).withdrawn_at is not None
    with scene.database.reading() as connection:
        assert [each.kind for each in live(connection)] == ["order_disputed"]
    assert len(customers.log("order.disputed")) == 1


async def test_the_code_of_a_letter_does_the_same(quick: Scene) -> None:
    customers = Customers(quick)
    order_id, made = noticed(customers)
    async with browser(quick.app()) as client:
        assert "Åtta tecken" in said(await client.get("/not-me"))
        for wrong in ("", "AAAA-AAAA", "' OR 1=1", "a" * 500):
            answer = await client.post("/not-me", data={"code": wrong})
            assert answer.status_code == 409 and "Koden känns inte igen" in said(answer)
        assert customers.desk.row(order_id).withdrawn_at is None
        answer = await client.post("/not-me", data={"code": f" {made.code[:4].lower()}-{made.code[4:]} "})
    assert "Porten stängs nu" in said(answer)
    assert customers.desk.row(order_id).withdrawn_at is not None


async def test_what_stands_no_longer_says_so_and_not_where(quick: Scene) -> None:
    customers = Customers(quick)
    order_id, made = noticed(customers)
    customers.change(tables.order, tables.order.c.id == order_id, withdrawn_at=customers.now)
    async with browser(quick.app()) as client:
        page = await client.get(f"/not-me/{made.link}")
        assert "gäller inte längre" in said(page) and "Storgatan 1, Sälen" not in page.text
        pressed = await client.post(f"/not-me/{made.link}")
        assert pressed.status_code == 409 and "gäller inte längre" in said(pressed)


@pytest.mark.parametrize("link", ["x", "a" * 400, "%00"])
async def test_made_up_links(quick: Scene, link: str) -> None:
    async with browser(quick.app()) as client:
        for answer in (await client.get(f"/not-me/{link}"), await client.post(f"/not-me/{link}")):
            assert answer.status_code == 404 and "Länken känns inte igen" in said(answer)


def strict(quick: Scene, logins: int = 3) -> None:
    """Only so many tries from one address."""
    quick.config = type(quick.config)(environment=quick.config.environment, limits=LimitsTable(logins=logins))


async def test_guessing_is_slow(quick: Scene) -> None:
    strict(quick)
    async with browser(quick.app()) as client:
        codes = [(await client.post("/not-me", data={"code": "AAAAAAAA"})).status_code for _ in range(4)]
        assert codes == [409, 409, 409, 429]
        assert (await client.post("/not-me/x")).status_code == 429


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_links_are_not_guessed_either(quick: Scene, clock: ManualClock, method: str) -> None:
    strict(quick)
    async with browser(quick.app()) as client:
        codes = [(await client.request(method, f"/not-me/guess-{n}")).status_code for n in range(4)]
        assert codes == [404, 404, 404, 429]
        await clock.advance(600)
        assert (await client.request(method, "/not-me/guess")).status_code == 404
    async with browser(quick.app(), peer="192.0.2.99") as client:
        assert (await client.request(method, "/not-me/guess")).status_code == 404


async def test_a_right_code_is_no_link_and_not_let_in_after_too_many_wrong_ones(quick: Scene) -> None:
    strict(quick)
    customers = Customers(quick)
    order_id, made = noticed(customers)
    async with browser(quick.app()) as client:
        for method in ("GET", "POST"):  # counted as two guesses
            assert (await client.request(method, f"/not-me/{made.code}")).status_code == 404
        await client.post("/not-me", data={"code": "AAAAAAAA"})
        answer = await client.post("/not-me", data={"code": made.code})
        assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0
    assert customers.desk.row(order_id).withdrawn_at is None


async def test_who_has_the_link_closes_though_others_flood_from_the_same_address(quick: Scene) -> None:
    strict(quick)
    customers = Customers(quick)
    order_id, made = noticed(customers)
    async with browser(quick.app()) as client:
        for n in range(20):
            await client.post(f"/not-me/flood-{n}")
        assert (await client.get(f"/not-me/{made.link}")).status_code == 200
        assert (await client.post(f"/not-me/{made.link}")).status_code == 303
    assert customers.desk.row(order_id).withdrawn_at is not None


async def test_a_flood_of_looks_is_stopped(quick: Scene) -> None:
    limits = LimitsTable(requests=5)
    quick.config = type(quick.config)(environment=quick.config.environment, limits=limits)
    _, made = noticed(Customers(quick))
    async with browser(quick.app()) as client:
        codes = [(await client.get(f"/not-me/{made.link}")).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]


async def test_once_it_is_closed(quick: Scene) -> None:
    customers = Customers(quick)
    _, made = noticed(customers)
    async with browser(quick.app()) as client:
        await client.post(f"/not-me/{made.link}")
        closing = customers.log("order.right_checked")[-1].facts["order"]
        ended = {"state": "read_back", "ended_at": customers.now}
        customers.change(tables.order, tables.order.c.id == closing, **ended)
        assert "Porten är stängd." in said(await client.get(f"/not-me/{made.link}"))
