"""The part of the API that tells what the log says of a person. The number stands in the body, never in the address."""

from datetime import datetime
from typing import Any

from starlette.responses import Response

from hanport.grid import people
from hanport.grid.api.calls import Look, told
from hanport.grid.api.endpoint import Endpoint
from hanport.grid.api.orders import ByNumber
from hanport.grid.api.texts import Told
from hanport.grid.audit.reading import entries_of
from hanport.grid.identifiers import parse_number
from hanport.grid.tokens import Scope
from hanport.grid.workdays import STOCKHOLM


class EntryTold(Told):
    """An entry of the log: what was done, by whom and when, and the facts of it."""

    seq: int
    at: datetime
    actor: str
    action: str
    facts: dict[str, Any]


class LogTold(Told):
    """All that the log says of a person, the oldest first."""

    entries: list[EntryTold]


def search_log(wanted: ByNumber, call: Look) -> Response:
    """None for a number that is not known, and for a person who was erased."""
    database = call.grid.database
    number = parse_number(wanted.number, database.clock.now().astimezone(STOCKHOLM).date())
    with database.reading() as connection:
        person_id = people.find(connection, database.keyring, number)
        found = [] if person_id is None else entries_of(connection, database.keyring, person_id)
    return told(LogTold(entries=[EntryTold.model_validate(each, from_attributes=True) for each in found]))


ENDPOINTS = (Endpoint("POST", "/log/search", search_log, LogTold, "What the log says of a person", (Scope.READ,)),)
