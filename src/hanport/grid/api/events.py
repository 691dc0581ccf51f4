"""The part of the API to which the market and the company's systems say what has happened."""

from typing import Annotated, Any

from pydantic import Field, create_model
from starlette.responses import Response

from hanport.grid.api.calls import Change
from hanport.grid.api.endpoint import Endpoint
from hanport.grid.api.texts import Body, Told
from hanport.grid.database.work import Work
from hanport.grid.register.event_fields import EVENT_FIELDS, KEY, EventKind, read_event
from hanport.grid.register.events import receive
from hanport.grid.tokens import Scope
from hanport.grid.workdays import STOCKHOLM

_LONGEST = 1000  # characters; the fields have limits of their own, and say them


class EventTaken(Told):
    """What became of an event: `applied`, `logged` (it changes nothing), `warned`, or `nothing` (it was so already).
    `is_repeat`: it had come before.
    """

    key: str
    kind: EventKind
    outcome: str
    is_repeat: bool


def _event_body() -> type[Body]:
    """The body of an event: a key, a kind, and all fields that any kind has."""
    columns = {column.name: column for each in EVENT_FIELDS.values() for column in each}
    of = {name: [kind for kind, each in EVENT_FIELDS.items() if columns[name] in each] for name in columns}
    fields: dict[str, Any] = {
        "key": (Annotated[str, Field(max_length=_LONGEST, description=KEY.meaning, examples=[KEY.example])], ...),
        "kind": (EventKind, ...),
    }
    for name, column in columns.items():
        said = f"Of {', '.join(of[name])}: {column.meaning}" if of[name] else column.meaning
        text = Annotated[str, Field(max_length=_LONGEST, description=said, examples=[column.example])]
        fields[name] = (text | None, None)
    made: type[Body] = create_model("EventBody", __base__=Body, __doc__="What has happened.", **fields)
    return made


def take_event(body: Body, call: Change) -> Response:
    """Once: the same event again changes nothing, whoever sends it."""
    today = call.grid.database.clock.now().astimezone(STOCKHOLM).date()
    told = read_event({name: str(value) for name, value in body if value is not None}, today)

    def do(work: Work) -> EventTaken:
        return EventTaken.model_validate(receive(work, told), from_attributes=True)

    return call.writing(do)


take_event.__annotations__["body"] = _event_body()
ENDPOINTS = (Endpoint("POST", "/events", take_event, EventTaken, "What has happened", (Scope.REGISTER,)),)
