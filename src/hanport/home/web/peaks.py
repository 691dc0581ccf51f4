"""The page Peaks: the highest hours of a month, what a capacity tariff would make of them, and the hour now."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanport.home.store.errors import StoreError
from hanport.home.web.pagedata import Presenter
from hanport.home.web.pagedata_peaks import HOUR, Peaks, peaks
from hanport.home.web.pagedata_peaks_chart import day_columns
from hanport.home.web.pagedata_period import BadPeriod, Period, View, asked
from hanport.home.web.pagedata_words import HomeWords, tariff_zone
from hanport.home.web.parts import WebParts
from hanport.web.shell import Shell

PATH = "/peaks"


def routes(parts: WebParts, shell: Shell) -> list[Route]:
    """The page."""
    presenter = Presenter(parts)

    async def page(request: Request) -> Response:
        zone = tariff_zone(parts.config().house)
        words = HomeWords(shell.words(request).language, zone)
        now = parts.clock.now()
        try:
            query = {"view": View.MONTH.value, "date": request.query_params.get("month", "")}
            month = asked(query, now.astimezone(zone).date(), zone)
        except BadPeriod:
            return shell.page(request, "history_wrong.html", status=400)
        power_w = (await presenter.now()).power_w
        try:
            found = await parts.store.read(lambda reader: peaks(reader, month, now, power_w))
            span = await parts.store.read(lambda reader: reader.span())
        except StoreError:
            return shell.page(request, "unreadable.html", status=503, heading="peaks.title")
        return shell.page(
            request,
            "peaks.html",
            say=words,
            found=found,
            span=span,
            is_now=now in month,
            drawn=day_columns(found),
            hour=HOUR,
            links=_links(month),
            day_links=_day_links(found),
            tariff_time=parts.config().house.tariff_time,
        )

    return [Route(PATH, page, name="peaks")]


def _links(month: Period) -> dict[str, str]:
    neighbours = {"previous": month.previous(), "next": month.next()}
    return {name: f"{PATH}?{urlencode({'month': to.name})}" if to else "" for name, to in neighbours.items()}


def _day_links(found: Peaks) -> dict[object, str]:
    """Each listed hour's day in the history."""
    zone = found.period.zone
    return {
        hour.start: f"/history?{urlencode({'view': 'day', 'date': hour.start.astimezone(zone).date().isoformat()})}"
        for hour in (*found.top, *found.days)
    }
