"""A DLMS data-notification to registers, whatever shape its list has.

Shapes met: structures of (code, value, (scaler, unit)) from Aidon, Landis+Gyr and Iskraemeco; flat runs of code and
value from Kamstrup and Kaifa; positions alone from Kaifa; descriptors first, then the values, from Switzerland and
Energomera.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import TypeGuard

from hanport.port import meter_time, obis
from hanport.port.axdr import Enum, Malformed, Octets, Text, Value, decode
from hanport.port.fields import CLOCK
from hanport.port.reading import scaled
from hanport.port.scalers import UNITS_BY_NUMBER, ListMaker, list_maker, scaler_for
from hanport.port.values import Register

DATA_NOTIFICATION = 0x0F
_CLOCK_BYTES = 12

_NAMES = ("1-0:0.2.129", "1-1:0.2.129")
_TYPE_NUMBERS = ("1-1:96.1.1",)

_HEAD = ("1-0:0.2.129", "0-0:96.1.0", "0-0:96.1.7", "1-0:1.7.0", "1-0:2.7.0", "1-0:3.7.0", "1-0:4.7.0")
_ONE_PHASE = ("1-0:31.7.0", "1-0:32.7.0")
_THREE_PHASES = ("1-0:31.7.0", "1-0:51.7.0", "1-0:71.7.0", "1-0:32.7.0", "1-0:52.7.0", "1-0:72.7.0")
_HOURLY = ("0-0:1.0.0", "1-0:1.8.0", "1-0:2.8.0", "1-0:3.8.0", "1-0:4.8.0")
# Kaifa's lists are known by their number of values alone (KFM_001, lists 1 to 3).
_BY_POSITION = {
    len(codes): codes
    for codes in (
        ("1-0:1.7.0",),
        _HEAD + _ONE_PHASE,
        _HEAD + _THREE_PHASES,
        _HEAD + _ONE_PHASE + _HOURLY,
        _HEAD + _THREE_PHASES + _HOURLY,
    )
}


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push list says: its name, the meter's time in UTC, and the rows in the order sent."""

    identification: str | None
    at: datetime | None
    registers: tuple[Register, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    code: str | None
    value: Value
    scaler: tuple[int, int] | None = None


def read(apdu: bytes, title: bytes | None = None) -> Pushed:
    """A data-notification. `title` is the system title when it came encrypted.

    Raises Malformed for anything that is not exactly one.
    """
    if len(apdu) < 7 or apdu[0] != DATA_NOTIFICATION:
        raise Malformed("no data-notification")
    clock, at = _notification_time(apdu, 5)
    body, end = decode(apdu, at)
    if end != len(apdu):
        raise Malformed(f"{len(apdu) - end} bytes behind the list")
    items = _items(body)
    name = _name(items)
    type_number = next((_text(item.value) for item in items if item.code in _TYPE_NUMBERS), None)
    maker = list_maker(name, type_number, title)
    if maker in (None, ListMaker.KAIFA) and items and not any(item.code for item in items):
        items = _by_position(items)
        name, maker = _name(items), ListMaker.KAIFA
    registers = tuple(
        _register(item, f"#{position}", maker, type_number)
        for position, item in enumerate(items)
        if item.code is not None or item.value is not None
    )
    row = next((item.value for item in items if item.code in CLOCK and isinstance(item.value, Octets)), None)
    if isinstance(row, Octets) and len(row.raw) == _CLOCK_BYTES:
        clock = row.raw
    if name is None and title is not None and title[:3].isalpha():
        name = title[:3].decode("ascii", "replace")
    return Pushed(name, meter_time.from_cosem(clock) if clock else None, registers)


def _notification_time(apdu: bytes, at: int) -> tuple[bytes | None, int]:
    """The notification's own time: a length and 12 bytes; some meters put the type 09 in front."""
    if apdu[at] == 0x09 and apdu[at + 1] == _CLOCK_BYTES:
        at += 1
    length = apdu[at]
    if length not in (0, _CLOCK_BYTES) or at + 1 + length > len(apdu):
        raise Malformed("no time where the notification's time belongs")
    return apdu[at + 1 : at + 1 + length] or None, at + 1 + length


def _items(body: Value) -> list[_Item]:
    if not isinstance(body, list):
        raise Malformed("a push list is an array or a structure")
    described = _described(body)
    if described is not None:
        return described
    items = list(_walk(body))
    if items and items[0].code is None and isinstance(items[0].value, Octets) and len(items[0].value.raw) == 12:
        items[0] = _Item(CLOCK[0], items[0].value)
    return items


def _described(body: list[Value]) -> list[_Item] | None:
    """A list whose first element says (class, code, attribute ...) of each value that follows."""
    if not body or not isinstance(body[0], list) or not body[0]:
        return None
    codes: list[str] = []
    for descriptor in body[0]:
        match descriptor:
            case [int(), Octets(code), int(), *_] if len(code) == 6:
                codes.append(obis.from_bytes(code))
            case _:
                return None
    values = body if len(body) == len(codes) else body[1:]
    if len(values) != len(codes):
        raise Malformed(f"{len(codes)} descriptors for {len(values)} values")
    return [_Item(code, value) for code, value in zip(codes, values, strict=True)]


def _walk(items: list[Value]) -> Iterator[_Item]:
    position = 0
    while position < len(items):
        item = items[position]
        position += 1
        if isinstance(item, list):
            yield from _walk(item)
        elif _is_code(item) and position < len(items):
            value = items[position]
            position += 1
            scaler = _scaler(items[position]) if position < len(items) else None
            position += scaler is not None
            yield _Item(obis.from_bytes(item.raw), value, scaler)
        else:
            yield _Item(None, item)


def _is_code(value: Value) -> TypeGuard[Octets]:
    return isinstance(value, Octets) and len(value.raw) == 6 and value.raw[5] == 0xFF


def _scaler(value: Value) -> tuple[int, int] | None:
    match value:
        case [int(power), Enum(unit)] if -128 <= power <= 127:  # an integer8 (Green Book 4.3.2)
            return power, unit
    return None


def _by_position(items: list[_Item]) -> list[_Item]:
    codes = _BY_POSITION.get(len(items))
    if codes is None:
        raise Malformed(f"a list of {len(items)} values without codes is not known")
    return [_Item(code, item.value) for code, item in zip(codes, items, strict=True)]


def _name(items: list[_Item]) -> str | None:
    for item in items:
        if item.code in _NAMES:
            return _text(item.value)
    if items and items[0].code is None and isinstance(items[0].value, Text):
        return _text(items[0].value)
    return None


def _register(item: _Item, position: str, maker: ListMaker | None, type_number: str | None) -> Register:
    code = item.code or position
    if item.code in CLOCK and isinstance(item.value, Octets) and len(item.value.raw) == _CLOCK_BYTES:
        time = meter_time.from_cosem(item.value.raw)
        return Register(code, None, text=f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else item.value.raw.hex())
    match item.value:
        case Enum(number):
            return Register(code, None, Decimal(number))
        case int(number):
            if item.scaler is not None:
                power, unit = item.scaler[0], UNITS_BY_NUMBER.get(item.scaler[1])
            else:
                power, unit = scaler_for(maker, code, number, type_number)
            return Register(code, None, scaled(number, power), unit)
        case float(fraction) if isfinite(fraction):
            power, number = item.scaler or (0, 0)
            return Register(code, None, Decimal(repr(fraction)).scaleb(power), UNITS_BY_NUMBER.get(number))
    return Register(code, None, text=_text(item.value))


def _text(value: Value) -> str | None:
    """Text as it stands, without the NUL padding of Landis+Gyr; other bytes as hex."""
    match value:
        case None:
            return None
        case Text(raw) | Octets(raw):
            text = raw.rstrip(b"\0")
            return text.decode("ascii") if text.isascii() and text.decode("ascii").isprintable() else raw.hex()
        case list():
            return "(" + ", ".join(_text(item) or "-" for item in value) + ")"
        case Enum(number):
            return str(number)
    return str(value)
