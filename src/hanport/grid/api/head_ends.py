"""The part of the API that head-ends speak to: answers to commands, and states of ports that nobody asked for.

What is answered is written down for the head-ends' makers in docs/head-end.md.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar

from fastapi import Depends, Request
from sqlalchemy import select
from starlette.responses import Response

from hanport.grid.api.calls import Call, Look, told
from hanport.grid.api.endpoint import Endpoint
from hanport.grid.api.problems import NotFound, Problem, Refused, answer
from hanport.grid.api.texts import HeadEndInPath, Told
from hanport.grid.config import HeadEndTable
from hanport.grid.database.tables import command, meter
from hanport.grid.database.work import Work
from hanport.grid.headend import answering, choosing, rest
from hanport.grid.headend.choosing import NoHeadEnd
from hanport.grid.headend.contract import Answer
from hanport.grid.headend.reported import PortReport, Unreadable
from hanport.grid.reconcile.answers import answered, reported_all
from hanport.grid.reconcile.review import hold
from hanport.grid.tokens import Scope

_AT_ONCE = 200  # in one transaction
_JSON = "application/json"
_SEE = "See docs/head-end.md."
_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")


class RefusedState(Told):
    """A state that was not taken, by its place in the list."""

    index: int
    problem: str
    remedy: str


class StatesTaken(Told):
    """What came of the states."""

    taken: int
    refused: list[RefusedState]


@dataclass(frozen=True, slots=True)
class Raw:
    """A body as it came."""

    content_type: str
    body: bytes

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON."""
        return self.content_type.partition(";")[0].strip().lower() == _JSON


async def _raw(request: Request) -> Raw:
    return Raw(request.headers.get("content-type", ""), await request.body())


RawBody: TypeAlias = Annotated[Raw, Depends(_raw)]


def take_answers(name: HeadEndInPath, raw: RawBody, call: Look) -> Response:
    """Believe the answers as far as they deserve; doubled, late and unknown ones do no harm."""
    table = _table(call, name)
    if len(raw.body) > (answering.LONGEST_JSON if raw.is_json else answering.LONGEST_XML):
        raise Refused(413, "The answer is too long.", "Post one answer at a time.", place="body")
    try:
        received = answering.receive(table, raw.content_type, raw.body, at=call.grid.database.clock.now())
    except Unreadable as error:
        return _unreadable(error)
    for piece in _pieces(received.answers):
        with call.grid.database.writing(call.token.actor) as work:
            _take_in(work, call, table, piece)
    _report(call, table, dict(enumerate(received.reports)))
    if not received.reply:
        return Response(status_code=204)
    return Response(received.reply, 200, media_type=received.content_type)


def take_states(name: HeadEndInPath, raw: RawBody, call: Look) -> Response:
    """A port that is found open without right is closed."""
    table = _table(call, name)
    if not raw.is_json:
        raise Refused(415, "States are sent as JSON.", _SEE, place="header.content-type")
    try:
        rows = rest.parse_states(raw.body)
    except Unreadable as error:
        return _unreadable(error)
    refused = {index: row for index, row in enumerate(rows) if isinstance(row, Unreadable)}
    refused |= _report(call, table, {index: row for index, row in enumerate(rows) if isinstance(row, PortReport)})
    listed = [
        RefusedState(index=index, problem=error.problem, remedy=error.remedy or _SEE)
        for index, error in sorted(refused.items())
    ]
    return told(StatesTaken(taken=len(rows) - len(listed), refused=listed))


def _table(call: Call, name: str) -> HeadEndTable:
    try:
        return choosing.named(call.grid.config, name)
    except NoHeadEnd:
        raise NotFound("There is no such head-end.", "Its name stands in grid.toml.", place="path.name") from None


def _take_in(work: Work, call: Call, table: HeadEndTable, answers: Sequence[Answer]) -> None:
    """Every meter that the answers are about is held before the first of them is looked at."""
    ids = [each.command_id for each in answers]
    chosen = select(command.c.id, command.c.meter_id, command.c.head_end).where(command.c.id.in_(ids))
    commands = {row.id: row for row in work.connection.execute(chosen)}
    ours = [each for each in answers if _is_of(table, each, commands)]
    named = _meters(work, [each.meter_serial for each in ours])
    hold(work, [*(commands[each.command_id].meter_id for each in ours), *(row.id for row in named.values())])
    for each in ours:
        answered(work, call.grid.config, each)


def _is_of(table: HeadEndTable, given: Answer, commands: Mapping[str, Any]) -> bool:
    """Whether the command went to that head-end: another one's word on it says nothing."""
    row = commands.get(given.command_id)
    if row is None or row.head_end != table.name:
        _LOG.warning("an answer to no command of this head-end", extra={"head_end": table.name})
        return False
    return True


def _report(call: Call, table: HeadEndTable, reports: Mapping[int, PortReport]) -> dict[int, Unreadable]:
    """Take in states by their place; gives what was wrong with those that were refused."""
    refused: dict[int, Unreadable] = {}
    for piece in _pieces(reports.items()):
        with call.grid.database.writing(call.token.actor) as work:
            meters = _meters(work, [report.meter_serial for _, report in piece])
            wrong = {index: _objection(call, table, meters.get(report.meter_serial)) for index, report in piece}
            refused |= {index: error for index, error in wrong.items() if error is not None}
            ours = [report for index, report in piece if wrong[index] is None]
            hold(work, [meters[each.meter_serial].id for each in ours])
            for round_ in _each_meter_once(ours):
                seen = {meters[each.meter_serial].id: (each.port, each.at) for each in round_}
                reported_all(work, call.grid.config, seen)
    return refused


def _each_meter_once(reports: Sequence[PortReport]) -> list[list[PortReport]]:
    """The reports in rounds, in their order: a meter that is told of twice is in two of them."""
    rounds: list[list[PortReport]] = []
    told: dict[str, int] = {}
    for each in reports:
        place = told.get(each.meter_serial, 0)
        told[each.meter_serial] = place + 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(each)
    return rounds


def _objection(call: Call, table: HeadEndTable, row: Any) -> Unreadable | None:
    if row is None:
        return Unreadable("There is no such meter.", "Bring the meter in first, or compare its serial number.")
    try:
        is_ours = choosing.for_maker(call.grid.config, row.maker).name == table.name
    except NoHeadEnd:
        is_ours = False
    return None if is_ours else Unreadable("The meter belongs to another head-end.", "Look at `makers` in grid.toml.")


def _meters(work: Work, serials: Iterable[str]) -> dict[str, Any]:
    wanted = {serial for serial in serials if serial}
    chosen = select(meter.c.id, meter.c.serial, meter.c.maker).where(meter.c.serial.in_(wanted))
    return {row.serial: row for row in work.connection.execute(chosen)} if wanted else {}


def _unreadable(error: Unreadable) -> Response:
    if error.reply:
        return Response(error.reply, 400, media_type=error.content_type)
    return answer(422, Problem(error=error.problem, remedy=error.remedy or _SEE, place="body"))


def _pieces(values: Iterable[_T]) -> Iterator[list[_T]]:
    listed = list(values)
    return (listed[begin : begin + _AT_ONCE] for begin in range(0, len(listed), _AT_ONCE))


_STANDING = {
    "type": "object",
    "required": ["id", "state", "at"],
    "properties": {
        "id": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
        "state": {"enum": ["done", "failed", "impossible"]},
        "at": {"type": "string", "format": "date-time"},
        "port": {"enum": ["open", "closed", "unknown"], "default": "unknown"},
        "meter_serial": {"type": "string", "default": ""},
        "detail": {"type": "string", "default": ""},
    },
}
_STATE = {
    "type": "object",
    "required": ["meter_serial", "port", "at"],
    "properties": {
        "meter_serial": {"type": "string", "minLength": 1, "maxLength": 64},
        "port": {"enum": ["open", "closed", "unknown"]},
        "at": {"type": "string", "format": "date-time"},
    },
}
_STATE_LIST = {"type": "array", "maxItems": rest.MOST_STATES, "items": _STATE}
_STATES = {"type": "object", "required": ["states"], "properties": {"states": _STATE_LIST}}
_XML = {"schema": {"type": "string"}}
_ANSWERS_DESCRIBED = {
    "requestBody": {"required": True, "content": {_JSON: {"schema": _STANDING}, "application/xml": _XML}},
    "responses": {"200": {"description": "Taken, in the form of CIM", "content": {"application/xml": _XML}}},
}
_STATES_DESCRIBED = {"requestBody": {"required": True, "content": {_JSON: {"schema": _STATES}}}}

_HEAD_END = (Scope.HEAD_END,)
ENDPOINTS = (
    Endpoint(
        "POST",
        "/head-ends/{name}/answers",
        take_answers,
        None,
        "Answers to commands, as JSON or as EndDeviceEvents",
        _HEAD_END,
        204,
        described=_ANSWERS_DESCRIBED,
    ),
    Endpoint(
        "POST",
        "/head-ends/{name}/states",
        take_states,
        StatesTaken,
        "States of ports, up to 10 000",
        _HEAD_END,
        described=_STATES_DESCRIBED,
    ),
)
