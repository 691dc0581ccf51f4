"""What no request can do: act for another site, change by looking, lead away, or use a method that is not there."""

import re
from collections.abc import Mapping
from itertools import product

from grid.web.every_page import PUBLIC, EveryPage, rows_of
from hanport.grid.database import tables

FOREIGN: list[Mapping[str, str]] = [
    {"origin": "https://evil.example"},
    {"origin": "https://han.example.evil.example"},
    {"origin": "https://han.example:8443"},
    {"origin": "null"},
    {},  # no browser, or one that hides where it comes from
    {"origin": PUBLIC, "sec-fetch-site": "cross-site"},
    {"origin": PUBLIC, "sec-fetch-site": "same-site"},
]
# A look may write into the log that somebody looked, and nothing else anywhere.
WRITTEN_BY_LOOKS = {
    "person.looked_at",
    "receipt.given",
    "staff.refused",
    "customer.stranger",
    "identification.stranger_returned",
}
LOG = (tables.audit_entry, tables.audit_head)


async def test_no_other_site_can_send_any_of_our_forms(every: EveryPage) -> None:
    secrets = every.secrets()
    before, sent = rows_of(every.scene.database), 0
    for who, headers in product(("customer", "all roles"), FOREIGN):
        async with every.browser(secrets[who]) as client:
            client.headers.pop("origin")
            for method, route in every.routes():
                if method != "GET":
                    sent += 1
                    answer = await client.request(method, every.address(route), headers=headers)
                    assert answer.status_code == 403, f"{method} {route.path} {headers}"
                    assert "set-cookie" not in answer.headers
    assert sent > 900
    assert rows_of(every.scene.database) == before


async def test_nothing_is_changed_by_looking(every: EveryPage) -> None:
    secrets, database, changed = every.secrets(), every.scene.database, []
    before, noted = rows_of(database, *LOG), len(every.customers.log_of_all())
    looks = [every.address(route) for method, route in every.routes() if method == "GET"]
    for who, address in product(("nobody", "visitor", "customer", "all roles"), looks):
        if not address.endswith("/events"):
            async with every.browser(secrets[who]) as client:
                await client.head(address)
                await client.get(address)
            after = rows_of(database, *LOG)
            if after != before:
                changed.append(f"{who}: {address}")
                before = after
    assert changed == []
    assert {each.action for each in every.customers.log_of_all()[noted:]} <= WRITTEN_BY_LOOKS


async def test_a_method_that_is_not_there_is_said_so(every: EveryPage) -> None:
    routes = [route for _, route in every.routes()]
    async with every.browser(every.secrets()["all roles"]) as client:
        for address in {every.address(route) for route in routes}:
            here = [each.methods or set() for each in routes if each.path_regex.match(address)]
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}.difference(*here):
                answer = await client.request(method, address)
                assert answer.status_code == 405, f"{method} {address}: {answer.status_code}"


AWAY = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nset-cookie: a=b",
    "\t//evil.example",
    " //evil.example",
    "/ok\x00//evil.example",
    "//%65vil.example",
    "/%2f/evil.example\\",
    "@evil.example",
    "evil.example",
    "/" * 2001,
]


async def test_no_address_given_to_us_leads_away(every: EveryPage) -> None:
    secrets = every.secrets()
    for place in AWAY:
        answers = []
        async with every.browser(secrets["customer"]) as client:
            answers.append(await client.get("/identify", params={"next": place}))
            for path, choice in (("/language", {"language": "en"}), ("/theme", {"theme": "dark"})):
                answers.append(await client.post(path, data={**choice, "next": place}))
        async with every.browser(secrets["all roles"]) as client:
            answers.append(await client.get("/staff/login", params={"next": place}))
        for answer in answers:
            assert answer.status_code == 303
            assert answer.headers["location"] in ("/", "/staff"), place
            assert "set-cookie: a=b" not in str(answer.headers)
        async with every.browser(secrets["visitor"]) as client:
            page = await client.get("/identify", params={"next": place})
            assert re.findall(r'name="next" value="([^"]*)"', page.text.split("<main")[1]) in (["/"], ["/"] * 2), place


async def test_nor_after_an_identification(every: EveryPage) -> None:
    for place in ("//evil.example", "https://evil.example", "/\\evil.example"):
        async with every.browser(every.scene.visitor_session()) as client:
            begun = await client.post("/identify", data={"way": "qr", "next": place})
            id = begun.headers["location"].removeprefix("/identification/")
        assert every.bankid.kept(id).asked.then == "/"
