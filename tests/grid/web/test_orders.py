"""An order's page: where it stands, the law's clock, what went wrong and what to do, and its end by who made it."""

from datetime import timedelta

import msgspec
import pytest

from grid.web.customers import Customers, forms, said
from grid.web.scene import Scene
from hanport.clock import ManualClock
from hanport.grid.config import MailTable
from hanport.grid.database import tables
from hanport.grid.ordering.because import MEANINGS
from hanport.grid.orders import Kind, State
from hanport.grid.web.orders import TAKEN_BACK
from hanport.locale import catalog_texts, has_text


@pytest.mark.parametrize("word", sorted(MEANINGS))
def test_each_reason_says_what_it_means_and_what_to_do(word: str) -> None:
    assert has_text("grid_customer", f"why.{word}.text") and has_text("grid_customer", f"why.{word}.do")


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("state", list(State))
def test_each_kind_and_state_has_its_words(kind: Kind, state: State) -> None:
    assert has_text("grid_customer", f"order.kind.{kind.value}")
    assert has_text("grid_customer", f"order.state.{state.value}")
    unsigned = (State.DRAFT, State.AWAITING_SIGNATURE)
    assert state in unsigned or has_text("grid_customer", f"order.now.{state.value}")


async def test_progress_in_words_with_the_deadline(quick: Scene) -> None:
    customers = Customers(quick)
    quick.config = msgspec.structs.replace(quick.config, mail=MailTable(host="mail.example"))
    facility_id, _, person_id = customers.household(email="eva@example.se")
    taken = customers.desk.order(Kind.OPEN, facility_id, person_id)
    page = await customers.page(person_id, f"/orders/{taken.order_id}")
    for text in ("Vi har tagit emot din beställning", "Kommando till elmätaren (pågår)", "Underskrift (klart)"):
        assert text in page
    assert "Klart senast torsdag 26 november (1 dygn 15 h kvar)" in page
    assert "Du kan stänga den här sidan" in page and "med e-post" in page


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (State.SENT, "på väg till elmätaren"),
        (State.ACKNOWLEDGED, "läser vi av elmätaren"),
        (State.FAILED, "Nästa försök görs i dag 09:10"),
        (State.NEEDS_VISIT, "behöver åka till elmätaren"),
        (State.READ_BACK, "Porten är öppen. Elmätaren har själv svarat det."),
    ],
)
async def test_where_it_stands(quick: Scene, state: State, text: str) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    taken = customers.desk.order(Kind.OPEN, facility_id, person_id)
    ended = customers.now if state is State.READ_BACK else None
    customers.change(tables.order, tables.order.c.id == taken.order_id, state=state.value, ended_at=ended)
    retry = customers.now + timedelta(minutes=10)
    customers.change(tables.port, tables.port.c.meter_id == meter_id, retry_at=retry)
    async with customers.browser(person_id) as client:
        whole = await client.get(f"/orders/{taken.order_id}")
        part = await client.get(f"/orders/{taken.order_id}/state")
    assert text in said(whole) and text in said(part) and "<html" not in part.text
    is_over = state is State.READ_BACK
    assert ("data-over" in part.text) == is_over
    assert ("progress.js" in whole.text) == ("http-equiv" in whole.text) == (not is_over)


async def test_a_late_order_says_so(quick: Scene, clock: ManualClock) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    taken = customers.desk.order(Kind.OPEN, facility_id, person_id)
    await clock.advance(2 * 86_400)
    page = await customers.page(person_id, f"/orders/{taken.order_id}")
    assert "skulle ha varit klart torsdag 26 november" in page and "fått larm" in page


async def test_why_it_was_refused_in_both_languages(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    taken = customers.desk.order(Kind.OPEN, facility_id, person_id)
    for language in ("sv", "en"):
        async with customers.browser(person_id, language=language) as client:
            for word in MEANINGS:
                ended = {"state": "refused", "why": str(word), "ended_at": customers.now}
                customers.change(tables.order, tables.order.c.id == taken.order_id, **ended)
                page = said(await client.get(f"/orders/{taken.order_id}/state"))
                for part in ("text", "do"):
                    assert catalog_texts("grid_customer")[f"why.{word}.{part}"][language] in page


async def test_it_is_taken_back_once(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    taken = customers.desk.order(Kind.OPEN, facility_id, person_id)
    place = f"/orders/{taken.order_id}"
    async with customers.browser(person_id) as client:
        assert ("post", f"{place}/cancel") in forms(await client.get(place))
        for _ in range(2):
            assert (await client.post(f"{place}/cancel")).headers["location"] == place
        page = await client.get(place)
    assert "Beställningen är återtagen" in said(page) and "Den togs tillbaka här på sidan" in said(page)
    assert ("post", f"{place}/cancel") not in forms(page) and "Beställ igen" in said(page)
    row = customers.desk.row(taken.order_id)
    assert (row.state, row.why, row.withdrawn_at) == ("cancelled", TAKEN_BACK, customers.now)
    assert len(customers.log("order.cancelled")) == 1


async def test_a_closing_is_not_taken_back_but_opened_again(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    customers.open(facility_id, person_id, meter_id)
    taken = customers.desk.order(Kind.CLOSE, facility_id, person_id)
    async with customers.browser(person_id) as client:
        page = await client.get(f"/orders/{taken.order_id}")
        assert forms(page) == [] and "Ångra: öppna igen" in said(page)
        refused = await client.post(f"/orders/{taken.order_id}/cancel")
    assert refused.status_code == 409 and "kunde inte tas emot" in said(refused)


async def test_what_staff_wrote_is_shown_without_their_name(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    taken = customers.desk.order(Kind.OPEN, facility_id, person_id)
    ended = {"state": "cancelled", "why": "anna: <b>fel</b> anläggning", "ended_at": customers.now}
    customers.change(tables.order, tables.order.c.id == taken.order_id, **ended)
    async with customers.browser(person_id) as client:
        html = (await client.get(f"/orders/{taken.order_id}")).text
    assert "Anteckning: &lt;b&gt;fel&lt;/b&gt; anläggning" in html and "anna" not in html


async def test_a_restart_that_needs_a_visit_comes_with_its_guide(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    customers.town._add(tables.meter_model, maker="Kamstrup", model="OMNIA", can_open=True, can_restart=False)
    customers.open(facility_id, person_id, meter_id)
    taken = customers.desk.order(Kind.RESTART, facility_id, person_id)
    page = await customers.page(person_id, f"/orders/{taken.order_id}")
    assert "Vi åker dit" in page and "Slå av huvudbrytaren" in page


async def test_all_orders_and_none(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    assert "Du har inte beställt något än." in await customers.page(person_id, "/orders")
    customers.open(facility_id, person_id, meter_id)
    customers.desk.order(Kind.RESTART, facility_id, person_id)
    page = await customers.page(person_id, "/orders")
    assert "Omstart av porten Mottagen av dig, i dag 09:00" in page
    assert "Öppning av porten Klar av dig, i dag 09:00" in page


async def test_several_together(quick: Scene) -> None:
    customers = Customers(quick)
    facilities, _, agent_id = customers.company(2)
    ids = [customers.desk.order(Kind.OPEN, each, agent_id).order_id for each in facilities]
    customers.change(tables.order, tables.order.c.id == ids[0], state="read_back", ended_at=customers.now)
    place = f"/orders?ids={','.join(ids)}"
    async with customers.browser(agent_id) as client:
        page = await client.get(place)
        assert "1 av 2 klara" in said(page) and "progress.js" in page.text
        customers.change(tables.order, tables.order.c.id == ids[1], state="read_back", ended_at=customers.now)
        done = await client.get(place)
        assert "2 av 2 klara" in said(done) and "progress.js" not in done.text
        for odd in ("", ",", "x", f"{ids[0]},x", ",".join(["a" * 16] * 200)):
            assert (await client.get(f"/orders?ids={odd}")).status_code == 404
        many = ",".join(f"{each:016d}".replace("0", "a").replace("1", "b") for each in range(200))
        assert (await client.get(f"/orders?ids={many}")).status_code in (400, 404)
