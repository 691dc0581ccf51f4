"""The part of the API by which the company's systems bring facts in: one by one by their own keys, or many at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, create_model
from starlette.responses import Response

from hanport.grid.api.calls import Call, Change
from hanport.grid.api.endpoint import Endpoint
from hanport.grid.api.problems import Refused
from hanport.grid.api.texts import Body, KeyInPath, LineInPath, Told
from hanport.grid.database.work import Work
from hanport.grid.register.columns import COLUMNS, Column
from hanport.grid.register.importing import Held, guarded
from hanport.grid.register.kinds import Record, RecordKind
from hanport.grid.register.records import RecordError, read
from hanport.grid.tokens import Scope
from hanport.grid.workdays import STOCKHOLM

MOST_RECORDS = 10_000
_LONGEST_CELL = 1000  # characters; the columns have limits of their own, and say them
_MOST_CELLS = 20

# By the word in the address: the kind, and the columns that are its key.
_KINDS: dict[str, tuple[RecordKind, tuple[str, ...]]] = {
    "customers": (RecordKind.CUSTOMER, ("key",)),
    "facilities": (RecordKind.FACILITY, ("gsrn",)),
    "contracts": (RecordKind.CONTRACT, ("key",)),
    "meters": (RecordKind.METER, ("serial",)),
    "adapters": (RecordKind.ADAPTER, ("serial",)),
    "exemptions": (RecordKind.EXEMPTION, ("key",)),
    "powers": (RecordKind.POWER, ("key",)),
    "models": (RecordKind.MODEL, ("maker", "model")),
}


class Row(Body):
    """A record: its fields are the columns of its kind, all as text (docs/customer-system.md)."""

    kind: RecordKind
    fields: Annotated[dict[str, Annotated[str, Field(max_length=_LONGEST_CELL)]], Field(max_length=_MOST_CELLS)]


class Rows(Body):
    """Records in any order."""

    records: Annotated[list[Row], Field(min_length=1, max_length=MOST_RECORDS)]


class Waiting(Told):
    """Nothing was changed: the records would close more ports than may be closed unasked, and wait for two people."""

    import_id: str
    closings: int
    limit: int
    deadline_at: datetime


class RefusedRecord(Told):
    """A record that was not taken, by its place in the list."""

    index: int
    field: str
    problem: str
    remedy: str


class RecordsDone(Told):
    """What became of records."""

    state: Literal["applied", "waiting"]
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedRecord]
    waiting: Waiting | None = None


class RecordDone(Told):
    """What became of a record."""

    state: Literal["added", "changed", "unchanged", "waiting"]
    waiting: Waiting | None = None


def bring_records(rows: Rows, call: Change) -> Response:
    """The good ones go in, the others are refused with the reason; the same ones twice change nothing."""
    places, records, refused = _read_all(rows.records, call)

    def do(work: Work) -> RecordsDone:
        done = guarded(work, call.grid.config, records)
        if isinstance(done, Held):
            return RecordsDone(state="waiting", refused=refused, waiting=_waiting(done))
        found = refused + [
            RefusedRecord(index=places[each.index], field=each.field, problem=each.problem, remedy=each.remedy)
            for each in done.refused
        ]
        return RecordsDone(
            state="applied",
            added=done.added,
            changed=done.changed,
            unchanged=done.unchanged,
            refused=sorted(found, key=lambda each: each.index),
        )

    return call.writing(do)


def _bring(kind: RecordKind, cells: Mapping[str, str], call: Call) -> Response:
    record = read(kind, cells, _today(call))

    def do(work: Work) -> RecordDone:
        done = guarded(work, call.grid.config, [record])
        if isinstance(done, Held):
            return RecordDone(state="waiting", waiting=_waiting(done))
        for each in done.refused:
            raise Refused(422, each.problem, each.remedy, place=each.field)
        return RecordDone(state="added" if done.added else "changed" if done.changed else "unchanged")

    return call.writing(do)


def _read_all(rows: Sequence[Row], call: Call) -> tuple[list[int], list[Record], list[RefusedRecord]]:
    """The records with their places in the list, and those that cannot be read."""
    today = _today(call)
    places: list[int] = []
    records: list[Record] = []
    refused: list[RefusedRecord] = []
    for index, row in enumerate(rows):
        try:
            records.append(read(row.kind, row.fields, today))
            places.append(index)
        except RecordError as error:
            told = RefusedRecord(index=index, field=error.field, problem=error.problem, remedy=error.remedy)
            refused.append(told)
    return places, records, refused


def _today(call: Call) -> Any:
    return call.grid.database.clock.now().astimezone(STOCKHOLM).date()


def _waiting(held: Held) -> Waiting:
    return Waiting(import_id=held.batch_id, closings=held.closings, limit=held.limit, deadline_at=held.deadline_at)


def _fields_of(kind: RecordKind, keys: Sequence[str]) -> type[Body]:
    """The body of a record whose key stands in the address."""
    fields: dict[str, Any] = {}
    for column in COLUMNS[kind]:
        if column.name not in keys:
            fields[column.name] = _field(column)
    made: type[Body] = create_model(f"{kind.value.capitalize()}Fields", __base__=Body, **fields)
    return made


def _field(column: Column) -> tuple[Any, Any]:
    described = Field(max_length=_LONGEST_CELL, description=column.meaning, examples=[column.example])
    text = Annotated[str, described]
    return (text, ...) if column.is_required else (text | None, None)


def _handler(kind: RecordKind, keys: Sequence[str]) -> Callable[..., Response]:
    def cells(body: Body) -> dict[str, str]:
        return {name: text for name, text in body if text is not None}

    def put(key: KeyInPath, body: Body, call: Change) -> Response:
        return _bring(kind, {keys[0]: key} | cells(body), call)

    def put_model(maker: LineInPath, model: LineInPath, body: Body, call: Change) -> Response:
        return _bring(kind, {"maker": maker, "model": model} | cells(body), call)

    made: Callable[..., Response] = put if len(keys) == 1 else put_model
    made.__annotations__["body"] = _fields_of(kind, keys)
    return made


def _endpoints() -> tuple[Endpoint, ...]:
    scopes = (Scope.REGISTER,)
    many = Endpoint("POST", "/records", bring_records, RecordsDone, "Many facts at once, up to 10 000", scopes)
    single = [
        Endpoint(
            "PUT",
            f"/{word}/{{key}}" if len(keys) == 1 else f"/{word}/{{maker}}/{{model}}",
            _handler(kind, keys),
            RecordDone,
            f"One of the {word}, by its key",
            scopes,
        )
        for word, (kind, keys) in _KINDS.items()
    ]
    return (many, *single)


ENDPOINTS = _endpoints()
