"""Run all benchmarks, print their figures, and write build/bench.json and the table of docs/performance.md.

`python -m bench hub_store run` runs only those, and writes nothing; with `--renew` it renews their lines of the table.
"""

import json
import sys
from pathlib import Path

from bench import (
    grid_import,
    grid_orders,
    grid_page,
    grid_reconcile,
    hub_browser,
    hub_idle,
    hub_import,
    hub_page,
    hub_store,
    port,
    run,
)
from bench.figure import Figure

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/performance.md"
_OF_THE_HUB = (hub_store, hub_import, hub_browser, hub_page, hub_idle)
_OF_THE_GRID = (grid_orders, grid_reconcile, grid_import, grid_page)
SUITES = {suite.__name__.removeprefix("bench."): suite for suite in (port, *_OF_THE_HUB, *_OF_THE_GRID, run)}
ROOMS = ("port", "hub", "grid", "run")
HEAD = ["figure", "measured", "target", "met", "peer in the same run", "ratio"]
RENEW = "--renew"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def number(value: float) -> str:
    """Three significant figures at least, thousands apart."""
    return f"{value:,.0f}".replace(",", " ") if value >= 1000 else f"{value:.3g}"


def row(figure: Figure) -> list[str]:
    """A line of the table."""
    peer = "" if figure.peer is None else f"{figure.peer}: {number(figure.peer_value or 0)}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.1f} x"
    value = f"{number(figure.value)} {figure.unit}"
    return [figure.name, value, figure.target or "", "yes" if figure.met else "NO", peer, ratio]


def line(cells: list[str]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def table(figures: list[Figure], before: dict[str, str]) -> str:
    """All figures as a Markdown table: these, and the lines of before of those that were not measured."""
    lines = before | {figure.name: line(row(figure)) for figure in figures}
    in_order = sorted(lines, key=lambda name: ROOMS.index(name.partition(".")[0]))
    return "\n".join([line(HEAD), line(["---"] * len(HEAD)), *(lines[name] for name in in_order)])


def main(arguments: list[str]) -> int:
    """Measure; leaves with 1 when a target is missed."""
    chosen = [each for each in arguments if each != RENEW]
    figures: list[Figure] = []
    for name in chosen or SUITES:
        for figure in SUITES[name].figures():
            figures.append(figure)
            print("  ".join(part for part in row(figure) if part), flush=True)
    if not chosen or RENEW in arguments:
        write(figures, renew=bool(chosen))
    return 0 if all(figure.met for figure in figures) else 1


def write(figures: list[Figure], *, renew: bool) -> None:
    """Keep the figures for machines and for people; with `renew` beside those of before."""
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build/bench.json").write_text(json.dumps([figure.as_json() for figure in figures], indent=1) + "\n")
    text = PAGE.read_text("utf-8")
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    before = {each.split()[1]: each for each in text[start:end].splitlines()[3:]} if renew else {}
    PAGE.write_text(f"{text[:start]}\n{table(figures, before)}\n{text[end:]}", "utf-8")


sys.exit(main(sys.argv[1:]))
