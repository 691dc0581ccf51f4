"""Virtual meters as a head-end: each command goes to the meter's own control interface and is answered at once."""

from collections import OrderedDict
from collections.abc import Mapping

import msgspec

from hanport.clock import Clock
from hanport.grid.headend.contract import Answer, Command, CommandKind, Outcome, PortState, Unreachable
from hanport.grid.headend.wire import Wire

_REMEMBERED = 10_000
_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}


class _Module(msgspec.Struct, frozen=True):
    open: bool


class _Status(msgspec.Struct, frozen=True):
    """What is of use in a virtual meter's status."""

    module: _Module


_STATUS = msgspec.json.Decoder(_Status)


class VirtualHeadEnd:
    """`meters`: serial number -> address of the control interface."""

    def __init__(self, name: str, wire: Wire, meters: Mapping[str, str], clock: Clock) -> None:
        self.name = name
        self._wire = wire
        self._meters = meters
        self._clock = clock
        # A restart is not the same when it is done twice, so those that were done are remembered.
        self._restarted: OrderedDict[str, Answer] = OrderedDict()

    async def send(self, command: Command) -> Answer | None:
        """Carry the command out. Raises Unreachable when the meter cannot be spoken to."""
        meter = self._meters.get(command.meter_serial)
        if meter is None:
            return self._answer(command, Outcome.IMPOSSIBLE, detail="no such virtual meter")
        if command.id in self._restarted:
            return self._restarted[command.id]
        match command.kind:
            case CommandKind.OPEN | CommandKind.CLOSE:
                wanted = msgspec.json.encode({"open": command.kind is CommandKind.OPEN})
                await self._of(meter, "POST", "/port", wanted)
                return self._answer(command, Outcome.DONE)
            case CommandKind.RESTART:
                await self._of(meter, "POST", "/power-cycle")
                return self._remember(self._answer(command, Outcome.DONE))
            case CommandKind.READ:
                status = await self._of(meter, "GET", "/state")
                port = PortState.OPEN if status.module.open else PortState.CLOSED
                return self._answer(command, Outcome.DONE, port)

    async def ask(self, command: Command) -> Answer | None:
        """Nothing is ever outstanding."""
        return None

    async def close(self) -> None:
        """Let go of the connections."""
        await self._wire.close()

    async def _of(self, meter: str, method: str, path: str, body: bytes = b"") -> _Status:
        reply = await self._wire.ask(method, f"{meter}/api/v1{path}", body, _HEADERS)
        if reply.status != 200:
            raise Unreachable(f"{self.name}: the virtual meter answered {reply.status}.")
        try:
            return _STATUS.decode(reply.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise Unreachable(f"{self.name}: what answers is no virtual meter.") from None

    def _answer(
        self, command: Command, outcome: Outcome, port: PortState = PortState.UNKNOWN, *, detail: str = ""
    ) -> Answer:
        return Answer(command.id, outcome, self._clock.now(), port, command.meter_serial, detail)

    def _remember(self, answer: Answer) -> Answer:
        self._restarted[answer.command_id] = answer
        if len(self._restarted) > _REMEMBERED:
            self._restarted.popitem(last=False)
        return answer
