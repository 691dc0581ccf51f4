"""What periods and bars are called."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from hanport.home.web.pagedata_bars import Chart
from hanport.home.web.pagedata_history import Bar, History
from hanport.home.web.pagedata_period import Period, Step, View
from hanport.home.web.pagedata_words import HomeWords

_YEARS_LABELLED = 12


@dataclass(frozen=True, slots=True)
class Tick:
    """A label below the chart, in percent of its width; those that are not `major` are left out on a phone."""

    x: float
    text: str
    major: bool


def title(period: Period, words: HomeWords) -> str:
    """The period's name as a heading."""
    match period.view:
        case View.DAY:
            return words.day(period.first)
        case View.MONTH:
            return words.month(period.first)
        case View.YEAR:
            return str(period.first.year)
    first, last = period.first.year, period.after.year - 1
    return str(first) if first == last else f"{first}–{last}"


def nearness(period: Period, today: date) -> str:
    """The key of the word for a period near today (`today`, `yesterday`, `this_month` ...), or ""."""
    if period.view is View.ALL:
        return ""
    if period.first <= today < period.after:
        return {View.DAY: "today", View.MONTH: "this_month", View.YEAR: "this_year"}[period.view]
    if period.after <= today and (following := period.next()) and following.first <= today < following.after:
        return {View.DAY: "yesterday", View.MONTH: "last_month", View.YEAR: "last_year"}[period.view]
    return ""


def bar_label(bar: Bar, period: Period, words: HomeWords) -> str:
    """What a bar stands for, in full: `14:00–15:00`, `onsdag 25 november 2026`, `november 2026`, `2026`."""
    match period.view:
        case View.DAY:
            return words.hours(bar.start, bar.end) + _doubled(bar.start, period.zone, words)
        case View.MONTH:
            return words.day(words.local(bar.start).date())
        case View.YEAR:
            return words.month(words.local(bar.start).date())
    return str(words.local(bar.start).year)


def _doubled(at: datetime, zone: tzinfo, words: HomeWords) -> str:
    """Which one it is, in the hour that comes twice when summer time ends."""
    local = at.astimezone(zone)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return ""
    return " " + words.t("history.normal_hour" if local.fold else "history.summer_hour")


def clock_change(period: Period) -> int:
    """The hours of a day that is not 24 h long; 0 for all others."""
    hours = (period.end - period.begin) // timedelta(hours=1)
    return hours if period.view is View.DAY and hours != 24 else 0


def ticks(drawn: Chart, history: History, words: HomeWords) -> list[Tick]:
    """The labels below the bars."""
    view = history.period.view
    made = []
    for bar in drawn.bars:
        start = words.local(bar.bar.start)
        match view:
            case View.DAY:
                if start.minute == 0 and start.hour % 3 == 0:
                    made.append(Tick(bar.place.x, f"{start:%H}", start.hour % 6 == 0))
            case View.MONTH:
                made.append(Tick(bar.middle, str(start.day), start.day == 1 or start.day % 5 == 0))
            case View.YEAR:
                made.append(Tick(bar.middle, words.date(start.date(), "LLL").rstrip("."), True))
            case View.ALL:
                made.append(Tick(bar.middle, str(start.year), len(drawn.bars) <= _YEARS_LABELLED // 2))
    return made if view is not View.ALL or len(made) <= _YEARS_LABELLED else made[:: len(made) // _YEARS_LABELLED + 1]


def step_word(history: History) -> str:
    """The key of the word for what a bar holds."""
    if history.period.view is View.DAY:
        return "quarter" if history.step is Step.QUARTER else "hour"
    return {View.MONTH: "day", View.YEAR: "month"}.get(history.period.view, "year")
