"""Meters and the head-end before them, in memory, with everything that can go wrong on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hanport.grid.headend.contract import Answer, Command, CommandKind, HeadEnd, Outcome, PortState, Unreachable


class Trouble(StrEnum):
    """What happens to one sending."""

    NONE = "none"
    LOSE_REQUEST = "lose_request"  # it never arrives
    LOSE_REPLY = "lose_reply"  # it is done, and nobody hears of it
    LATER = "later"  # it is taken, and answered when it is asked
    NEVER = "never"  # it is taken, and nothing comes
    TAKEN_DONE = "taken_done"  # it is taken and done, and the answer is lost
    FAIL = "fail"
    FAIL_DONE = "fail_done"  # it says that it failed, and it was done
    LIE = "lie"  # it says that it is done, and did nothing
    IMPOSSIBLE = "impossible"
    NO_STATE = "no_state"  # done, and a reading says nothing


@dataclass
class Field:
    """`open_ports`: the truth. `orders`: what meters were made to do, in order, each command once."""

    now: Callable[[], datetime]
    name: str = "work-list"
    trouble: Callable[[Command], Trouble] = lambda command: Trouble.NONE
    open_ports: set[str] = field(default_factory=set)
    arrived: list[Command] = field(default_factory=list)
    orders: list[tuple[str, CommandKind]] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    outstanding: dict[str, Answer] = field(default_factory=dict)

    def named(self, name: str) -> HeadEnd:
        return self

    async def send(self, command: Command) -> Answer | None:
        trouble = self.trouble(command)
        if trouble is Trouble.LOSE_REQUEST:
            raise Unreachable("The head-end does not answer.")
        self.arrived.append(command)
        if command.id in self.answers:
            return self.answers[command.id]
        answer = self._carry_out(command, trouble)
        match trouble:
            case Trouble.LOSE_REPLY:
                raise Unreachable("The reply was lost.")
            case Trouble.LATER:
                self.outstanding[command.id] = answer
                return None
            case Trouble.NEVER | Trouble.TAKEN_DONE:
                return None
        return answer

    async def ask(self, command: Command) -> Answer | None:
        return self.outstanding.pop(command.id, None)

    async def close(self) -> None: ...

    def _carry_out(self, command: Command, trouble: Trouble) -> Answer:
        serial, at = command.meter_serial, self.now()
        if trouble is Trouble.IMPOSSIBLE:
            return Answer(command.id, Outcome.IMPOSSIBLE, at, detail="no such meter")
        if trouble not in (Trouble.FAIL, Trouble.LIE, Trouble.NEVER, Trouble.NO_STATE):
            self._do(command)
        if trouble in (Trouble.FAIL, Trouble.FAIL_DONE, Trouble.NEVER):
            return Answer(command.id, Outcome.FAILED, at)
        port = PortState.OPEN if serial in self.open_ports else PortState.CLOSED
        is_said = command.kind is CommandKind.READ and trouble is not Trouble.NO_STATE
        answer = Answer(command.id, Outcome.DONE, at, port if is_said else PortState.UNKNOWN, serial)
        self.answers[command.id] = answer
        return answer

    def _do(self, command: Command) -> None:
        self.orders.append((command.meter_serial, command.kind))
        match command.kind:
            case CommandKind.OPEN:
                self.open_ports.add(command.meter_serial)
            case CommandKind.CLOSE:
                self.open_ports.discard(command.meter_serial)
