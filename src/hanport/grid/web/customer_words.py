"""What the customers' pages say beyond the words of the shell: days of the law's clock, times near now, prices."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from hanport.web.words import Words

_LAST_MOMENT = timedelta(seconds=1)


class CustomerWords:
    """How things are said on one page, at the instant at which it is made."""

    def __init__(self, words: Words, at: datetime) -> None:
        self._words = words
        self._at = at

    def day(self, at: datetime) -> str:
        """`torsdag 26 november`, with the year where it is another."""
        is_this_year = self._words.local(at).year == self._words.local(self._at).year
        return self._words.date(at, "EEEE d MMMM" if is_this_year else "EEEE d MMMM y")

    def by_day(self, at: datetime) -> str:
        """The day that a deadline is the end of: one at 00:00 is over with the day before."""
        return self.day(at - _LAST_MOMENT)

    def last_day(self, at: datetime) -> str:
        """The last day of a period that ends at that instant: `31 december 2026`."""
        return self._words.date(at - _LAST_MOMENT, "d MMMM y")

    def left(self, at: datetime) -> str:
        """How long until then, `1 dygn 14 h`; "" where it is over."""
        seconds = (at - self._at).total_seconds()
        return self._words.span(seconds) if seconds > 0 else ""

    def moment(self, at: datetime) -> str:
        """`i dag 09:12`, `i går 21:40`, else the day and the time."""
        then, now = self._words.local(at).date(), self._words.local(self._at).date()
        for days, key in ((0, "today"), (1, "yesterday")):
            if then == now - timedelta(days=days):
                return self._words.t(f"moment.{key}", time=self._words.time(at))
        return self._words.t("moment.other", day=self.day(at), time=self._words.time(at))

    def last_day_of(self, day: date) -> str:
        """The last day before `day`: `31 december 2026`."""
        return self._words.date(day - timedelta(days=1), "d MMMM y")

    def together(self, beginning: str, names: Sequence[str]) -> str:
        """Texts `<beginning>.<name>` in a row: `e-post, sms och brev`."""
        said = [self._words.t(f"{beginning}.{name}") for name in names]
        return f" {self._words.t('words.and')} ".join(filter(None, (", ".join(said[:-1]), said[-1]))) if said else ""

    def price(self, ore: int) -> str:
        """`500 kr`; whole crowns without decimals."""
        crowns = Decimal(ore) / 100
        return self._words.with_unit(crowns, "kr", 0 if crowns == crowns.to_integral_value() else 2)
