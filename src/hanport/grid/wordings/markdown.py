"""Turns what staff write into HTML: paragraphs, headings, lists, emphasis and links.

Nothing else is understood, so that no text can bring HTML, pictures or scripts into a page.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

_RULES = ("heading", "list", "emphasis", "link", "autolink", "newline", "escape")
# Pages of ours, and ways to reach people; no http, and nothing that could run.
_LINK = re.compile(r"(https://[^/\s]+.*|mailto:[^\s]+|tel:\+?[0-9-]+|/(?![/\\])[^\\\s]*|#[\w-]+)", re.IGNORECASE)
_DEEPEST = 4


@lru_cache(maxsize=128)
def to_html(text: str) -> Markup:
    """The text as HTML. Headings begin at `<h2>`: the first belongs to the page."""
    return Markup(_PARSER.render(text))  # the parser escapes all that it does not make itself


def is_link(address: str) -> bool:
    """Whether a text may lead there: https, mail, telephone, or a page of ours."""
    return bool(_LINK.fullmatch(address))


class _Parser(MarkdownIt):
    """One that leads nowhere else. What it does not follow stays in the text as it was typed."""

    def validateLink(self, url: str) -> bool:
        return is_link(url)


def _parser() -> MarkdownIt:
    parser = _Parser("zero", {"html": False}).enable(list(_RULES))
    for rule in ("heading_open", "heading_close"):
        parser.add_render_rule(rule, _lowered)
    return parser


def _lowered(self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: object) -> str:
    """One level down."""
    token = tokens[at]
    level = min(int(token.tag[1:]) + 1, _DEEPEST)
    return f"<h{level}>" if token.nesting == 1 else f"</h{level}>\n"


_PARSER = _parser()
