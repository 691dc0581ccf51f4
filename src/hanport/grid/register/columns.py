"""The columns of each kind of record: one table for files, the API and the documentation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from msgspec import UNSET

from hanport.grid.register import fields
from hanport.grid.register.kinds import CustomerKind, PowerBasis, RecordKind


@dataclass(frozen=True, slots=True)
class Column:
    """A column as files, the API and the documentation know it. `into` is the record's field; `blank` what an empty
    cell means.
    """

    name: str
    meaning: str
    example: str
    read: Callable[[str, date], object]
    is_required: bool = False
    into: str = ""
    blank: object = ""


def _one_of(values: type[StrEnum]) -> Callable[[str, date], object]:
    def read(text: str, _: date) -> object:
        try:
            return values(text.lower())
        except ValueError:
            raise fields.FieldError("This value is not known.", f"Write one of: {', '.join(values)}.") from None

    return read


_KEY, _TEXT, _GSRN, _YES = fields.read_key, fields.read_text, fields.read_gsrn, fields.read_yes
_INSTANT, _NUMBER = fields.read_instant, fields.read_number
_FACILITY = "the facility's ID (GSRN, 18 digits)"
_WHERE = "735999000000000013"
_DIGITS = "YYYYMMDDNNNN"
_DAY = "2026-12-01"
_FROM = "the first day, or an instant with its offset"
_TO = "the first day without; empty: no end is known"


def _from(meaning: str = _FROM, *, is_required: bool = True) -> Column:
    return Column("from", meaning, "2026-12-01", _INSTANT, is_required, "begins_at", None)


def _to() -> Column:
    return Column("to", _TO, "2027-06-01", _INSTANT, into="ends_at", blank=None)


COLUMNS: dict[RecordKind, tuple[Column, ...]] = {
    RecordKind.CUSTOMER: (
        Column("key", "the customer number in your system; never the personal number", "K1001", _KEY, True),
        Column("number", "personal, co-ordination or organisation number, in any usual form", _DIGITS, _NUMBER, True),
        Column(
            "kind",
            "private, legal or estate; if not given: by the number",
            "private",
            _one_of(CustomerKind),
            blank=UNSET,
        ),
        Column("name", "as on the bill", "Anna Berg", _TEXT),
        Column("address", "where letters go", "Storgatan 1, 782 31 Malung", _TEXT),
        Column("email", "where messages about orders go", "anna@example.com", _TEXT),
        Column("phone", "where short messages about orders go", "+46701740605", _TEXT),
        Column(
            "protected", "yes: protected identity, no address is shown", "no", _YES, into="is_protected", blank=False
        ),
        Column(
            "died",
            "the day of death: from then on nobody acts in the own name",
            _DAY,
            _INSTANT,
            into="died_at",
            blank=None,
        ),
    ),
    RecordKind.FACILITY: (
        Column("gsrn", _FACILITY, _WHERE, _GSRN, True),
        Column("address", "where it is", "Storgatan 1, Malung", _TEXT),
        Column("grid_area", "the grid area's three letters", "MAL", _TEXT),
    ),
    RecordKind.CONTRACT: (
        Column("key", "the network contract's number in your system", "A2001", _KEY, True),
        Column("facility", _FACILITY, _WHERE, _GSRN, True),
        Column("customer", "the holder's customer number", "K1001", _KEY, True),
        Column(
            "joint", "joint holders' customer numbers, with spaces between", "K1002 K1003", fields.read_keys, blank=()
        ),
        _from("the first day of the contract, or an instant with its offset"),
        _to(),
    ),
    RecordKind.METER: (
        Column("serial", "the meter's serial number", "18012345", _KEY, True),
        Column("maker", "who made it", "Kamstrup", _TEXT),
        Column("model", "its model", "OMNIPOWER", _TEXT),
        Column("firmware", "its software's version", "M01", _TEXT),
        Column("facility", "where it is installed; the meter that was there before leaves at `from`", _WHERE, _GSRN),
        _from("the day of the installation, or an instant with its offset; goes with `facility`", is_required=False),
        _to(),
    ),
    RecordKind.ADAPTER: (
        Column("serial", "the HAN adapter's serial number", "H9001", _KEY, True),
        Column("meter", "the serial number of the meter that it sits in", "18012345", _KEY, True),
        Column(
            "fitted", "the day it was fitted: the warranty counts from it", _DAY, fields.read_day, True, "fitted_on"
        ),
    ),
    RecordKind.EXEMPTION: (
        Column("key", "the decision's number in your system", "U3001", _KEY, True),
        Column("facility", _FACILITY, _WHERE, _GSRN, True),
        _from(),
        _to(),
    ),
    RecordKind.POWER: (
        Column("key", "the power's number in your system", "F4001", _KEY, True),
        Column("grantor", "the customer number of whom is acted for", "K1001", _KEY, True),
        Column("agent", "the personal number of who acts", _DIGITS, _NUMBER, True),
        Column("facility", "for this facility alone (GSRN); empty: for all of the customer's", _WHERE, _GSRN),
        Column(
            "basis", "power (if not given), signatory, estate or guardian", "power", _one_of(PowerBasis), blank=UNSET
        ),
        Column("opens", "yes (if not given): may have ports opened", "yes", _YES, into="may_open", blank=UNSET),
        _from(),
        _to(),
    ),
    RecordKind.MODEL: (
        Column("maker", "as the meters say it", "Kamstrup", _TEXT, True),
        Column("model", "as the meters say it", "OMNIPOWER", _TEXT, True),
        Column("opens", "yes: its port can be opened from afar", "yes", _YES, True, "can_open"),
        Column("restarts", "yes: it can be restarted from afar", "no", _YES, True, "can_restart"),
    ),
}
