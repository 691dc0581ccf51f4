"""A head-end that speaks JSON: docs/head-end.md, "The REST form"."""

from typing import Annotated, Literal
from urllib.parse import quote

import msgspec

from hanport.grid.headend import reported
from hanport.grid.headend.contract import Answer, Command, Outcome, PortState, Unreachable
from hanport.grid.headend.reported import PortReport, Unreadable
from hanport.grid.headend.terms import Terms
from hanport.grid.headend.wire import Reply, Wire

MOST_STATES = 10_000
_WRONG = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}
_OUTCOMES = {"done": Outcome.DONE, "failed": Outcome.FAILED, "impossible": Outcome.IMPOSSIBLE}


class _Meter(msgspec.Struct, frozen=True):
    serial: str
    maker: str
    model: str


class _Order(msgspec.Struct, frozen=True):
    """The body of a sending."""

    kind: str
    meter: _Meter
    gsrn: str
    due_at: str | None
    expires_at: str
    reply_url: str


class _Standing(msgspec.Struct, frozen=True):
    """How a command stands."""

    id: str
    state: Literal["taken", "done", "failed", "impossible"]
    at: str
    port: Literal["open", "closed", "unknown"] = "unknown"
    meter_serial: str = ""
    detail: str = ""


class _Problem(msgspec.Struct, frozen=True):
    error: str = ""


class _State(msgspec.Struct, frozen=True):
    meter_serial: str
    port: Literal["open", "closed", "unknown"]
    at: str


class _States(msgspec.Struct, frozen=True):
    states: Annotated[list[_State], msgspec.Meta(max_length=MOST_STATES)]


_STANDING = msgspec.json.Decoder(_Standing)
_PROBLEM = msgspec.json.Decoder(_Problem)
_STATES = msgspec.json.Decoder(_States)


class RestHeadEnd:
    """An integration layer that takes commands as JSON."""

    def __init__(self, terms: Terms, wire: Wire) -> None:
        self.name = terms.name
        self._terms = terms
        self._wire = wire

    async def send(self, command: Command) -> Answer | None:
        """Hand a command over; its answer, where the head-end has it at once. Raises Unreachable."""
        order = _Order(
            kind=command.kind.value,
            meter=_Meter(command.meter_serial, command.maker, command.model),
            gsrn=command.gsrn,
            due_at=command.due_at.isoformat() if command.due_at else None,
            expires_at=self._terms.expires_at().isoformat(),
            reply_url=self._terms.reply_url,
        )
        reply = await self._wire.ask("PUT", self._of(command), msgspec.json.encode(order), _HEADERS)
        match reply.status:
            case 200 | 201:
                return self._standing(reply, command)
            case 409:
                return self._refused(reply, command, Outcome.FAILED)
            case 422:
                return self._refused(reply, command, Outcome.IMPOSSIBLE)
        raise Unreachable(f"{self.name} answered {reply.status}.")

    async def ask(self, command: Command) -> Answer | None:
        """How a command that was taken stands. Raises Unreachable, also when the head-end does not know it."""
        reply = await self._wire.ask("GET", self._of(command), headers={"Accept": "application/json"})
        if reply.status == 200:
            return self._standing(reply, command)
        if reply.status == 404:
            raise Unreachable(f"{self.name} does not know the command any more.", "It is sent again.")
        raise Unreachable(f"{self.name} answered {reply.status}.")

    async def close(self) -> None:
        """Let go of the connections."""
        await self._wire.close()

    def _of(self, command: Command) -> str:
        return f"{self._terms.url}/commands/{quote(command.id, safe='')}"

    def _standing(self, reply: Reply, command: Command) -> Answer | None:
        try:
            standing = _decoded(reply.body)
            if standing.id != command.id:
                raise Unreadable("The reply is about another command.")
            return None if standing.state == "taken" else _answer(standing)
        except Unreadable as error:
            raise Unreachable(f"{self.name} sent a reply that cannot be read.", error.problem) from error

    def _refused(self, reply: Reply, command: Command, outcome: Outcome) -> Answer:
        try:
            said = _PROBLEM.decode(reply.body).error
        except _WRONG:
            said = ""
        words = reported.detail(said) or f"refused with {reply.status}"
        return Answer(command.id, outcome, self._terms.clock.now(), detail=words)


def parse_result(body: bytes) -> Answer:
    """The answer in a body that the head-end posted to the reply address. Raises Unreadable."""
    standing = _decoded(body)
    if standing.state == "taken":
        raise Unreadable("A command that is only taken has no answer yet.", "Post it when it has ended.")
    return _answer(standing)


def parse_states(body: bytes) -> list[PortReport | Unreadable]:
    """Ports' states that the head-end reports unasked, each row by itself. Raises Unreadable for the whole."""
    try:
        states = _STATES.decode(body).states
    except _WRONG as error:
        raise _malformed(error) from None
    return [_report(state) for state in states]


def _report(state: _State) -> PortReport | Unreadable:
    try:
        return PortReport(reported.meter_serial(state.meter_serial), PortState(state.port), reported.instant(state.at))
    except Unreadable as error:
        return error


def _decoded(body: bytes) -> _Standing:
    try:
        return _STANDING.decode(body)
    except _WRONG as error:
        raise _malformed(error) from None


def _answer(standing: _Standing) -> Answer:
    return Answer(
        command_id=reported.command_id(standing.id),
        outcome=_OUTCOMES[standing.state],
        at=reported.instant(standing.at),
        port=PortState(standing.port),
        meter_serial=reported.meter_serial(standing.meter_serial) if standing.meter_serial else "",
        detail=reported.detail(standing.detail),
    )


def _malformed(error: Exception) -> Unreadable:
    """A wrong value itself is not repeated: it may be a personal number."""
    if isinstance(error, msgspec.ValidationError):
        _, _, place = str(error).rpartition(" - at ")
        at = f" at {place.strip('`')}" if place.startswith("`$") else ""
        return Unreadable(f"A field is missing or wrong{at}.", "Compare it with docs/head-end.md.")
    return Unreadable("The body is no JSON.", "Send one JSON object in UTF-8.")
