"""The page History: bars of energy by day, month, year and all years, and the power line from years to seconds."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hanport.home.store.errors import StoreError
from hanport.home.store.reader import Reader
from hanport.home.web.pagedata_bars import chart
from hanport.home.web.pagedata_curve import BadSpan, asked_span, curve
from hanport.home.web.pagedata_history import Asked, History, history
from hanport.home.web.pagedata_labels import bar_label, clock_change, nearness, step_word, ticks, title
from hanport.home.web.pagedata_period import BadPeriod, Period, Step, View, asked, asked_step, everything
from hanport.home.web.pagedata_words import HomeWords, tariff_zone
from hanport.home.web.parts import WebParts
from hanport.web.shell import Shell

PATH = "/history"
LINE_PATH = "/history/line"


def address(asked: Asked) -> str:
    """The address of the page: all that it shows stands in it."""
    query = {"view": str(asked.period.view)}
    if asked.period.name:
        query["date"] = asked.period.name
    if asked.period.view is View.DAY and asked.step is not Step.HOUR:
        query["step"] = str(asked.step)
    if asked.compare:
        query["compare"] = "1"
    return f"{PATH}?{urlencode(query)}"


class _Pages:
    """The page, and the data of its line."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def page(self, request: Request) -> Response:
        house = self._parts.config().house
        zone = tariff_zone(house)
        words = HomeWords(self._shell.words(request).language, zone)
        now = self._parts.clock.now()
        today = now.astimezone(zone).date()
        try:
            period, step = asked(request.query_params, today, zone), asked_step(request.query_params)
        except BadPeriod:
            return self._shell.page(request, "history_wrong.html", status=400)
        wanted = Asked(period, step, request.query_params.get("compare") == "1")
        try:
            span, wanted, found = await self._parts.store.read(lambda reader: _read(reader, wanted, now))
        except StoreError:
            return self._shell.page(request, "unreadable.html", status=503, heading="history.title")
        return self._shell.page(
            request,
            "history.html",
            **_context(found, wanted, words),
            span=span,
            near=nearness(wanted.period, today),
            tariff_time=house.tariff_time,
            phases=house.phases,
            phase_names=house.phase_names,
        )

    async def line(self, request: Request) -> Response:
        try:
            span = asked_span(request.query_params)
        except BadSpan as problem:
            return JSONResponse({"error": str(problem)}, 400)
        try:
            found = await self._parts.store.read(lambda reader: curve(reader, span))
        except StoreError as problem:
            return JSONResponse({"error": problem.problem}, 503)
        return JSONResponse(found, headers={"cache-control": "no-store"})


def routes(parts: WebParts, shell: Shell) -> list[Route]:
    """The page, and the data of its line."""
    pages = _Pages(parts, shell)
    return [Route(PATH, pages.page, name="history"), Route(LINE_PATH, pages.line, name="history_line")]


def _read(reader: Reader, wanted: Asked, now: datetime) -> tuple[tuple[datetime, datetime] | None, Asked, History]:
    """What is stored, the period that is meant where all years are asked for, and its numbers."""
    span = reader.span()
    if wanted.period.view is View.ALL:
        wanted = replace(wanted, period=everything(span, now, wanted.period.zone))
    return span, wanted, history(reader, wanted, now)


def _context(found: History, wanted: Asked, words: HomeWords) -> dict[str, Any]:
    period, drawn = found.period, chart(found.bars)
    return {
        "say": words,
        "found": found,
        "period": period,
        "drawn": drawn,
        "ticks": ticks(drawn, found, words),
        "title": title(period, words),
        "step_word": step_word(found),
        "hours": clock_change(period),
        "labels": [bar_label(bar, period, words) for bar in found.bars],
        "links": _links(wanted),
        "inside": [_inside(wanted, bar_day) for bar_day in period.days()] if period.view is not View.DAY else [],
        "before_title": title(before, words) if (before := period.previous()) else "",
        "line_path": LINE_PATH,
    }


def _inside(wanted: Asked, day: date) -> str:
    return address(replace(wanted, period=wanted.period.inside(day)))


def _links(wanted: Asked) -> dict[str, str]:
    """Where the page's links lead; "" for those that lead nowhere."""
    period = wanted.period

    def to(other: Period | None) -> str:
        return address(replace(wanted, period=other)) if other else ""

    links = {"previous": to(period.previous()), "next": to(period.next()), "outside": to(period.outside())}
    for view in View:
        links[view] = address(replace(wanted, period=_seen_as(period, view)))
    links["compare"] = address(replace(wanted, compare=not wanted.compare))
    links["step"] = address(replace(wanted, step=Step.HOUR if wanted.step is Step.QUARTER else Step.QUARTER))
    return links


def _seen_as(period: Period, view: View) -> Period:
    """The period of another length at the same place: from a coarser one its first part, from all years today's."""
    first = period.first
    if view is View.MONTH:
        first = first.replace(day=1)
    elif view is View.YEAR:
        first = first.replace(month=1, day=1)
    return Period(view, first, period.zone)
