"""What staff write cannot bring anything into a page but words."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanport.grid.wordings.markdown import is_link, to_html

ALLOWED = {"p", "h2", "h3", "h4", "ul", "ol", "li", "em", "strong", "a", "br"}


class Seen(HTMLParser):
    """All tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_what_is_understood() -> None:
    html = to_html("# Rubrik\n\nEn *rad*\noch **en** till.\n\n- ett\n- två\n\n1. a\n2. b\n\n### Liten ###")
    assert html == (
        "<h2>Rubrik</h2>\n<p>En <em>rad</em>\noch <strong>en</strong> till.</p>\n"
        "<ul>\n<li>ett</li>\n<li>två</li>\n</ul>\n<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n<h3>Liten</h3>\n"
    )
    assert to_html("[oss](/contact), [IMY](https://www.imy.se/)") == (
        '<p><a href="/contact">oss</a>, <a href="https://www.imy.se/">IMY</a></p>\n'
    )
    assert to_html("###### Djupt") == "<h2>Djupt</h2>\n"
    assert to_html("") == ""


@pytest.mark.parametrize(
    ("typed", "levels"),
    [("# ## # ###", "2323"), ("## ### ##", "232"), ("### #", "22"), ("# ## ### ####", "2344"), ("# #####", "23")],
)
def test_no_level_is_left_out(typed: str, levels: str) -> None:
    html = to_html("\n\n".join(f"{each} x" for each in typed.split()))
    assert "".join(re.findall("<h(.)>", html)) == levels == "".join(re.findall("</h(.)>", html))


HARMFUL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<style>*{display:none}</style>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>)",
    "[x](vbscript:x)",
    "[x](http://evil.example)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](https:evil)",
    "<javascript:alert(1)>",
    "![x](javascript:x.png)",
    '[x](/a" onclick="alert(1))',
    "[x](&#106;avascript:alert(1))",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "    <b>kod</b>",
    "```html\n<b>\n```",
    "> <i>citat</i>",
    "| a |\n|---|\n| <b> |",
    "<!-- x --><?php ?><![CDATA[x]]>",
]


@pytest.mark.parametrize("text", HARMFUL)
def test_what_is_not(text: str) -> None:
    seen = Seen(to_html(text)).tags
    assert {tag for tag, _ in seen} <= ALLOWED
    assert all(set(attributes) <= {"href"} for _, attributes in seen)
    assert all(is_link(attributes["href"] or "") for _, attributes in seen if attributes)
    assert not any(urlsplit(attributes.get("href") or "").netloc for _, attributes in seen)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("*_[]()<>!`#-1. \n\\\"'&;:/ajvscript")), max_size=80))
def test_nothing_that_is_typed_brings_another_tag(text: str) -> None:
    seen = Seen(to_html(text)).tags
    assert {tag for tag, _ in seen} <= ALLOWED
    assert all(name == "href" and is_link(value or "") for _, each in seen for name, value in each.items())


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("https://example.se/a?b=c#d", True),
        ("HTTPS://example.se", True),
        ("mailto:kund@fjallby.example", True),
        ("tel:+46-280-12345", True),
        ("/help/restart", True),
        ("/", True),
        ("/#without-bankid", True),
        ("#top", True),
        ("https://", False),
        ("https:///x", False),
        ("http://example.se", False),
        ("//example.se", False),
        ("/\\example.se", False),
        ("javascript:alert(1)", False),
        ("tel:javascript", False),
        ("", False),
        ("help", False),
    ],
)
def test_where_a_link_may_lead(address: str, leads: bool) -> None:
    assert is_link(address) is leads


def test_a_hostile_text_takes_no_time() -> None:
    for piece in ("[", "*", "**a*", "[a](", "<", "- ", "> ", "\\", "_a_", "![", "](", "1. "):
        assert len(to_html(piece * (12_000 // len(piece)))) < 400_000
    assert not re.search("<script", to_html("[<script>" * 1000))
