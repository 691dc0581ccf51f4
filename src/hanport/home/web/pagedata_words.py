"""What the household's pages say beyond the words of the shell: power, shares, differences, spans of time."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from hanport.home.config import HouseTable
from hanport.home.web.pagedata_scale import Scale
from hanport.web.words import NO_BREAK_SPACE, Words

CATALOGS = ("home", "web")
LOCAL = ZoneInfo("Europe/Stockholm")
# EIFS 2016:2, 1 kap. 2 §: meter values are registered in Swedish normal time, without summer time.
NORMAL = timezone(timedelta(hours=1), "UTC+1")
UNKNOWN = "–"

_KILO_FROM_W = 10_000
_DAY_S = 86_400
# The unit of an age, its size, and the age from which on the next one says it.
_AGES = (("s", 1, 90), ("min", 60, 5400), ("h", 3600, 2 * _DAY_S))


def tariff_zone(house: HouseTable) -> tzinfo:
    """The time zone that the tariff counts its days and hours in."""
    return NORMAL if house.tariff_time == "normal" else LOCAL


class HomeWords(Words):
    """The words of the pages. Whatever is None is unknown and becomes a dash: never 0."""

    def __init__(self, language: str, zone: tzinfo = LOCAL) -> None:
        super().__init__(language, CATALOGS, zone)

    def power(self, power_w: int | None) -> str:
        """`1 234 W`, and from 10 kW on `12,35 kW`."""
        small = power_w is None or abs(power_w) < _KILO_FROM_W
        return self.watt(power_w) if small else self.kw(power_w)

    def energy(self, energy_wh: int | None) -> str:
        """kWh with two decimals below 100 kWh, one below 1 000, none above."""
        size = abs(energy_wh or 0)
        return self.kwh(energy_wh, 2 if size < 100_000 else 1 if size < 1_000_000 else 0)

    def tick(self, value: int, upright: Scale) -> str:
        """A label of an upright scale, in thousands."""
        return self.n(Decimal(value).scaleb(-3), upright.decimals)

    def cell(self, energy_wh: int | None) -> str:
        """The kWh of a table's cell: to the Wh, without the unit."""
        return UNKNOWN if energy_wh is None else self.n(Decimal(energy_wh).scaleb(-3), 3)

    def percent(self, percent: int | None) -> str:
        """`41 %`, in English `41%`."""
        if percent is None:
            return UNKNOWN
        return self.n(percent) + (NO_BREAK_SPACE if self.language == "sv" else "") + "%"

    def day(self, day: date) -> str:
        """`onsdag 25 november 2026`."""
        return self.date(day, "EEEE d MMMM y")

    def short_day(self, day: date) -> str:
        """`ons 25 nov.`."""
        return self.date(day, "EEE d MMM")

    def hours(self, start: datetime, end: datetime) -> str:
        """`14:00–15:00`."""
        return f"{self.time(start)}–{self.time(end)}"

    def until(self, at: datetime, *, day: bool) -> str:
        """A moment up to which something goes: `14:15`, with its day `25 nov. 14:15`."""
        return self.date(at, "d MMM") + " " + self.time(at) if day else self.time(at)

    def time_of(self, at_s: float) -> str:
        """The time of day of seconds since 1970."""
        return self.time(datetime.fromtimestamp(at_s, UTC))

    def age(self, seconds: float | None) -> str:
        """`för 4 s sedan`, in one unit: the page's script goes on with the same words."""
        if seconds is None:
            return UNKNOWN
        for unit, size, until in _AGES:
            if seconds < until:
                return self.t(f"age.{unit}", count=str(int(seconds // size)))
        return self.t("age.d", count=str(int(seconds // _DAY_S)))

    @staticmethod
    def machine(at: datetime) -> str:
        """For `<time datetime>`: UTC, to the second."""
        return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
