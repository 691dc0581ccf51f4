"""What happened to the port, in sentences."""

from dataclasses import dataclass
from datetime import datetime

from hanport.home.store.reader import EventRow
from hanport.home.web.pagedata_words import HomeWords


@dataclass(frozen=True, slots=True)
class SaidEvent:
    """An event: when it began, what it was, and how long it lasted ("" for what is over at once)."""

    began: datetime
    kind: str
    text: str
    lasted: str
    lasts: bool


def event_said(event: EventRow, words: HomeWords, now: datetime) -> SaidEvent:
    """An event for the page. A kind that the page does not know is told by its name: nothing is kept quiet."""
    key = f"event.{event.kind}"
    if event.kind == "silence" and event.details.get("restart"):
        key = "event.silence_restart"
    elif event.kind == "hub-off" and not event.details.get("clean", True):
        key = "event.hub-off_unclean"
    text = words.t(key, **_numbers(event)) if words.has(key) else words.t("event.other", kind=event.kind)
    lasts = event.ended is None
    seconds = round(((event.ended or now) - event.began).total_seconds())
    lasted = "" if not lasts and seconds == 0 else words.span(max(1, seconds))
    return SaidEvent(event.began, event.kind, text + _finding(event, words), lasted, lasts)


def _numbers(event: EventRow) -> dict[str, object]:
    """The numbers that our own texts use."""
    return {"step_s": abs(round(event.details.get("step_s", 0)))}


def _finding(event: EventRow, words: HomeWords) -> str:
    """What was wrong, where the event says it."""
    key = f"ill.{event.details.get('finding', '')}"
    return f": {words.t(key)}" if event.kind == "ill" and words.has(key) else ""
