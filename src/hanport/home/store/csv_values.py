"""What stands in the cells of other programs' tables: numbers with point or comma, times with or without an offset."""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from enum import StrEnum
from zoneinfo import ZoneInfo

from hanport.home.store.moments import EPOCH, from_ms, to_ms

_SWEDEN = ZoneInfo("Europe/Stockholm")
_NORMAL_TIME = timezone(timedelta(hours=1))
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_MAX_DIGITS = 15  # as port.fields: more is no measurement

# Spaces of all kinds and apostrophes stand between thousands; a minus may be typographic.
_CLEAN = str.maketrans({**dict.fromkeys(" \t\u00a0\u2009\u202f'\u2019"), "\u2212": "-"})

_DATE_FIRST_YEAR = r"(?P<y>\d{4})[-/.]?(?P<m>\d{1,2})[-/.]?(?P<d>\d{1,2})"
_DATE_FIRST_DAY = r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})"
_TIME = r"(?:[ T]+(?:kl\.? ?)?(?P<H>\d{1,2})[:.]?(?P<M>\d{2})(?:[:.](?P<S>\d{2}))?)?"
_END = r"(?:\s*[-–]\s*(?:\d{1,2}[:.]\d{2}(?:[:.]\d{2})?)?)?"  # of a span: `2026-01-31 12:00 - 13:00`
_FORMS = tuple(re.compile(date + _TIME + _END) for date in (_DATE_FIRST_YEAR, _DATE_FIRST_DAY))
_SPAN = re.compile(r"\S+ \d{1,2}[:.]\d{2}\s*[-–]\s*\d{1,2}[:.]\d{2}")
_SECONDS = re.compile(r"\d{9,10}(\.\d+)?")
_MILLISECONDS = re.compile(r"\d{12,13}")


class Times(StrEnum):
    """What a time without an offset counts in."""

    LOCAL = "local"  # Swedish time, summer time included
    NORMAL = "normal"  # UTC+1 all year, as network companies register
    UTC = "utc"


class NoTime(ValueError):
    """A cell holds no time that there is. It says what is wrong."""


def amount(text: str, power: int) -> int | None:
    """The number in a cell times 10^power, exactly, half to even. None for what is no number.

    One comma is a decimal comma; of comma and point the last one is.
    """
    cleaned = text.translate(_CLEAN)
    if "," in cleaned:
        cleaned = _with_point(cleaned)
    whole, _, decimals = cleaned.partition(".")
    digits = whole + decimals
    if len(decimals) <= power and whole and len(digits) <= _MAX_DIGITS and digits.isascii() and digits.isdigit():
        return int(digits + "0" * (power - len(decimals)))
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() + power >= _MAX_DIGITS:
        return None
    return int(number.scaleb(power).to_integral_value(ROUND_HALF_EVEN))


def _with_point(text: str) -> str:
    if "." not in text and text.count(",") == 1:
        return text.replace(",", ".")
    if text.rfind(",") > text.rfind("."):
        return text.replace(".", "").replace(",", ".") if text.count(",") == 1 else text.replace(",", "")
    return text.replace(",", "")


class TimeReader:
    """Reads the times of one series in the order of the file.

    The hour that comes twice when summer time ends is told apart by that order, forwards or backwards.
    """

    def __init__(self, times: Times) -> None:
        self._times = times
        self._last: datetime | None = None
        self._backwards = False

    def ms(self, text: str) -> int:
        """Milliseconds since 1970 UTC. Raises NoTime."""
        return to_ms(self.read(text))

    def read(self, text: str) -> datetime:
        """The aware UTC time in a cell. Raises NoTime."""
        said = parse(text)
        if not _FIRST_YEAR <= said.year <= _LAST_YEAR:
            raise NoTime(f"the year {said.year} cannot be meant")
        at = self._aware(said)
        if self._last is not None and at != self._last:
            self._backwards = at < self._last
        self._last = at
        return at

    def _aware(self, at: datetime) -> datetime:
        if at.tzinfo is not None:
            return at.astimezone(UTC)
        match self._times:
            case Times.UTC:
                return at.replace(tzinfo=UTC)
            case Times.NORMAL:
                return at.replace(tzinfo=_NORMAL_TIME).astimezone(UTC)
        first = at.replace(tzinfo=_SWEDEN)
        second = first.replace(fold=1)
        before, behind = first.utcoffset(), second.utcoffset()
        if before == behind or before is None or behind is None:
            return first.astimezone(UTC)
        if before < behind:
            raise NoTime(f"{at:%Y-%m-%d %H:%M} was skipped when summer time began")
        return self._of_two(first.astimezone(UTC), second.astimezone(UTC))

    def _of_two(self, early: datetime, late: datetime) -> datetime:
        if self._backwards:
            return early if self._last is not None and late >= self._last else late
        return late if self._last is not None and early <= self._last else early


def parse(text: str) -> datetime:
    """The time in a cell, aware where it says its offset. Of a span its start. Raises NoTime."""
    text = text.strip()
    if text[-6:-5] != "-" or not _SPAN.fullmatch(text):  # `12:00-13:00` would pass for an offset of 13 hours
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _datetime(text, {name: int(part or 0) for name, part in match.groupdict().items()})
    if _SECONDS.fullmatch(text):
        return EPOCH + timedelta(seconds=float(text))
    if _MILLISECONDS.fullmatch(text):
        return from_ms(int(text))
    raise NoTime(f"{text[:40]!r} is no time" if text else "the time is missing")


def _datetime(text: str, parts: dict[str, int]) -> datetime:
    days, hour = divmod(parts["H"], 24) if parts["H"] == 24 else (0, parts["H"])
    try:
        at = datetime(parts["y"], parts["m"], parts["d"], hour, parts["M"], parts["S"])
    except ValueError:
        raise NoTime(f"{text[:40]!r} is no time") from None
    return at + timedelta(days=days)
