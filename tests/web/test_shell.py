"""The frame of a page: what a template is given, and where one is."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from jinja2 import UndefinedError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanport.web.shell import Brand, Frame, Link, Shell, StatusLine, Visitor


class Eva:
    """A visitor with a wish."""

    name = "Eva"
    language = "sv"


def only_eva(visitor: Visitor) -> bool:
    return visitor.name == "Eva"


def shell_of(folder: Path, **templates: str) -> Shell:
    (folder / "templates").mkdir()
    (folder / "static").mkdir()
    (folder / "static" / "own.js").write_text("export {};")
    for name, text in templates.items():
        (folder / "templates" / f"{name}.html").write_text(text)
    links = (Link("now", "/"), Link("port", "/port"), Link("settings", "/port/more", only_eva))
    return Shell(
        Frame(
            brand=lambda: Brand("Torpet", "en"),
            catalogs=("web",),
            cookie_prefix="test",
            folders=(folder,),
            navigation=links,
            status=lambda request, words: StatusLine("warn", words.t("nav.port"), "/port"),
        )
    )


def visit(shell: Shell, user: Visitor | None = None) -> httpx.AsyncClient:
    async def show(request: Request) -> Response:
        request.scope["user"] = user
        return shell.page(request, "page.html", status=203, at=datetime(2026, 11, 25, 12, tzinfo=UTC), said="<b>")

    routes = [*shell.routes(), Route("/{path:path}", show, methods=["GET", "POST"])]
    transport = httpx.ASGITransport(app=Starlette(routes=routes))
    return httpx.AsyncClient(transport=transport, base_url="http://hub")


PAGE = """{% extends "base.html" %}
{% block main %}[{{ said }}|{{ kwh(1500) }}|{{ time(at) }}|{{ t("nav.now") }}]{% endblock %}"""


async def test_a_template_has_its_values_and_the_words_of_the_visitor(tmp_path: Path) -> None:
    shell = shell_of(tmp_path, page=PAGE)
    async with visit(shell) as stranger:
        answer = await stranger.get("/")
        page = answer.text
    assert answer.status_code == 203
    assert answer.headers["cache-control"] == "no-store"
    assert "[&lt;b&gt;|1.5\u00a0kWh|13:00|Now]" in page
    assert "<title>Torpet</title>" in page
    assert 'class="places"' not in page
    async with visit(shell, Eva()) as eva:
        page = (await eva.get("/", headers={"accept-language": "en"})).text
    assert "[&lt;b&gt;|1,5\u00a0kWh|13:00|Nu]" in page
    assert 'class="places"' in page


@pytest.mark.parametrize(
    ("path", "here"),
    [("/", "/"), ("/port", "/port"), ("/port/x", "/port"), ("/port/more/y", "/port/more"), ("/portal", None)],
)
async def test_the_navigation_says_where_one_is(tmp_path: Path, path: str, here: str | None) -> None:
    async with visit(shell_of(tmp_path, page=PAGE), Eva()) as eva:
        page = (await eva.get(path)).text
    marked = [line for line in page.splitlines() if 'aria-current="page"' in line]
    assert len(marked) == (here is not None)
    assert all(f'href="{here}"' in line for line in marked)


async def test_a_switch_comes_back_to_where_it_was(tmp_path: Path) -> None:
    async with visit(shell_of(tmp_path, page=PAGE), Eva()) as eva:
        assert 'name="next" value="/x?a=1&amp;b=2"' in (await eva.get("/x?a=1&b=2")).text
        posted = await eva.post("/x", headers={"referer": "http://hub/form"})
        assert 'name="next" value="/form"' in posted.text
        foreign = await eva.post("/x", headers={"referer": "http://evil.example/form"})
        assert 'name="next" value="/"' in foreign.text


async def test_the_status_line_stands_on_every_page_and_by_itself(tmp_path: Path) -> None:
    async with visit(shell_of(tmp_path, page=PAGE), Eva()) as eva:
        page = (await eva.get("/")).text
        part = (await eva.get("/status", headers={"accept-language": "sv"})).text
    assert 'data-refresh="/status"' in page
    assert "<html" not in part
    for said in (page, part):
        assert "status-warn" in said
        assert '<a href="/port">Porten</a>' in said


def test_files_of_the_site_stand_beside_those_of_the_shell(tmp_path: Path) -> None:
    shell = shell_of(tmp_path, page=PAGE)
    assert shell.assets.url("own.js").startswith("/static/")
    assert shell.assets.url("hanport.css").startswith("/static/")


async def test_a_value_that_is_missing_is_loud(tmp_path: Path) -> None:
    async with visit(shell_of(tmp_path, page="{{ no_such_value }}")) as stranger:
        with pytest.raises(UndefinedError):
            await stranger.get("/")
