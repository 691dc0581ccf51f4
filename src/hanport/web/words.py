"""Texts, numbers, units and times in one language, for templates and for what is sent to scripts."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from datetime import date as Day
from decimal import Decimal

from babel.dates import format_date, format_datetime, format_time

from hanport.locale import duration, fill, has_text, number, text

NO_BREAK_SPACE = "\u00a0"
# Babel's locales: British dates (day before month, 24 h, Monday first), as Swedes who read English expect.
_LOCALES = {"sv": "sv_SE", "en": "en_GB"}


class Words:
    """How things are said in one language ('sv' or 'en') and one time zone.

    `catalogs` are looked through in order. Wh, W, mA and mV go in as the integers that the house speaks; None, which
    is not 0, comes out as a dash.
    """

    def __init__(self, language: str, catalogs: Sequence[str], zone: tzinfo = UTC) -> None:
        self.language = language
        self.zone = zone
        self._catalogs = tuple(catalogs)
        self._locale = _LOCALES[language]

    def t(self, key: str, /, **numbers: object) -> str:
        """The text `key`, its places filled as people write numbers. Raises KeyError where no catalog has it."""
        return fill(self._catalog_of(key), key, self.language, numbers)

    def has(self, key: str) -> bool:
        """Whether one of the catalogs has this text."""
        return any(has_text(catalog, key) for catalog in self._catalogs)

    def tell(self, catalog: str, key: str, /, **numbers: object) -> str:
        """A text of another catalog, as `doctor`."""
        return fill(catalog, key, self.language, numbers)

    def in_language(self, language: str, key: str) -> str:
        """A text in the other language: what a switch says."""
        return text(self._catalog_of(key), key, language)

    def n(self, value: int | float | Decimal | None, decimals: int | None = None) -> str:
        """A number, `1 234,5`."""
        if value is None:
            return "–"
        return number(Decimal(str(value)) if isinstance(value, float) else value, self.language, decimals)

    def with_unit(self, value: int | Decimal | None, unit: str, decimals: int | None = None) -> str:
        """A number and its unit, not broken at the end of a line."""
        return self.n(value, decimals) + (NO_BREAK_SPACE + unit if value is not None else "")

    def kwh(self, wh: int | None, decimals: int = 1) -> str:
        """Energy: `12,3 kWh`."""
        return self.with_unit(_thousandth(wh), "kWh", decimals)

    def kw(self, w: int | None, decimals: int = 2) -> str:
        """Power: `2,35 kW`."""
        return self.with_unit(_thousandth(w), "kW", decimals)

    def watt(self, w: int | None) -> str:
        """Power: `2 350 W`."""
        return self.with_unit(w, "W")

    def amp(self, ma: int | None, decimals: int = 1) -> str:
        """Current: `10,4 A`."""
        return self.with_unit(_thousandth(ma), "A", decimals)

    def volt(self, mv: int | None, decimals: int = 0) -> str:
        """Voltage: `231 V`."""
        return self.with_unit(_thousandth(mv), "V", decimals)

    def span(self, seconds: float) -> str:
        """A length of time in its two largest units: `2 min 5 s`."""
        return duration(round(seconds), self.language)

    def local(self, at: datetime) -> datetime:
        """An instant on the clock of the house."""
        return at.astimezone(self.zone)

    def date(self, day: Day | datetime, form: str = "medium") -> str:
        """A day: `25 nov. 2026`; `form` is Babel's (short, medium, long, full) or a pattern."""
        return format_date(self._day(day), form, locale=self._locale)

    def weekday(self, day: Day | datetime, form: str = "EEEE") -> str:
        """The name of the day: `onsdag`."""
        return format_date(self._day(day), form, locale=self._locale)

    def month(self, day: Day | datetime) -> str:
        """Month and year: `november 2026`."""
        return format_date(self._day(day), "LLLL y", locale=self._locale)

    def time(self, at: datetime, *, seconds: bool = False) -> str:
        """A time of day, 24 h: `14:05`."""
        return format_time(self.local(at), "HH:mm:ss" if seconds else "HH:mm", locale=self._locale)

    def moment(self, at: datetime, *, seconds: bool = False) -> str:
        """Day and time: `25 nov. 2026 14:05`."""
        pattern = "d MMM y HH:mm:ss" if seconds else "d MMM y HH:mm"
        return format_datetime(self.local(at), pattern, locale=self._locale)

    def _day(self, day: Day | datetime) -> Day:
        return self.local(day).date() if isinstance(day, datetime) else day

    def _catalog_of(self, key: str) -> str:
        for catalog in self._catalogs:
            if has_text(catalog, key):
                return catalog
        raise KeyError(key)


def _thousandth(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-3)
