"""The way in without BankID: a letter is ordered, its code signs in once, and shows and closes until it ends."""

from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from grid.web.customers import Customers, said
from grid.web.scene import Scene, browser
from hanport.grid.config import LimitsTable
from hanport.grid.database import tables
from hanport.grid.database.notice_tables import letter
from hanport.grid.letters import queue
from hanport.grid.letters.printing import Printing, print_waiting

HOME = "http://localhost:8490"


@pytest.fixture
def letters(quick: Scene) -> Customers:
    """A company that sends letters."""
    return Customers(quick.behind(HOME))


def printed(customers: Customers, folder: Path) -> str:
    """Have Anna print what waits, and read the code off the paper."""
    with customers.database.reading() as connection:
        sealed = connection.execute(select(letter.c.secret_sealed).where(letter.c.state == "waiting")).scalars().all()
    print_waiting(customers.scene.parts.grid, Printing(folder / "letters.pdf", "anna"))
    return queue.unseal(customers.database.keyring, sealed[-1]).code


async def use(client: httpx.AsyncClient, gsrn: str, code: str, act: str) -> httpx.Response:
    return await client.post("/code", data={"gsrn": gsrn, "code": code, "act": act})


async def test_a_letter_is_ordered_and_its_code_orders_the_opening(letters: Customers, tmp_path: Path) -> None:
    facility_id, _, person_id = letters.household(address="Box 1, 780 67 Sälen")
    gsrn = letters.desk.gsrn(facility_id)
    async with browser(letters.scene.app()) as client:
        assert "Tio tecken" in said(await client.get("/code"))
        sent = await client.post("/code/letter", data={"gsrn": f" {gsrn[:6]} {gsrn[6:]} "})
        assert "Finns anläggningen hos oss skickar vi ett brev" in said(sent)
        code = printed(letters, tmp_path)
        answer = await use(client, gsrn, code.lower(), "sign_in")
        assert answer.headers["location"] == f"/facilities/{gsrn}"
        assert "Öppna porten" in said(await client.get(answer.headers["location"]))
        ordered = await client.post("/order", data={"facility": gsrn, "way": "session", "terms": "1"})
        assert "med kod från brev" in said(await client.get(ordered.headers["location"]))
        assert "Du legitimerade dig med en kod" in said(await client.get("/log"))
    row = letters.desk.row(ordered.headers["location"].removeprefix("/orders/"))
    assert (row.identity, row.staff, row.person_id) == ("letter", "anna", person_id)


async def test_used_once_more_it_shows_and_closes(letters: Customers, tmp_path: Path) -> None:
    facility_id, meter_id, person_id = letters.household(address="Box 1, 780 67 Sälen")
    gsrn = letters.desk.gsrn(facility_id)
    taken = letters.open(facility_id, person_id, meter_id)
    async with browser(letters.scene.app()) as client:
        await client.post("/code/letter", data={"gsrn": gsrn})
        code = printed(letters, tmp_path)
        seen = await use(client, gsrn, code, "see")
        assert "Porten är öppen" in said(seen) and "Stäng porten" in said(seen)
        assert (await use(client, gsrn, code, "sign_in")).status_code == 303
    async with browser(letters.scene.app()) as other:
        second = await use(other, gsrn, code, "sign_in")
        assert second.status_code == 200 and "kan du se hur det står och stänga" in said(second)
        assert "hanport_grid" not in other.cookies
        closed = await use(other, gsrn, code, "close")
        assert "Porten stängs" in said(closed)
    assert letters.desk.row(taken.order_id).withdrawn_at is not None


async def test_whoever_identifies_so_gets_a_new_session(letters: Customers, tmp_path: Path) -> None:
    facility_id, _, _ = letters.household(address="Box 1, 780 67 Sälen")
    gsrn, planted = letters.desk.gsrn(facility_id), letters.scene.visitor_session()
    async with browser(letters.scene.app(), planted) as client:
        await client.post("/code/letter", data={"gsrn": gsrn})
        await use(client, gsrn, printed(letters, tmp_path), "sign_in")
        assert (await client.get("/facilities")).status_code == 200
    async with browser(letters.scene.app(), planted) as attacker:
        assert (await attacker.get("/facilities")).status_code == 303


async def test_nobody_learns_whether_there_is_such_a_facility(letters: Customers) -> None:
    facility_id, _, _ = letters.household(address="Box 1, 780 67 Sälen")
    pages = set()
    async with browser(letters.scene.app()) as client:
        for gsrn in (letters.desk.gsrn(facility_id), "735999000000009993"):
            pages.add((await client.post("/code/letter", data={"gsrn": gsrn})).text)
            wrong = await use(client, gsrn, "2222222222", "sign_in")
            assert wrong.status_code == 409 and "Koden stämmer inte" in said(wrong)
            pages.add(wrong.text.replace(gsrn, ""))
    assert len(pages) == 2


@pytest.mark.parametrize("gsrn", ["", "1", "735999000000000014", "19121212-1212", "x" * 100])
async def test_what_is_no_facility_id_is_said(letters: Customers, gsrn: str) -> None:
    async with browser(letters.scene.app()) as client:
        for answer in (
            await use(client, gsrn, "2222222222", "see"),
            await client.post("/code/letter", data={"gsrn": gsrn}),
        ):
            assert answer.status_code == 409 and "Det är inget anläggnings-ID" in said(answer)


async def test_a_code_of_a_company_sees_and_closes_alone(letters: Customers, tmp_path: Path) -> None:
    facilities, customer_id, _ = letters.company(1)
    letters.change(tables.customer, tables.customer.c.id == customer_id, address="Box 2, 780 67 Sälen")
    gsrn = letters.desk.gsrn(facilities[0])
    async with browser(letters.scene.app()) as client:
        await client.post("/code/letter", data={"gsrn": gsrn})
        answer = await use(client, gsrn, printed(letters, tmp_path), "sign_in")
    assert (
        answer.status_code == 200 and "kan du se hur det står" in said(answer) and "hanport_grid" not in client.cookies
    )


async def test_where_no_letters_are_sent(quick: Scene) -> None:
    async with browser(quick.app()) as client:  # there is no public address to type a code at
        assert "Vi skickar inga koder" in said(await client.get("/code"))
        assert (await client.post("/code/letter", data={"gsrn": "735999000000000013"})).status_code == 404


async def test_guessing_is_slow_and_odd_acts_do_nothing(letters: Customers) -> None:
    scene = letters.scene
    scene.config = type(scene.config)(
        environment=scene.config.environment,
        company=scene.config.company,
        web=scene.config.web,
        limits=LimitsTable(logins=2),
    )
    async with browser(scene.app()) as client:
        assert (await use(client, "735999000000000013", "2222222222", "x")).status_code == 400
        assert (await use(client, "735999000000000013", "2222222222", "see")).status_code == 409
        assert (await use(client, "735999000000000013", "2222222222", "see")).status_code == 429
        assert (await client.post("/code/letter", data={"gsrn": "735999000000000013"})).status_code == 429
