"""Turns what staff write into HTML: paragraphs, headings, lists, emphasis and links.

Nothing else is understood, so that no text can bring HTML, pictures or scripts into a page.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_RULES = ("heading", "list", "emphasis", "link", "autolink", "newline", "escape")
# Pages of ours, and ways to reach people; no http, and nothing that could run.
_LINK = re.compile(r"(https://[^/\s]+.*|mailto:[^\s]+|tel:\+?[0-9-]+|/(?![/\\])[^\\\s]*|#[\w-]+)", re.IGNORECASE)
_DEEPEST = 4


@lru_cache(maxsize=128)
def to_html(text: str) -> Markup:
    """The text as HTML. Headings begin at `<h2>`, since the first belongs to the page, and leave no level out."""
    tokens = _PARSER.parse(text)
    _set_levels(tokens)
    # The parser escapes all that it does not make itself.
    return Markup(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def is_link(address: str) -> bool:
    """Whether a text may lead there: https, mail, telephone, or a page of ours."""
    return bool(_LINK.fullmatch(address))


class _Parser(MarkdownIt):
    """One that leads nowhere else. What it does not follow stays in the text as it was typed."""

    def validateLink(self, url: str) -> bool:
        return is_link(url)


def _set_levels(tokens: Sequence[Token]) -> None:
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    typed = sorted({token.tag for token in headings})
    level = 1
    for token in headings:
        if token.nesting == 1:
            level = min(typed.index(token.tag) + 2, level + 1, _DEEPEST)
        token.tag = f"h{level}"


_PARSER = _Parser("zero", {"html": False}).enable(list(_RULES))
