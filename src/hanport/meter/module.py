"""The HAN module of a meter as a state machine: whether it sends now, what, and when it hangs.

A pure function of the times and inputs it is given: no clock and no line of its own. Times are aware, in UTC, and
must not go backwards.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from hanport.errors import ConfigError
from hanport.meter.line import P1_LINE, Line
from hanport.models.model import Module

LONGEST_INTERVAL_S = 3600
LONGEST_SILENCE_S = 60  # after power-on (Energiföretagen's recommendation v2.0, footnote 3)
HANGS_AFTER_DAYS = (120, 183)  # four to six months, as network companies tell their customers


class Sends(StrEnum):
    """What the module puts on the line when its interval comes round."""

    NOTHING = "nothing"
    IDENTIFICATION = "identification"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class ModuleSetup:
    """The kind of module and how it sends: every `interval_s` (1 to 3600 s) on `line`.

    `identification` is all that an OMNIPOWER's P1 module sends while nobody feeds it. Raises `ConfigError`.
    """

    kind: Module = Module.SELF_POWERED
    interval_s: int = 10
    line: Line = P1_LINE
    identification: bytes = b"/KAM5\r\n\r\n"
    seed: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.interval_s <= LONGEST_INTERVAL_S:
            raise ConfigError(
                f"An interval of {self.interval_s} s is not possible.", f"Give 1 to {LONGEST_INTERVAL_S} seconds."
            )


@dataclass(frozen=True, slots=True)
class State:
    """The module as it stands.

    `open`: the network company has opened the port. `powered`: the meter has mains. `awake_at`: end of the silence
    after power-on. `cable_in`, `data_request` (pin 2 high) and `reader_supply` are the reader's side: the last says
    that it has a supply of its own, and so feeds 5 V into pin 1 of a module that wants it. `hangs_at`: when a module
    that has to feed its reader will give up, None while it does not have to.
    """

    open: bool
    awake_at: datetime
    powered: bool = True
    hung: bool = False
    cable_in: bool = True
    data_request: bool = True
    reader_supply: bool = True
    hangs_at: datetime | None = None


class HanModule:
    """The module's inputs and what follows from them. It begins awake and hears the first push a second later."""

    def __init__(self, setup: ModuleSetup, at: datetime, *, is_open: bool = True) -> None:
        self.setup = setup
        self._random = Random(f"module:{setup.seed}")
        self._state = State(open=is_open, awake_at=_whole_second(at + timedelta(seconds=1)))
        self._stopped_at: datetime | None = None

    @property
    def state(self) -> State:
        """The state after the last input or `advance`."""
        return self._state

    def advance(self, at: datetime) -> None:
        """Let the time pass: a module that is due to hang hangs, at its moment."""
        hangs_at = self._state.hangs_at
        if hangs_at is not None and at >= hangs_at:
            self.hang(hangs_at)

    def set_open(self, is_open: bool, at: datetime) -> None:
        """Open or close the port, as the network company does from afar."""
        self._change(at, replace(self._state, open=is_open))

    def set_cable(self, is_in: bool, at: datetime) -> None:
        """Plug the reader in or out."""
        self._change(at, replace(self._state, cable_in=is_in))

    def set_data_request(self, high: bool, at: datetime) -> None:
        """Raise or release pin 2. Released, the module stops in the middle of a telegram."""
        self._change(at, replace(self._state, data_request=high))

    def set_reader_supply(self, on: bool, at: datetime) -> None:
        """Give the reader a supply of its own, or take it away."""
        self._change(at, replace(self._state, reader_supply=on))

    def power_off(self, at: datetime) -> None:
        """Cut the mains: the display goes dark and a hang is forgotten."""
        self._change(at, replace(self._state, powered=False, hung=False))

    def power_on(self, at: datetime) -> None:
        """Give the mains back: the module is silent for up to a minute, then sends as before."""
        silence_s = self._random.randint(LONGEST_SILENCE_S // 3, LONGEST_SILENCE_S - 1)
        awake_at = _whole_second(at + timedelta(seconds=silence_s))
        self._change(at, replace(self._state, powered=True, awake_at=awake_at))

    def power_cycle(self, at: datetime) -> None:
        """Main switch off and on again."""
        self.power_off(at)
        self.power_on(at)

    def hang(self, at: datetime) -> None:
        """Hang for good: only a power cycle helps."""
        self._change(at, replace(self._state, hung=True))

    def next_push(self, after: datetime) -> datetime:
        """The first moment later than that at which the interval comes round, whether anything is sent or not."""
        awake_at = self._state.awake_at
        if after < awake_at:
            return awake_at
        interval = timedelta(seconds=self.setup.interval_s)
        return awake_at + ((after - awake_at) // interval + 1) * interval

    def sends(self, at: datetime) -> Sends:
        """What goes out if the interval comes round then. A line that nobody holds high stays silent."""
        state = self._state
        if not (state.open and state.powered and state.cable_in and state.data_request) or state.hung:
            return Sends.NOTHING
        if at < state.awake_at:
            return Sends.NOTHING
        if self.setup.kind is Module.OMNIPOWER_P1 and not state.reader_supply:
            return Sends.IDENTIFICATION
        return Sends.TELEGRAM

    def sent(self, begun_at: datetime, data: bytes, line: Line) -> bytes:
        """What of bytes that began to leave at that moment got out: all, or those before the module was stopped."""
        stopped_at = self._stopped_at
        if stopped_at is None or stopped_at < begun_at:
            return data
        bits = (stopped_at - begun_at).total_seconds() * line.setting.baud
        return data[: int(bits / line.setting.byte_bits)]

    def _change(self, at: datetime, state: State) -> None:
        before = self.sends(at)
        self._state = replace(state, hangs_at=self._hangs_at(at, state))
        if before is not Sends.NOTHING and self.sends(at) is not before:
            self._stopped_at = at

    def _hangs_at(self, at: datetime, state: State) -> datetime | None:
        """A reader that lives on the module's weak supply wears it down from the moment it is plugged in."""
        weak = self.setup.kind is Module.SELF_POWERED and not state.reader_supply
        if not weak or state.hung or not (state.powered and state.cable_in):
            return None
        if state.hangs_at is not None:
            return state.hangs_at
        first, last = (days * 86_400 for days in HANGS_AFTER_DAYS)
        return at + timedelta(seconds=self._random.randint(first, last))


def _whole_second(at: datetime) -> datetime:
    """The same or the next whole second."""
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)
