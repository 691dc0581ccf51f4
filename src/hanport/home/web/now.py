"""The page Now: what the house takes or gives at this moment, and how near the main fuse each phase is."""

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanport.home.store.errors import StoreError
from hanport.home.web import events
from hanport.home.web.pagedata import LINE_S, Freshness, Hour, Presenter
from hanport.home.web.pagedata_live import live_state
from hanport.home.web.pagedata_scale import Scale, line_path, scale
from hanport.home.web.pagedata_words import HomeWords
from hanport.home.web.parts import WebParts
from hanport.web.shell import Shell

LEAST_SCALE_W = 1000


def routes(parts: WebParts, shell: Shell) -> list[Route]:
    """The page, and its stream."""
    presenter = Presenter(parts)

    async def page(request: Request) -> Response:
        words = HomeWords(shell.words(request).language)
        present, hour = await presenter.now(), await presenter.hour()
        state = live_state(present, words, parts.clock.now().timestamp())
        upright = scale([value for _, value in hour.points], LEAST_SCALE_W)
        empty = present.freshness is Freshness.NEVER and not await _has_history(parts)
        return shell.page(
            request,
            "now.html",
            say=words,
            present=present,
            state=state,
            age=words.age(state["age_s"]),
            empty=empty,
            hour=hour,
            drawn=line_path(hour.points, upright),
            upright=upright,
            quarters=_quarter_marks(hour),
            chart=_chart(hour, upright),
            events_path=events.PATH,
            hour_s=LINE_S,
            hour_said=_said(hour, words),
        )

    return [Route("/", page, name="now"), *events.routes(parts, shell)]


async def _has_history(parts: WebParts) -> bool:
    try:
        return await parts.store.read(lambda reader: reader.span()) is not None
    except StoreError:
        return True  # not known: what is shown then says that the store cannot be read


def _said(hour: Hour, words: HomeWords) -> str:
    """The line in a sentence."""
    known = [value for _, value in hour.points if value is not None]
    if not known:
        return words.t("now.hour_empty")
    key = "now.hour_both" if min(known) < 0 else "now.hour_said"
    return words.t(key, low=words.power(min(known)), high=words.power(max(known)))


def _quarter_marks(hour: Hour) -> list[tuple[int, int]]:
    """Where the quarters of the clock stand in the line: seconds since its begin, seconds since 1970."""
    begin_s = int(hour.begin.timestamp())
    first_s = -(-begin_s // 900) * 900
    return [(at_s - begin_s, at_s) for at_s in range(first_s, begin_s + LINE_S + 1, 900)]


def _chart(hour: Hour, upright: Scale) -> str:
    """What the script draws on from: JSON of numbers only."""
    points = [[at, value] for at, value in hour.points]
    return json.dumps({"begin_s": hour.begin.timestamp(), "span_s": LINE_S, "points": points, "top": upright.top})
