"""The page Port: how the port does and since when, the restart step by step, the telegram itself, the model."""

from datetime import datetime, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hanport.home.health import Act
from hanport.home.store.errors import StoreError
from hanport.home.store.reader import EventRow, Reader
from hanport.home.values import Sample
from hanport.home.web import pagedata_health as said
from hanport.home.web.pagedata_calendar import WEEKS, Calendar, calendar, first_day
from hanport.home.web.pagedata_events import event_said
from hanport.home.web.pagedata_telegram import raw_text, rows
from hanport.home.web.pagedata_words import LOCAL, HomeWords
from hanport.home.web.parts import WebParts
from hanport.models import Model, recognise
from hanport.web.shell import Shell

PATH = "/port"
GUIDE_PATH = "/port/guide"
EVENTS_SHOWN = 30
CHOICES = {str(act): act for act in (Act.BEGIN, Act.NEXT, Act.BACK, Act.CANCEL)}


def routes(parts: WebParts, shell: Shell) -> list[Route]:
    """The page, and the steps of the restart."""

    async def page(request: Request) -> Response:
        words = HomeWords(shell.words(request).language)
        now = parts.clock.now()
        try:
            past, found = await parts.store.read(lambda reader: _past(reader, now))
        except StoreError:
            past, found = None, None
        return shell.page(
            request,
            "port.html",
            say=words,
            past=past,
            happened=None if found is None else [event_said(event, words, now) for event in found],
            **_health(parts, words, now),
            **_telegram(parts.live.sample, words, now),
        )

    async def guide(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=2) as form:
            act = CHOICES.get(str(form.get("act", "")))
        if act is None or parts.act is None:
            raise HTTPException(400)
        await parts.act(act)
        return RedirectResponse(f"{PATH}#guide", 303)

    return [Route(PATH, page, name="port"), Route(GUIDE_PATH, guide, methods=["POST"], name="guide")]


def _past(reader: Reader, now: datetime) -> tuple[Calendar, list[EventRow]]:
    today = now.astimezone(LOCAL).date()
    days = reader.port_days(first_day(today), today + timedelta(days=1))
    events = reader.events(now - timedelta(weeks=WEEKS), now + timedelta(days=1))
    return calendar(days, today), events[:EVENTS_SHOWN]


def _health(parts: WebParts, words: HomeWords, now: datetime) -> dict[str, Any]:
    """How the port does. Without the watch, what the hub knows besides it."""
    health = parts.health() if parts.health else None
    status = health.status if health else parts.live.status
    findings = [said.finding_said(finding, words) for finding in (health.findings if health else ())]
    model = (health.model if health else None) or _model_of(parts.live.sample)
    return {
        "health": health,
        "port_status": status,
        "since_s": _rounded(max(0, round((now - status.since).total_seconds()))),
        "findings": findings,
        "interval": said.interval_said(health, words) if health else "",
        "clock": said.clock_said(health, words) if health else "",
        "hangs": said.hangs_said(health, words) if health else [],
        "guide": said.guide_said(health, words) if health and parts.act else None,
        "models": said.models_said(model, words),
        "sure": said.sure_words(words),
    }


def _rounded(seconds: int) -> int:
    """Seconds are nothing to be told behind ten minutes."""
    return seconds if seconds < 600 else seconds // 60 * 60


def _model_of(sample: Sample | None) -> Model | None:
    if sample is None:
        return None
    codes = (register.obis for register in sample.telegram.registers)
    return recognise(sample.telegram.identification, codes)


def _telegram(sample: Sample | None, words: HomeWords, now: datetime) -> dict[str, Any]:
    if sample is None:
        return {"sample": None}
    return {
        "sample": sample,
        "age": words.age(max(0.0, (now - sample.received_at).total_seconds())),
        "rows": rows(sample.telegram, words),
        "raw": raw_text(sample.telegram),
    }
