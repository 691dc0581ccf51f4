"""Events of the market and of the company's systems, as they are sent: their kinds, fields and reading."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum

from hanport.grid.register import fields
from hanport.grid.register.columns import Column
from hanport.grid.register.records import RecordError, read_cells


class EventKind(StrEnum):
    """What has happened. In brackets the message of the Swedish market (PRODAT) that says it."""

    MOVE_IN = "move_in"  # [Z03LK]
    SUPPLIER_CHANGE = "supplier_change"  # [Z03L]
    METER_EXCHANGE = "meter_exchange"  # [Z10M]
    TERMINATION = "termination"
    CONTRACT_CANCELLED_WARNING = "contract_cancelled_warning"  # [Z08H]
    USER_GONE = "user_gone"
    WITHDRAWAL = "withdrawal"  # [Z03C]


@dataclass(frozen=True, slots=True)
class Event:
    """An event, by its sender's own key. Which of the fields say something is a matter of the kind (`EVENT_FIELDS`)."""

    key: str
    kind: EventKind
    facility: str = ""
    contract: str = ""
    at: datetime | None = None
    old_meter: str = ""
    new_meter: str = ""
    maker: str = ""
    model: str = ""
    withdrawn: str = ""

    @property
    def body(self) -> dict[str, str]:
        """What it says, as it is stored and compared."""
        said = {name: value for name, value in asdict(self).items() if value and name != "key"}
        return {name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in said.items()}


_WHERE = "735999000000000013"


def _facility() -> Column:
    return Column("facility", "the facility's ID (GSRN)", _WHERE, fields.read_gsrn, True)


def _at(meaning: str) -> Column:
    return Column("at", meaning, "2026-12-01", fields.read_instant, True)


# Besides `key` and `kind`, which every event has.
EVENT_FIELDS: dict[EventKind, tuple[Column, ...]] = {
    EventKind.MOVE_IN: (_facility(), _at("when another user moves in")),
    EventKind.SUPPLIER_CHANGE: (_facility(), _at("when another supplier begins")),
    EventKind.METER_EXCHANGE: (
        _facility(),
        _at("when the meters are exchanged"),
        Column("old_meter", "the serial number of the meter that leaves", "18012345", fields.read_key, True),
        Column("new_meter", "the serial number of the meter that comes", "22054321", fields.read_key, True),
        Column("maker", "who made the new meter", "Kamstrup", fields.read_text),
        Column("model", "the new meter's model", "OMNIPOWER", fields.read_text),
    ),
    EventKind.TERMINATION: (
        Column("contract", "the network contract's number in your system", "A2001", fields.read_key, True),
        _at("the first instant without the contract"),
    ),
    EventKind.CONTRACT_CANCELLED_WARNING: (_facility(), _at("when the supplier's contract ends")),
    EventKind.USER_GONE: (_facility(), _at("from when the facility has no user")),
    EventKind.WITHDRAWAL: (
        Column("withdrawn", "the key of the event that is taken back", "Z-1001", fields.read_key, True),
    ),
}
KEY = Column("key", "your own key for the event: the same key is the same event", "Z-1001", fields.read_key, True)


def read_event(content: Mapping[str, object], today: date) -> Event:
    """The event that a JSON object says; all its values are texts. Raises RecordError."""
    for name, value in content.items():
        if not isinstance(value, str):
            raise RecordError(name if name in _NAMES else "", "A value is no text.", "Write it in quotes.")
    cells = {name: value for name, value in content.items() if isinstance(value, str)}
    said = cells.pop("kind", "")
    if said not in list(EventKind):
        raise RecordError("kind", "This kind of event is not known.", f"Write one of: {', '.join(EventKind)}.")
    kind = EventKind(said)
    return Event(kind=kind, **read_cells((KEY, *EVENT_FIELDS[kind]), cells, today, of=kind.value))


_NAMES = {"kind", "key"} | {column.name for columns in EVENT_FIELDS.values() for column in columns}
