"""The way out of the customers' pages."""

from grid.web.customers import Customers, said
from grid.web.scene import Scene, browser


async def test_a_customer_who_leaves_stands_in_the_log(quick: Scene) -> None:
    customers = Customers(quick)
    person_id = customers.town.person()
    secret = quick.customer_session(person_id)
    async with browser(quick.app(), secret) as client:
        answer = await client.post("/logout")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
    async with browser(quick.app(), secret) as copy:  # of the cookie, made before
        assert (await copy.get("/facilities")).status_code == 303
    [entry] = customers.log("customer.logout")
    assert (entry.actor, entry.facts) == ("customer", {})
    assert "Du loggade ut här på sidan" in await customers.page(person_id, "/log")
    assert "You logged out on this site" in await customers.page(person_id, "/log", language="en")


async def test_a_visitor_who_leaves_does_not(quick: Scene) -> None:
    for secret in ("", quick.visitor_session(), "made-up"):
        async with browser(quick.app(), secret) as client:
            answer = await client.post("/logout")
            assert answer.status_code == 303
            assert "Inloggad" not in said(await client.get("/"))
    assert Customers(quick).log("customer.logout") == []
