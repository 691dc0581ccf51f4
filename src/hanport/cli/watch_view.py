"""The live view of `watch`: what has been seen, as lines for a terminal of any width, colours and letters."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from rich.text import Text

from hanport.locale import number, text
from hanport.port.telegram import Telegram
from hanport.port.values import Reading, Rejected
from hanport.sources.stream import Bytes, Connected, Event, Lost, Received

WARN_PERCENT = 80
FULL_PERCENT = 100
_LABEL_CELLS = 10
_ASCII = str.maketrans({"\u00a0": " ", "\u2212": "-", "–": "-", "█": "#", "░": "."})


@dataclass(frozen=True, slots=True)
class Look:
    """How the view is to look: the main fuse in A, 'sv' or 'en', cells a line, and what letters the terminal has."""

    fuse_a: int
    language: str
    width: int = 80
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Seen:
    """What has come from the source so far."""

    source: str
    telegram: Telegram | None = None
    at: datetime | None = None  # when the telegram came
    telegrams: int = 0
    rejected: int = 0
    last_rejected: Rejected | None = None
    lost: Lost | None = None
    connected: bool = False
    ended: bool = False

    def and_then(self, received: Received) -> "Seen":
        """What has been seen when this has come, too."""
        match received:
            case Connected():
                return replace(self, connected=True, lost=None)
            case Lost():
                return replace(self, connected=False, lost=received)
            case Event(Rejected() as rejection):
                return replace(self, rejected=self.rejected + 1, last_rejected=rejection)
            case Event(Telegram() as telegram, at):
                return replace(self, telegram=telegram, at=at, telegrams=self.telegrams + 1)
            case Bytes() | Event():
                return self


@dataclass(slots=True)
class Lines:
    """Lines that fit the width, in letters that the terminal has."""

    look: Look
    lines: list[Text] = field(default_factory=list)

    def add(self, label: str, *parts: tuple[str, str], cells: int = _LABEL_CELLS) -> None:
        """A line: its label in so many cells, then texts with their styles. What is too long is cut."""
        self.wrap(label, *parts, cells=cells)
        self.lines[-1].truncate(self.look.width)

    def wrap(self, label: str, *parts: tuple[str, str], cells: int = _LABEL_CELLS) -> None:
        """The same, but what is too long goes on in the next line."""
        line = Text()
        line.append(plain(f"{label:<{cells}}", self.look.encoding), "bold")
        for part, style in parts:
            line.append(plain(part, self.look.encoding), style)
        self.lines.append(line)


def view(seen: Seen, now: datetime, look: Look) -> Text:
    """The whole view. `now` is our wall time."""
    lines = Lines(look)
    reading = seen.telegram.reading if seen.telegram is not None else Reading()
    identification = seen.telegram.identification if seen.telegram is not None else None
    lines.add(say(look, "meter"), (printable(identification) or dash(), ""), _protocol(seen))
    standing = (state(seen, now, look), "" if seen.connected or seen.ended else "yellow")
    lines.wrap(say(look, "source"), (f"{seen.source}, ", ""), standing)
    lines.lines.append(Text())
    for phase in (1, 2, 3):
        lines.add(f"L{phase}", *_phase(reading, phase, look), cells=_label_cells(look))
    lines.lines.append(Text())
    for key, power_w, energy_wh in (
        ("import", reading.power_import_w, reading.energy_import_wh),
        ("export", reading.power_export_w, reading.energy_export_wh),
    ):
        energy = amount(energy_wh, "kWh", look, 1000, 3)
        lines.add(say(look, key), (f"{amount(power_w, 'W', look):>11}", "bold"), (f"{energy:>18}", ""))
    lines.lines.append(Text())
    lines.wrap(say(look, "clock"), (_clock(seen, reading, look), ""))
    lines.add(say(look, "age"), (_age(seen, now, look), ""))
    lines.add(say(look, "rejected"), (_rejected(seen, look), "yellow" if seen.rejected else ""))
    return Text("\n").join(lines.lines)


def one_line(seen: Seen, look: Look) -> str:
    """The last telegram on one line, for pipes and logs."""
    assert seen.telegram is not None and seen.at is not None
    reading = seen.telegram.reading
    parts = [
        seen.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        f"{say(look, 'import')} {amount(reading.power_import_w, 'W', look)}",
        f"{say(look, 'export')} {amount(reading.power_export_w, 'W', look)}",
    ]
    for phase in (1, 2, 3):
        current_ma, voltage_mv = _of_phase(reading, phase)
        load = percent(current_ma, look.fuse_a)
        parts.append(
            f"L{phase} {amount(current_ma, 'A', look, 1000, 1)} {dash() if load is None else load} % "
            f"{amount(voltage_mv, 'V', look, 1000, 1)}"
        )
    parts.append(f"{say(look, 'energy_import')} {amount(reading.energy_import_wh, 'kWh', look, 1000, 3)}")
    parts.append(f"{say(look, 'energy_export')} {amount(reading.energy_export_wh, 'kWh', look, 1000, 3)}")
    return plain("  ".join(parts), look.encoding)


def state(seen: Seen, now: datetime, look: Look) -> str:
    """How the connection is, and what is being tried."""
    if seen.ended:
        return say(look, "ended")
    if seen.lost is not None:
        left_s = seen.lost.retry_in_s - (now - seen.lost.at).total_seconds()
        key = "lost" if left_s > 0 else "retrying"
        return say(look, key, problem=seen.lost.error.problem, seconds=number(max(1, round(left_s)), look.language))
    if seen.connected:
        return say(look, "connected" if seen.telegrams else "waiting")
    return say(look, "connecting")


def rejections(seen: Seen, look: Look) -> str:
    """How much was rejected, and why the last was."""
    return f"{say(look, 'rejected')}: {_rejected(seen, look)}"


def percent(current_ma: int | None, fuse_a: int) -> int | None:
    """Load of a phase in whole percent of the fuse, rounded up: 100.1 % is over."""
    return None if current_ma is None else -(-abs(current_ma) // (fuse_a * 10))


def amount(value: int | None, unit: str, look: Look, divisor: int = 1, decimals: int = 0) -> str:
    """A value with its unit, divided to that; a dash for None, which is not 0."""
    said = dash() if value is None else number(Decimal(value) / divisor, look.language, decimals)
    return f"{said} {unit}"


def dash() -> str:
    """What stands where the meter says nothing."""
    return "–"


def say(look: Look, key: str, **places: object) -> str:
    """A text of our catalog."""
    return text("watch", key, look.language, **places)


def plain(said: str, encoding: str) -> str:
    """The text in letters that the terminal has: as it is, or nearly so."""
    try:
        said.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        said = said.translate(_ASCII)
        try:
            said.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode("ascii")
    return said


def printable(identification: str | None) -> str:
    """What a meter calls itself, without what could steer a terminal."""
    return "".join(letter for letter in identification or "" if letter.isprintable())[:40]


def duration(seconds: float, look: Look) -> str:
    """A span of time in its largest fitting unit."""
    for key, length_s in (("days", 172_800), ("hours", 7200), ("minutes", 120)):
        if seconds >= length_s:
            unit_s = {"days": 86_400, "hours": 3600, "minutes": 60}[key]
            return say(look, key, count=number(int(seconds // unit_s), look.language))
    return say(look, "seconds", count=number(int(seconds), look.language))


def _protocol(seen: Seen) -> tuple[str, str]:
    return (f"  {seen.telegram.protocol}" if seen.telegram is not None else "", "dim")


def _of_phase(reading: Reading, phase: int) -> tuple[int | None, int | None]:
    currents = (reading.current_l1_ma, reading.current_l2_ma, reading.current_l3_ma)
    voltages = (reading.voltage_l1_mv, reading.voltage_l2_mv, reading.voltage_l3_mv)
    return currents[phase - 1], voltages[phase - 1]


def _phase(reading: Reading, phase: int, look: Look) -> Iterator[tuple[str, str]]:
    """Current, voltage, a bar of the load and its percentage. The colour says nothing that the sign does not."""
    current_ma, voltage_mv = _of_phase(reading, phase)
    load = percent(current_ma, look.fuse_a)
    yield f"{amount(current_ma, 'A', look, 1000, 1):>8}", "bold"
    yield f"{amount(voltage_mv, 'V', look, 1000, 1):>9} ", ""
    if load is None:
        yield f"{dash():>5} %", ""
        return
    style, sign = (
        ("green", "") if load <= WARN_PERCENT else ("yellow", " !") if load <= FULL_PERCENT else ("red", " !!")
    )
    over = f" {say(look, 'over')}" if load > FULL_PERCENT else ""
    fuse = say(look, "of_fuse", fuse=number(look.fuse_a, look.language))
    cells = look.width - _label_cells(look) - 18 - 7 - len(" !! ") - len(say(look, "over")) - len(fuse) - 2
    if cells < 8:  # a narrow terminal: the percentage and the sign say it, and the fuse is known
        fuse, over, cells = "", "", look.width - _label_cells(look) - 18 - 7 - len(" !!")
    if cells >= 3:
        full = min(cells, round(cells * load / 100))
        yield "█" * full, style
        yield "░" * (cells - full), "dim"
    yield f"{number(load, look.language):>5} %{sign}{over}", style
    if fuse:
        yield f" {fuse}", "dim"


def _label_cells(look: Look) -> int:
    return _LABEL_CELLS if look.width >= 60 else 3


def _clock(seen: Seen, reading: Reading, look: Look) -> str:
    if reading.at is None or seen.at is None:
        return dash()
    offset_s = round((reading.at - seen.at).total_seconds())
    shown = reading.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    key = "clock_ahead" if offset_s > 0 else "clock_behind" if offset_s < 0 else "clock_exact"
    places = {"offset": duration(abs(offset_s), look)} if offset_s else {}
    return say(look, key, time=shown, **places)


def _age(seen: Seen, now: datetime, look: Look) -> str:
    if seen.at is None:
        return dash()
    age = duration(max(0.0, (now - seen.at).total_seconds()), look)
    return say(look, "age_ago", age=age, count=number(seen.telegrams, look.language))


def _rejected(seen: Seen, look: Look) -> str:
    if seen.last_rejected is None:
        return "0"
    reason = say(look, f"reason.{seen.last_rejected.reason}")
    return say(look, "rejected_last", count=number(seen.rejected, look.language), reason=reason)
