"""The pages for everybody: all of them, in both languages, and where their links lead."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from grid.web.scene import Scene, browser
from hanport.grid.api.public import ENDPOINTS
from hanport.grid.web.help import SYMPTOMS
from hanport.models import MODELS

PAGES = [
    "/",
    "/meters",
    "/meters?q=kamstrup",
    "/meters?q=nothing+such",
    *(f"/meters/{name}" for name in MODELS),
    "/help",
    "/help/restart",
    *(f"/help/{name}" for name in SYMPTOMS),
    "/terms",
    "/terms/1",
    "/privacy",
    "/accessibility",
    "/contact",
    "/statistics",
]


class Read(HTMLParser):
    """What a page is made of, as far as it is asked about here."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if given.get("id"):
            self.ids.append(given["id"] or "")


@pytest.mark.parametrize("language", ["sv", "en"])
async def test_each_page_stands_by_itself(quick: Scene, language: str) -> None:
    texts: dict[str, str] = {}
    async with browser(quick.app(), language=language) as client:
        for path in PAGES:
            answer = await client.get(path)
            assert answer.status_code == 200, path
            page = Read(answer.text)
            assert page.headings.count("h1") == 1, path
            levels = [int(each[1]) for each in page.headings]
            assert all(after <= before + 1 for before, after in pairwise(levels)), (path, levels)
            assert len(page.ids) == len(set(page.ids)), path
            assert f'<html lang="{language}">' in answer.text
            title = re.search(r"<title>(.+?) – Fjällby Elnät</title>", answer.text)
            assert title, path
            texts[path] = title[1]
    alike = [path for path, title in texts.items() if list(texts.values()).count(title) > 1]
    assert all(path.startswith(("/meters", "/terms")) for path in alike)  # a search, and one version of the terms


async def test_each_link_leads_somewhere(quick: Scene) -> None:
    async with browser(quick.app()) as client:
        wanted: dict[str, set[str]] = {}
        for path in PAGES:
            for link in Read((await client.get(path)).text).links:
                wanted.setdefault(link, set()).add(path)
        for link, where in sorted(wanted.items()):
            parts = urlsplit(link)
            if parts.scheme or link == "#main":
                assert parts.scheme in ("", "https", "mailto", "tel"), (link, where)
                continue
            if parts.path.startswith("/api/"):
                assert parts.path in {f"/api/v1{each.path}" for each in ENDPOINTS}
                continue
            answer = await client.get(parts.path or next(iter(where)))
            assert answer.status_code in (200, 303), (link, where)
            if parts.fragment:
                assert parts.fragment in Read(answer.text).ids, (link, where)


async def test_both_languages_say_different_things(quick: Scene) -> None:
    async with browser(quick.app(), language="sv") as swedish, browser(quick.app(), language="en") as english:
        for path in PAGES:
            said = [re.sub("<[^>]+>|\\s+", " ", (await each.get(path)).text) for each in (swedish, english)]
            assert said[0] != said[1], path
            assert " och " not in said[1].replace("På svenska", ""), path
