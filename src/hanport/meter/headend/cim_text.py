"""Writes the messages of the CIM form: IEC 61968-9 payloads in the envelope of IEC 61968-100, bare or within SOAP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4
from xml.sax.saxutils import escape, quoteattr

from hanport.clock import Clock
from hanport.meter.headend.codes import Codes
from hanport.meter.headend.telling import Body, Seen, Writer
from hanport.meter.headend.values import Command, Form, Standing

MESSAGE = "http://iec.ch/TC57/2011/schema/message"
CONTROLS = "http://iec.ch/TC57/2011/EndDeviceControls#"
EVENTS = "http://iec.ch/TC57/2011/EndDeviceEvents#"
SOAP = {
    Form.CIM_SOAP11: "http://schemas.xmlsoap.org/soap/envelope/",
    Form.CIM_SOAP12: "http://www.w3.org/2003/05/soap-envelope",
}
CONTENT_TYPES = {
    Form.CIM: "application/xml; charset=utf-8",
    Form.CIM_SOAP11: "text/xml; charset=utf-8",
    Form.CIM_SOAP12: "application/soap+xml; charset=utf-8",
}
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reply says: taken, or not and why. `code` is "0.0" for what is taken."""

    code: str = "0.0"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CimText:
    """Writes messages of a head-end that calls itself `source`."""

    codes: Codes
    clock: Clock
    source: str = "headend"

    def writer(self, form: Form) -> Writer:
        """How answers are written in that form."""

        def answer(command: Command, standing: Standing) -> Body:
            event = self._event(command.id, command.meter, standing, self.codes.outcome(command, standing))
            return self._events(form, command.id, [event])

        def report(seen: Sequence[Seen]) -> Body:
            events = [self._event("", each.meter, each.standing, self.codes.port(each.standing.port)) for each in seen]
            return self._events(form, "", events)

        return Writer(answer, report)

    def reply(self, form: Form, noun: str, correlation_id: str, verdict: Verdict, *, payload: str = "") -> Body:
        """The reply to a request."""
        lines = [self._header("reply", noun, correlation_id), "<Reply>"]
        lines.append(f"<Result>{'OK' if verdict.code == '0.0' else 'FAILED'}</Result>")
        lines.append(f"<Error><code>{escape(verdict.code)}</code>")
        if verdict.reason:
            lines.append(f"<level>FATAL</level><reason>{escape(verdict.reason)}</reason>")
        lines.append("</Error></Reply>")
        if payload:
            lines.append(f"<Payload>{payload}</Payload>")
        return self._message(form, "ResponseMessage", "".join(lines))

    def answer_within(self, command: Command, standing: Standing) -> str:
        """The answer to a command as the payload of a reply."""
        return _payload([self._event(command.id, command.meter, standing, self.codes.outcome(command, standing))])

    def _events(self, form: Form, correlation_id: str, events: Sequence[str]) -> Body:
        header = self._header("created", "EndDeviceEvents", correlation_id, message_id=str(uuid4()))
        return self._message(form, "EventMessage", f"{header}<Payload>{_payload(events)}</Payload>")

    def _header(self, verb: str, noun: str, correlation_id: str, *, message_id: str = "") -> str:
        parts = [f"<Header><Verb>{verb}</Verb><Noun>{noun}</Noun>"]
        parts.append(f"<Timestamp>{_time(self.clock.now())}</Timestamp><Source>{escape(self.source)}</Source>")
        if message_id:
            parts.append(f"<MessageID>{message_id}</MessageID>")
        if correlation_id:
            parts.append(f"<CorrelationID>{escape(correlation_id)}</CorrelationID>")
        return "".join([*parts, "</Header>"])

    def _event(self, command_id: str, meter: str, standing: Standing, code: str) -> str:
        parts = [f"<EndDeviceEvent><createdDateTime>{_time(standing.at)}</createdDateTime>"]
        if command_id:
            parts.append(f"<issuerTrackingID>{escape(command_id)}</issuerTrackingID>")
        if standing.detail:
            parts.append(f"<reason>{escape(standing.detail[:200])}</reason>")
        parts.append(f"<Assets><mRID>{escape(meter)}</mRID></Assets>")
        return "".join([*parts, f"<EndDeviceEventType ref={quoteattr(code)}/></EndDeviceEvent>"])

    def _message(self, form: Form, name: str, inner: str) -> Body:
        text = f'<{name} xmlns="{MESSAGE}">{inner}</{name}>'
        if form in SOAP:
            text = f'<soap:Envelope xmlns:soap="{SOAP[form]}"><soap:Body>{text}</soap:Body></soap:Envelope>'
        return Body(CONTENT_TYPES[form], (_DECLARATION + text).encode())


def _payload(events: Sequence[str]) -> str:
    return f'<EndDeviceEvents xmlns="{EVENTS}">{"".join(events)}</EndDeviceEvents>'


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
