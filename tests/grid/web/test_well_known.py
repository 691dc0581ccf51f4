"""robots.txt, security.txt and the icon."""

import re
from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest

from grid.web.scene import CONFIG, Scene, browser
from hanport.grid.config import CompanyTable, GridConfig, WebTable
from hanport.grid.web.well_known import robots_txt, security_txt

AT = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


def matches(rule: str, path: str) -> bool:
    """RFC 9309, 2.2.2 and 2.2.3: a rule is a beginning; `$` is the end."""
    pattern = re.escape(rule).replace(r"\$", "$") if rule.endswith("$") else re.escape(rule)
    return re.match(pattern, path) is not None


def may_be_found(text: str, path: str) -> bool:
    """The longest rule decides."""
    rules = [(kind, rule) for kind, _, rule in (line.partition(": ") for line in text.splitlines()[1:])]
    return max((len(rule), kind == "Allow") for kind, rule in rules if matches(rule, path))[1]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/", True),
        ("/meters/kamstrup-omnia", True),
        ("/help", True),
        ("/terms/1", True),
        ("/static/x/grid.css", True),
        ("/facilities", False),
        ("/identify", False),
        ("/staff/login", False),
        ("/api/v1/orders", False),
    ],
)
def test_the_public_pages_may_be_found_and_no_others(path: str, found: bool) -> None:
    assert may_be_found(robots_txt(is_test=False), path) is found
    assert not may_be_found(robots_txt(is_test=True), path)


def test_a_reader_of_the_older_kind_understands_it() -> None:
    parser = RobotFileParser()
    parser.parse(robots_txt(is_test=False).splitlines())
    assert parser.can_fetch("any", "/help")
    assert not parser.can_fetch("any", "/facilities")


def test_security_txt() -> None:
    company = CompanyTable(email="kund@fjallby.example", website="https://fjallby.example", phone="0280-123 45")
    text = security_txt(GridConfig(company=company, web=WebTable(public_url="https://han.example")), AT)
    fields = [line.partition(": ")[::2] for line in text.splitlines()]
    assert [value for name, value in fields if name == "Contact"] == [
        "mailto:kund@fjallby.example",
        "https://fjallby.example",
        "tel:0280-12345",
    ]
    (expires,) = (value for name, value in fields if name == "Expires")
    assert timedelta(days=90) < datetime.fromisoformat(expires) - AT < timedelta(days=365)
    assert ("Canonical", "https://han.example/.well-known/security.txt") in fields
    assert ("Preferred-Languages", "sv, en") in fields


def test_without_a_contact_there_is_none() -> None:
    assert security_txt(GridConfig(company=CompanyTable(website="http://unsafe.example")), AT) == ""
    assert "Canonical" not in security_txt(CONFIG, AT)


async def test_they_are_served(quick: Scene) -> None:
    async with browser(quick.app()) as client:
        assert (await client.get("/robots.txt")).text == robots_txt(is_test=True)
        for path in ("/.well-known/security.txt", "/security.txt"):
            answer = await client.get(path)
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
            assert answer.text.startswith("Contact: mailto:kund@fjallby.example\n")
        icon = await client.get("/favicon.ico", follow_redirects=True)
        assert icon.headers["content-type"] == "image/svg+xml"
    alone = Scene(quick.database, quick.clock, quick.folder).with_company(phone="", email="", website="")
    async with browser(alone.app()) as client:
        assert (await client.get("/.well-known/security.txt")).status_code == 404
