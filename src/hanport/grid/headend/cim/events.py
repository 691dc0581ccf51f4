"""EndDeviceEvents of a head-end, read into answers and reports."""

from datetime import datetime

from hanport.grid.closed_xml import Element
from hanport.grid.headend import reported
from hanport.grid.headend.cim import messages, xml
from hanport.grid.headend.cim.codes import Codes
from hanport.grid.headend.cim.messages import Sender
from hanport.grid.headend.contract import Answer, Outcome, PortState
from hanport.grid.headend.reported import PortReport, Received, Unreadable


def receive(body: bytes, codes: Codes, *, source: str, at: datetime) -> Received:
    """What an EventMessage holds, and the reply to it. Raises Unreadable, with the reply that says so."""
    envelope = ""
    try:
        message = xml.read(body)
        envelope = message.envelope
        if message.kind != "EventMessage" or message.text("Header/Noun") != "EndDeviceEvents":
            raise Unreadable("The message holds no EndDeviceEvents.", "Send an EventMessage.")
        answers, reports = read(message, codes)
    except Unreadable as error:
        refusal = messages.reply("", sender=Sender(source, envelope=envelope), at=at, problem=error.problem)
        raise Unreadable(error.problem, error.remedy, reply=refusal, content_type=xml.CONTENT_TYPES[envelope]) from None
    correlation = message.text("Header/CorrelationID")
    taken = messages.reply(correlation, sender=Sender(source, envelope=envelope), at=at)
    return Received(answers, reports, taken, xml.CONTENT_TYPES[envelope])


def read(message: xml.Message, codes: Codes) -> tuple[tuple[Answer, ...], tuple[PortReport, ...]]:
    """The answers and the reports in a message's payload. Raises Unreadable."""
    events = message.payload(f"{xml.EVENTS}EndDeviceEvents")
    if events is None:
        raise Unreadable("The message holds no EndDeviceEvents.", "Put them into its Payload.")
    answers: list[Answer] = []
    reports: list[PortReport] = []
    correlation = message.text("Header/CorrelationID")
    for event in events.iterfind(f"{xml.EVENTS}EndDeviceEvent"):
        command_id = xml.text_of(event, xml.EVENTS, "issuerTrackingID") or correlation
        if command_id:
            answers.append(_answer(event, reported.command_id(command_id), codes))
        else:
            reports.extend(_report(event, codes))
    return tuple(answers), tuple(reports)


def _answer(event: Element, command_id: str, codes: Codes) -> Answer:
    code = _code(event)
    outcome, port = codes.outcomes.get(code, (Outcome.FAILED, PortState.UNKNOWN))
    words = xml.text_of(event, xml.EVENTS, "reason")
    if code not in codes.outcomes:
        words = f"unknown code {code}; {words}".removesuffix("; ")
    serial = xml.text_of(event, xml.EVENTS, "Assets/mRID")
    return Answer(
        command_id=command_id,
        outcome=outcome,
        at=_at(event),
        port=port,
        meter_serial=reported.meter_serial(serial) if serial else "",
        detail=reported.detail(words),
    )


def _report(event: Element, codes: Codes) -> list[PortReport]:
    _, port = codes.outcomes.get(_code(event), (Outcome.FAILED, PortState.UNKNOWN))
    if port is PortState.UNKNOWN:
        return []
    serial = reported.meter_serial(xml.text_of(event, xml.EVENTS, "Assets/mRID"))
    return [PortReport(serial, port, _at(event))]


def _code(event: Element) -> str:
    return str(event.find(f"{xml.EVENTS}EndDeviceEventType").get("ref")).strip()


def _at(event: Element) -> datetime:
    return reported.instant(xml.text_of(event, xml.EVENTS, "createdDateTime"))
