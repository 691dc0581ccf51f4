"""The page History: bars of energy by day, month, year and all years, and the power line from years to seconds."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hanport.home.store.errors import StoreError
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


def routes(parts: WebParts, shell: Shell) -> list[Route]:
    """The page, and the data of its line."""

    async def page(request: Request) -> Response:
        zone = tariff_zone(parts.config().house)
        words = HomeWords(shell.words(request).language, zone)
        now = parts.clock.now()
        try:
            period = asked(request.query_params, now.astimezone(zone).date(), zone)
            step = asked_step(request.query_params)
        except BadPeriod:
            return shell.page(request, "history_wrong.html", status=400)
        compare = request.query_params.get("compare") == "1"
        try:
            span = await parts.store.read(lambda reader: reader.span())
            if period.view is View.ALL:
                period = everything(span, now, zone)
            wanted = Asked(period, step, compare)
            found = await parts.store.read(lambda reader: history(reader, wanted, now))
        except StoreError:
            return shell.page(request, "unreadable.html", status=503, heading="history.title")
        today = now.astimezone(zone).date()
        context = _context(found, wanted, words)
        return shell.page(
            request,
            "history.html",
            **context,
            span=span,
            near=nearness(period, today),
            is_now=now in period,
            today=today,
            tariff_time=parts.config().house.tariff_time,
            phases=parts.config().house.phases,
            phase_names=parts.config().house.phase_names,
        )

    async def line(request: Request) -> Response:
        try:
            span = asked_span(request.query_params)
        except BadSpan as problem:
            return JSONResponse({"error": str(problem)}, 400)
        try:
            found = await parts.store.read(lambda reader: curve(reader, span))
        except StoreError as problem:
            return JSONResponse({"error": problem.problem}, 503)
        return JSONResponse(found, headers={"cache-control": "no-store"})

    return [Route(PATH, page, name="history"), Route(LINE_PATH, line, name="history_line")]


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


def _inside(wanted: Asked, day: object) -> str:
    return address(replace(wanted, period=wanted.period.inside(day)))  # type: ignore[arg-type]


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
