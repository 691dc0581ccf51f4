"""The adapter: commands out as EndDeviceControls, and the question how one stands."""

from datetime import datetime

from hanport.grid.headend import reported
from hanport.grid.headend.cim import events, messages, xml
from hanport.grid.headend.cim.codes import Codes
from hanport.grid.headend.cim.messages import Sender
from hanport.grid.headend.contract import Answer, Command, Outcome, Unreachable
from hanport.grid.headend.reported import Unreadable
from hanport.grid.headend.terms import Terms
from hanport.grid.headend.wire import Wire


class CimHeadEnd:
    """A head-end that speaks IEC 61968-9. Not `asks`: it knows no `get`, and its answers are waited for."""

    def __init__(self, terms: Terms, wire: Wire, *, codes: Codes, sender: Sender, asks: bool = True) -> None:
        self.name = terms.name
        self._terms = terms
        self._wire = wire
        self._codes = codes
        self._sender = sender
        self._asks = asks

    async def send(self, command: Command) -> Answer | None:
        """Hand a command over. An answer at once is a refusal. Raises Unreachable."""
        at = self._terms.clock.now()
        code = self._codes.commands[command.kind]
        try:
            body = messages.create(command, code, sender=self._sender, at=at, expires_at=self._terms.expires_at())
        except ValueError:
            return Answer(command.id, Outcome.IMPOSSIBLE, at, detail="the serial number cannot be written in XML")
        message = await self._exchange(body, command)
        if message.text("Reply/Result") == "OK":
            return None
        return self._refusal(message, command, at)

    async def ask(self, command: Command) -> Answer | None:
        """The newest answer to the command, if there is one. Raises Unreachable."""
        if not self._asks:
            return None
        at = self._terms.clock.now()
        message = await self._exchange(messages.get(command.id, sender=self._sender, at=at), command)
        if message.text("Reply/Result") != "OK":
            code = reported.detail(message.text("Reply/Error/code"))
            raise Unreachable(f"{self.name} does not say how the command stands (code {code or 'missing'}).")
        if message.payload(f"{xml.EVENTS}EndDeviceEvents") is None:
            return None
        try:
            answers, _ = events.read(message, self._codes)
        except Unreadable as error:
            raise Unreachable(f"{self.name} sent a reply that cannot be read.", error.problem) from error
        return max((each for each in answers if each.command_id == command.id), key=_when, default=None)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._wire.close()

    async def _exchange(self, body: bytes, command: Command) -> xml.Message:
        headers = {"Content-Type": f"{xml.CONTENT_TYPES[self._sender.envelope]}; charset=utf-8"}
        if self._sender.envelope == xml.SOAP_11:
            headers["SOAPAction"] = '""'
        reply = await self._wire.ask("POST", self._terms.url, body, headers)
        if reply.status != 200:
            raise Unreachable(f"{self.name} answered {reply.status}.")
        try:
            message = xml.read(reply.body)
        except Unreadable as error:
            raise Unreachable(f"{self.name} sent a reply that cannot be read.", error.problem) from error
        is_reply = message.kind == "ResponseMessage" and message.text("Header/Verb") == "reply"
        if not is_reply or message.text("Header/CorrelationID") != command.id:
            raise Unreachable(f"{self.name} replied to something else.")
        return message

    def _refusal(self, message: xml.Message, command: Command, at: datetime) -> Answer:
        code = message.text("Reply/Error/code")
        words = reported.detail(f"{code} {message.text('Reply/Error/reason')}")
        if code in self._codes.refused_for_good:
            return Answer(command.id, Outcome.IMPOSSIBLE, at, detail=words)
        if code in self._codes.refused_id:
            return Answer(command.id, Outcome.FAILED, at, detail=words)
        raise Unreachable(f"{self.name} did not take the command ({words or 'without a code'}).")


def _when(answer: Answer) -> datetime:
    return answer.at
