"""The first page."""

from datetime import UTC, datetime

import pytest

from grid.web.scene import Scene, seen
from hanport.clock import ManualClock
from hanport.grid.wordings import store


async def test_one_button_leads_to_the_door(quick: Scene) -> None:
    page = await seen(quick)
    assert page.count('class="large"') == 1
    assert '<a role="button" class="large" href="/identify?next=/order">Öppna min port</a>' in page


async def test_who_is_identified_goes_straight_on(quick: Scene) -> None:
    page = await seen(quick, language="en", secret=quick.customer_session(quick.town.person()))
    assert '<a role="button" class="large" href="/facilities">To my facilities</a>' in page
    assert "/identify" not in page


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 25, 8, tzinfo=UTC), "torsdag 26 november"),
        (datetime(2026, 11, 27, 22, 59, tzinfo=UTC), "måndag 30 november"),  # Friday, a minute to midnight
        (datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "onsdag 2 december"),  # Tuesday in Sweden already
        (datetime(2026, 12, 23, 8, tzinfo=UTC), "måndag 28 december"),  # Christmas
    ],
)
async def test_the_laws_clock_is_told(quick: Scene, now: datetime, day: str) -> None:
    page = await seen(Scene(quick.database, ManualClock(now), quick.folder))
    assert f"Öppet senast {day} om du beställer nu" in page
    assert f"till och med {day} om du beställer nu" in page


async def test_the_companys_own_words_stand_there(quick: Scene) -> None:
    with quick.database.writing("staff:anna") as work:
        own = {"start.lead": "Välkommen till *fjället*.", "start.more": "## Hos oss\n\nEget.", "contact.hours": "Jämt."}
        for key, text in own.items():
            store.change(work, quick.config, key, {"sv": text, "en": "Welcome."}, expected=0)
    page = await seen(quick)
    assert "<p>Välkommen till <em>fjället</em>.</p>" in page
    assert "<h2>Hos oss</h2>" in page
    assert "<p>Jämt.</p>" in page


async def test_what_the_company_has_not_is_not_offered(quick: Scene) -> None:
    page = await seen(quick.with_company(phone="", address="", email=""))
    assert "tel:" not in page
    assert "mailto:" not in page
    assert "Ring oss" in page  # the words stay, the number stands on the invoice
