"""Posts answers to the reply address until they are taken, and what a head-end sees of ports by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import httpx

from hanport.clock import Clock
from hanport.meter.headend.book import Entry
from hanport.meter.headend.faults import Fault, Faults
from hanport.meter.headend.values import Command, Form, Kind, Port, Standing, State

STRAY_ID = "nobody-sent-this"
OTHER_METER = "00000000"
GARBAGE = b"\xff\xfe<garbage \x00 {"
_AGAIN = {408, 429}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long an answer is tried: again after `first_s`, doubled up to `longest_s`, for `for_s`."""

    first_s: float = 1.0
    longest_s: float = 300.0
    for_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Body:
    """A message, ready to be posted."""

    content_type: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a meter unasked."""

    meter: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Writer:
    """How a form writes an answer to a command, and a report of what was seen unasked."""

    answer: Callable[[Command, Standing], Body]
    report: Callable[[Sequence[Seen]], Body]


class Teller:
    """Writes in the form in which a command came. The client carries the token that the service knows it by."""

    def __init__(
        self, client: httpx.AsyncClient, writers: Mapping[Form, Writer], faults: Faults, *, clock: Clock, pace: Pace
    ) -> None:
        self._client = client
        self._writers = writers
        self._faults = faults
        self._clock = clock
        self._pace = pace

    async def tell(self, entry: Entry) -> None:
        """Post how a command ended, until it is taken, or not wanted, or it has been tried for long enough."""
        command, standing, writer = entry.command, entry.standing, self._writers[entry.command.form]
        if self._strikes(Fault.LOSE_ANSWER, entry):
            return
        if self._strikes(Fault.GARBAGE_ANSWER, entry):
            await self._post(command.reply_url, replace(writer.answer(command, standing), text=GARBAGE))
            return
        if self._strikes(Fault.STRAY_ANSWER, entry):
            await self._post(command.reply_url, writer.answer(replace(command, id=STRAY_ID), standing))
        if self._strikes(Fault.WRONG_METER, entry):
            command = replace(command, meter=OTHER_METER)
        body = writer.answer(command, standing)
        await self._deliver(entry, body)
        if self._strikes(Fault.DOUBLE_ANSWER, entry):
            await self._deliver(entry, body)
        if self._strikes(Fault.CONTRADICT, entry):
            await self._deliver(entry, writer.answer(command, contrary(command, standing)))

    async def report(self, url: str, form: Form, seen: Sequence[Seen]) -> bool:
        """Post what was seen of meters unasked, once. Returns whether it was taken."""
        status = await self._post(url, self._writers[form].report(seen))
        return status is not None and 200 <= status < 300

    async def _deliver(self, entry: Entry, body: Body) -> None:
        wait_s = self._pace.first_s
        give_up_s = self._clock.monotonic() + self._pace.for_s
        while True:
            entry.posts += 1
            status = await self._post(entry.command.reply_url, body)
            if status is not None and 200 <= status < 300:
                entry.is_told = True
                return
            unwanted = status is not None and 400 <= status < 500 and status not in _AGAIN
            if unwanted or self._clock.monotonic() + wait_s > give_up_s:
                return
            await self._clock.sleep(wait_s)
            wait_s = min(2 * wait_s, self._pace.longest_s)

    async def _post(self, url: str, body: Body) -> int | None:
        """The status of the reply; None: there was none."""
        headers = {"Content-Type": body.content_type}
        try:
            async with self._client.stream("POST", url, content=body.text, headers=headers) as reply:
                return reply.status_code
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            return None

    def _strikes(self, fault: Fault, entry: Entry) -> bool:
        return self._faults.strike(fault, entry.command.meter) is not None


def contrary(command: Command, standing: Standing) -> Standing:
    """The contrary of how a command stands: failed for done, the other state for a reading."""
    if command.kind is Kind.READ and standing.state is State.DONE:
        return replace(standing, port=standing.port.opposite)
    if standing.state is State.DONE:
        return replace(standing, state=State.FAILED, port=Port.UNKNOWN, detail="It failed after all.")
    wished = {Kind.OPEN: Port.OPEN, Kind.CLOSE: Port.CLOSED, Kind.READ: Port.OPEN}
    return replace(standing, state=State.DONE, port=wished.get(command.kind, Port.UNKNOWN), detail="")
