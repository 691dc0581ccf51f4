"""A signed text as HTML: what is marked looks so, and nothing that was sent becomes a tag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from hanport.testid.markdown import show

MARKED = [
    ("hej", "<p>hej</p>"),
    ("# Öppna\n## Nu\n### Här", "<h2>Öppna</h2>\n<h3>Nu</h3>\n<h4>Här</h4>"),
    ("#Öppna", "<p>#Öppna</p>"),
    ("#### Fyra", "<p>#### Fyra</p>"),
    ("ett\ntvå\n\ntre", "<p>ett<br>två</p>\n<p>tre</p>"),
    ("ett\r\ntvå\rtre", "<p>ett<br>två<br>tre</p>"),
    ("*starkt* och *mer*", "<p><strong>starkt</strong> och <strong>mer</strong></p>"),
    (r"2 \* 3 \\ *x*", r"<p>2 * 3 \ <strong>x</strong></p>"),
    ("ensam *", "<p>ensam *</p>"),
    ("+ ett\n+ *två*", "<ul><li>ett</li><li><strong>två</strong></li></ul>"),
    ("+46 70", "<p>+46 70</p>"),
    ("före\n---\nefter", "<p>före</p>\n<hr>\n<p>efter</p>"),
    ("| a |\n|---|\n| *b* |", "<table><tr><td>a</td></tr><tr><td><strong>b</strong></td></tr></table>"),
    (r"| a \| b | c |", "<table><tr><td>a | b</td><td>c</td></tr></table>"),
    ("<b>&\"'", "<p>&lt;b&gt;&amp;&#34;&#39;</p>"),
    ("# <script>", "<h2>&lt;script&gt;</h2>"),
    ("*<i>*", "<p><strong>&lt;i&gt;</strong></p>"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "shown"), MARKED)
def test_marked(text: str, shown: str) -> None:
    assert show(text, is_marked=True) == shown


def test_plain_is_shown_as_it_is() -> None:
    assert show("# *a*\n+ b\n\n<i>", is_marked=False) == "<p># *a*<br>+ b</p>\n<p>&lt;i&gt;</p>"


KNOWN = {"p", "h2", "h3", "h4", "br", "strong", "ul", "li", "hr", "table", "tr", "td"}


@given(st.text(st.sampled_from("#*+-|\\<>&\"' ab=/\n\r")), st.booleans())
def test_nothing_that_is_sent_becomes_a_tag(text: str, is_marked: bool) -> None:
    shown = str(show(text, is_marked=is_marked))
    for element in html.fragments_fromstring(f"<div>{shown}</div>")[0].iterdescendants():
        assert element.tag in KNOWN | {"tbody"}
        assert not element.attrib
