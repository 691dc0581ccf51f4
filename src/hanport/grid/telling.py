"""Posts alarms to the company's webhook, so that staff hear of them where they are."""

import logging

import httpx

from hanport.grid import alarms
from hanport.grid.alarms import Alarm
from hanport.grid.database.work import Database

log = logging.getLogger(__name__)


def untold(database: Database) -> list[Alarm]:
    """Alarms that stand, and that have not been told yet."""
    with database.reading() as connection:
        return [each for each in alarms.live(connection) if each.told_at is None]


def mark_told(database: Database, told: list[Alarm]) -> None:
    """They have been told."""
    if told:
        with database.writing("system") as work:
            alarms.told(work, [each.id for each in told])


async def tell(client: httpx.AsyncClient, url: str, untold: list[Alarm]) -> list[Alarm]:
    """Post each alarm as JSON; gives those that were taken (2xx). The others are for the next time."""
    taken = []
    for each in untold:
        try:
            reply = await client.post(url, json=_body(each))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("an alarm could not be told", extra={"alarm": each.kind, "error": type(error).__name__})
            break
        if not reply.is_success:
            log.warning("an alarm was not taken", extra={"alarm": each.kind, "status": reply.status_code})
            break
        taken.append(each)
    return taken


def _body(alarm: Alarm) -> dict[str, object]:
    return {
        "kind": alarm.kind,
        "subject": alarm.subject,
        "says": alarm.says,
        "raised_at": alarm.raised_at.isoformat(),
        "due_at": alarm.due_at.isoformat() if alarm.due_at is not None else None,
    }
