"""The layout that a meter repeats: where the digits stand in its telegram, learned once and then only sliced.

A meter sends the same rows with the same widths every time; only digits differ. A Layout keeps the bytes that must not
change and the places of the digits that Reading needs. It fits another telegram when every fixed byte is equal and
every digit's place holds a digit; then each number is a slice, without a search. Where it does not fit, the telegram
is read row by row: the result is the same, and a property test says so.
"""

import re
from datetime import datetime, timedelta
from operator import itemgetter
from struct import Struct
from struct import error as StructError
from typing import Any, NamedTuple

from hanport.port import meter_time, obis
from hanport.port.fields import CLOCK, FACTORS, FIELD_NAMES, FIELDS, MAX_DIGITS, P1_UNITS, TARIFFS, Field
from hanport.port.telegram import Telegram, identification_of
from hanport.port.values import Checksum, Protocol, Reading

_NO_DIGITS = bytes(byte for byte in range(256) if not 0x30 <= byte <= 0x39)
_ROW = re.compile(rb"^([^()\r\n]+)\(([^()\r\n]*)\)\r?$", re.MULTILINE)
_NUMBER = re.compile(rb"(-?)(\d+)(?:\.(\d+))?(?:\*([A-Za-z]+))?")
_CLOCK = re.compile(rb"\d{12}([WS])")
_SECONDS = [timedelta(seconds=second) for second in range(60)]
_BRACKET = re.compile(rb"\([^()\r\n]*\)")
# Digits to try a layout with: ones are a valid time wherever they stand, and numbers as long as can be; the others
# repeat after 997 bytes only, so that no two rows get the same.
_PROBES = (b"1", bytes(0x30 + place * place % 997 % 10 for place in range(997)))


class Span(NamedTuple):
    """A number's place: from `start` to `end`, `decimals` of its digits behind a point.

    The digits, read as one integer, times `factor` (negative for a number sent with a sign) are the field.
    """

    start: int
    end: int
    decimals: int
    factor: int


class Layout:
    """One telegram's form.

    `length` counts bytes from `/` to `!`. `fixed` and `mask` have that length: a byte fits when `byte & mask == fixed`;
    a digit's place has the mask F0. `clock` is the place of YYMMDDhhmmss and `flag` its W or S. `spans` gives, for each
    field of Reading after `at`, the numbers to sum; none where the field is None.
    """

    def __init__(self, content: bytes, clock: int | None, flag: str, spans: tuple[tuple[Span, ...], ...]) -> None:
        self.length = len(content)
        self.identification = identification_of(content)
        self.clock = clock
        self.flag = flag
        self.spans = spans
        self.mask = _mask(content)
        self.fixed = bytes(byte & mask for byte, mask in zip(content, self.mask, strict=True))
        self._mask_number = int.from_bytes(self.mask, "little")
        self._fixed_number = int.from_bytes(self.fixed, "little")
        self._minute = -1
        self._minute_at: datetime | None = None
        self._compile(content)

    def _compile(self, content: bytes) -> None:
        """One unpack for all numbers in the order sent, one pick that puts them in the order of Reading's fields."""
        clock = [] if self.clock is None else [Span(self.clock, self.clock + 10, 0, 1)]
        clock += [Span(span.end, span.end + 2, 0, 1) for span in clock]
        places = sorted({span for spans in self.spans for span in spans}.union(clock))
        index = {span: position for position, span in enumerate(places)}
        digits_before = [0]
        for byte in content:
            digits_before.append(digits_before[-1] + (0x30 <= byte <= 0x39))
        form, position = "", 0
        for span in places:
            start, end = digits_before[span.start], digits_before[span.end]
            form += f"{start - position}x{end - start}s"
            position = end
        self._unpack = Struct(f"{form}{digits_before[-1] - position}x").unpack
        self._scale = tuple((index[span], span.factor) for span in places if span.factor != 1)
        self._sums = tuple(tuple(index[span] for span in spans) for spans in self.spans if len(spans) > 1)
        none = len(places) + len(self._sums)
        sums = iter(range(len(places), none))
        picks = [none if not s else index[s[0]] if len(s) == 1 else next(sums) for s in self.spans]
        self._pick = itemgetter(*([index[span] for span in clock] or (none, none)), *picks)

    def read(self, content: bytes) -> Reading | None:
        """The Reading of a telegram from `/` to `!`, or None when it has another layout."""
        if len(content) != self.length or int.from_bytes(content, "little") & self._mask_number != self._fixed_number:
            return None
        try:
            numbers: list[Any] = list(map(int, self._unpack(content.translate(None, _NO_DIGITS))))
        except StructError:  # one of `:;<=>?` where a digit belongs: they share its upper half
            return None
        for index, factor in self._scale:
            numbers[index] *= factor
        for parts in self._sums:
            numbers.append(sum(numbers[part] for part in parts))
        numbers.append(None)
        minute, second, *values = self._pick(numbers)
        return Reading(None if minute is None else self._time(minute, second), *values)

    def with_digits(self, digits: bytes) -> bytes:
        """A telegram of this layout whose digits are these, each taken where it falls."""
        repeated = (digits * (self.length // len(digits) + 1))[: self.length]
        content = self._fixed_number | int.from_bytes(repeated, "little") & ~self._mask_number
        return content.to_bytes(self.length, "little")

    def _time(self, minute: int, second: int) -> datetime | None:
        """YYMMDDhhmm and ss in UTC; the last minute is kept, since most telegrams come in the same one."""
        if minute != self._minute:
            self._minute = minute
            self._minute_at = meter_time.from_p1(f"{minute:010}00{self.flag}")
        return self._minute_at + _SECONDS[second] if self._minute_at and second < 60 else None


def learn(content: bytes, reading: Reading) -> Layout | None:
    """The layout of a telegram from `/` to `!` whose `reading` is known.

    None where slices cannot give that reading: numbers finer than a field's unit, rows of several brackets, a clock
    in two rows. What equal digits hide (a clock that is not set yet, a code that comes twice) shows with other digits:
    the layout must read those as they are read row by row.
    """
    spans: dict[str, list[Span]] = {}
    by_tariff: dict[str, list[Span]] = {}
    seen: set[str] = set()
    clocks: list[tuple[int, str]] = []
    for row in _ROW.finditer(content):
        code = row.group(1).decode("latin-1").strip()
        code = obis.canonical(code) or code
        if code in seen:
            continue
        if code in CLOCK and (time := _CLOCK.fullmatch(row.group(2))):
            clocks.append((row.start(2), time.group(1).decode()))
        field = FIELDS.get(code) or TARIFFS.get(code)
        span = _span(row, field) if field else None
        if field is not None and span is not None:
            seen.add(code)
            (spans if code in FIELDS else by_tariff).setdefault(field.name, []).append(span)
    spans = {**by_tariff, **{name: found[:1] for name, found in spans.items()}}
    if not spans or len(clocks) > 1:
        return None
    start, flag = clocks[0] if clocks else (None, "")
    layout = Layout(content, start, flag, tuple(tuple(spans.get(name, ())) for name in FIELD_NAMES[1:]))
    return layout if layout.read(content) == reading and all(_agrees(layout, probe) for probe in _PROBES) else None


def _agrees(layout: Layout, digits: bytes) -> bool:
    """Whether other digits read by slices as they read row by row."""
    content = layout.with_digits(digits)
    by_rows = Telegram(Protocol.P1, layout.identification, Checksum.OK, content)
    return layout.read(content) == by_rows.reading


def _span(row: re.Match[bytes], field: Field) -> Span | None:
    number = _NUMBER.fullmatch(row.group(2))
    if number is None:
        return None
    sign, whole, decimals, unit = number.groups()
    places = len(decimals or b"")
    if unit is not None:
        factor = FACTORS[field.quantity].get(obis.canonical_unit(unit.decode()))
    else:
        factor = FACTORS[field.quantity][P1_UNITS[field.quantity]] if places else None
    if factor is None or int(factor) % 10**places or len(whole) + places >= MAX_DIGITS:
        return None
    start = row.start(2) + number.start(2)
    end = row.start(2) + (number.end(3) if decimals else number.end(2))
    return Span(start, end, places, int(factor) // 10**places * (-1 if sign else 1))


def _mask(content: bytes) -> bytes:
    """FF where a byte must be equal, F0 where any digit may stand: inside brackets that close on their line.

    The identification line stays as it is.
    """
    mask = bytearray(b"\xff" * len(content))
    for bracket in _BRACKET.finditer(content, content.find(b"\n")):
        for place in range(*bracket.span()):
            if 0x30 <= content[place] <= 0x39:
                mask[place] = 0xF0
    return bytes(mask)
