"""A signed text as a page shows it: plain, or marked as `simpleMarkdownV1`.

What is known of that format: `#` to `###` for headings, `*strong*`, `+ ` for a list's entries, `---` for a line across,
`|` for the cells of a table, a backslash before a sign that is meant as it stands. All else is text, and is escaped.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from markupsafe import Markup, escape

_HEADING = re.compile(r"(#{1,3})\s+(\S.*)")
_STRONG = re.compile(r"\\(.)|\*([^*\n]+)\*")
_CELL = re.compile(r"(?<!\\)\|")
_NEW_LINE = re.compile(r"\r\n|\r|\n")


def show(text: str, *, is_marked: bool) -> Markup:
    """The HTML. Headings begin at the second level: the first is the page's."""
    lines = _NEW_LINE.split(text)
    return Markup("\n").join(_blocks(lines) if is_marked else _paragraphs(lines, escape))


def _blocks(lines: Iterable[str]) -> Iterator[Markup]:
    for kind, group in groupby(lines, _kind):
        yield from _BLOCKS[kind](list(group))


def _kind(line: str) -> str:
    stripped = line.strip()
    if _HEADING.fullmatch(stripped):
        return "heading"
    if re.fullmatch("-{3,}", stripped):
        return "line"
    if stripped.startswith("+ "):
        return "list"
    return "table" if stripped.startswith("|") else "text"


def _headings(lines: list[str]) -> Iterator[Markup]:
    for line in lines:
        found = _HEADING.fullmatch(line.strip())
        assert found is not None
        level = len(found[1]) + 1
        yield Markup("<h{0}>{1}</h{0}>").format(level, _inline(found[2]))


def _lines_across(lines: list[str]) -> Iterator[Markup]:
    yield from (Markup("<hr>") for _ in lines)


def _list(lines: list[str]) -> Iterator[Markup]:
    entries = (Markup("<li>{}</li>").format(_inline(line.strip()[2:])) for line in lines)
    yield Markup("<ul>{}</ul>").format(Markup().join(entries))


def _table(lines: list[str]) -> Iterator[Markup]:
    rows = [[cell.strip() for cell in _CELL.split(line.strip().strip("|"))] for line in lines]
    # A row of dashes divides the head from the rest in other dialects: here it says nothing.
    shown = [row for row in rows if not all(re.fullmatch(":?-+:?", cell) for cell in row)]
    written = (
        Markup("<tr>{}</tr>").format(Markup().join(Markup("<td>{}</td>").format(_inline(cell)) for cell in row))
        for row in shown
    )
    yield Markup("<table>{}</table>").format(Markup().join(written))


def _text(lines: list[str]) -> Iterator[Markup]:
    yield from _paragraphs(lines, _inline)


def _paragraphs(lines: Iterable[str], write: Callable[[str], Markup]) -> Iterator[Markup]:
    for is_empty, group in groupby(lines, lambda line: not line.strip()):
        if not is_empty:
            yield Markup("<p>{}</p>").format(Markup("<br>").join(write(line) for line in group))


def _inline(text: str) -> Markup:
    made, end = Markup(), 0
    for found in _STRONG.finditer(text):
        made += escape(text[end : found.start()])
        made += Markup("<strong>{}</strong>").format(found[2]) if found[2] else escape(found[1])
        end = found.end()
    return made + escape(text[end:])


_BLOCKS: dict[str, Callable[[list[str]], Iterator[Markup]]] = {
    "heading": _headings,
    "line": _lines_across,
    "list": _list,
    "table": _table,
    "text": _text,
}
