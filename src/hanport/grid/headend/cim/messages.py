"""The messages that go to a head-end, and the replies to those that come: docs/head-end.md, "The CIM form"."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from hanport.grid.closed_xml import Element
from hanport.grid.headend.cim.xml import CONTROLS, MESSAGE, element, write
from hanport.grid.headend.contract import Command

_REVISION = "2.0"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks, where answers are wanted, and in which SOAP envelope ("": none)."""

    source: str
    reply_address: str = ""
    envelope: str = ""


def create(command: Command, code: str, *, sender: Sender, at: datetime, expires_at: datetime) -> bytes:
    """EndDeviceControls for one meter. Raises ValueError for texts that XML cannot hold."""
    root = element(None, f"{MESSAGE}RequestMessage")
    header = _header(root, "create", "EndDeviceControls", at)
    _fill(header, {"Source": sender.source, "AsyncReplyFlag": "true", "ReplyAddress": sender.reply_address})
    _fill(header, {"AckRequired": "true", "MessageID": str(uuid4()), "CorrelationID": command.id})
    payload = element(root, f"{MESSAGE}Payload")
    control = element(element(payload, f"{CONTROLS}EndDeviceControls"), f"{CONTROLS}EndDeviceControl")
    element(control, f"{CONTROLS}issuerID", sender.source)
    element(control, f"{CONTROLS}issuerTrackingID", command.id)
    element(control, f"{CONTROLS}EndDeviceControlType", ref=code)
    element(element(control, f"{CONTROLS}EndDevices"), f"{CONTROLS}mRID", command.meter_serial)
    interval = element(element(control, f"{CONTROLS}primaryDeviceTiming"), f"{CONTROLS}interval")
    element(interval, f"{CONTROLS}end", _time(expires_at))
    element(interval, f"{CONTROLS}start", _time(at))
    if command.gsrn:
        element(element(control, f"{CONTROLS}UsagePoints"), f"{CONTROLS}mRID", command.gsrn)
    return write(root, sender.envelope)


def get(command_id: str, *, sender: Sender, at: datetime) -> bytes:
    """The question how a command stands."""
    root = element(None, f"{MESSAGE}RequestMessage")
    header = _header(root, "get", "EndDeviceEvents", at)
    _fill(header, {"Source": sender.source, "AsyncReplyFlag": "false", "AckRequired": "false"})
    _fill(header, {"MessageID": str(uuid4()), "CorrelationID": command_id})
    element(element(root, f"{MESSAGE}Request"), f"{MESSAGE}ID", command_id)
    return write(root, sender.envelope)


def reply(correlation_id: str, *, sender: Sender, at: datetime, problem: str = "") -> bytes:
    """What a head-end is told of its EndDeviceEvents: they were taken, or what was wrong with them."""
    root = element(None, f"{MESSAGE}ResponseMessage")
    header = _header(root, "reply", "EndDeviceEvents", at)
    _fill(header, {"Source": sender.source})
    if correlation_id:
        _fill(header, {"CorrelationID": correlation_id})
    told = element(root, f"{MESSAGE}Reply")
    element(told, f"{MESSAGE}Result", "FAILED" if problem else "OK")
    error = element(told, f"{MESSAGE}Error")
    element(error, f"{MESSAGE}code", "1.4" if problem else "0.0")
    if problem:
        element(error, f"{MESSAGE}reason", problem)
    return write(root, sender.envelope)


def _header(root: Element, verb: str, noun: str, at: datetime) -> Element:
    header = element(root, f"{MESSAGE}Header")
    _fill(header, {"Verb": verb, "Noun": noun})
    if verb != "reply":
        _fill(header, {"Revision": _REVISION})
    _fill(header, {"Timestamp": _time(at)})
    return header


def _fill(parent: Element, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        element(parent, MESSAGE + name, text)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
