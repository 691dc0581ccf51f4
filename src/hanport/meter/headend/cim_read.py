"""Reads the requests of the CIM form, strictly: what is not as the specification says is refused with the place.

A document with a DOCTYPE is refused before anything of it is used, so no entity is ever made or followed.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from hanport.meter.headend.cim_text import CONTROLS, MESSAGE, SOAP
from hanport.meter.headend.codes import Codes
from hanport.meter.headend.rest_form import checked_url
from hanport.meter.headend.values import COMMAND_ID, Command, Form, NotRead

Node = ElementTree.Element

# The elements that are looked at, in the order of the standard; "?" marks those that may be missing.
_HEADER = (
    *("Verb", "Noun", "Revision", "Timestamp", "Source"),
    *("AsyncReplyFlag", "ReplyAddress?", "AckRequired", "MessageID", "CorrelationID"),
)
_CONTROL = ("issuerID", "issuerTrackingID", "EndDeviceControlType", "EndDevices", "primaryDeviceTiming", "UsagePoints?")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request as far as its header says: `verb` is create or get. `correlation_id` may be "" in what is refused."""

    form: Form
    verb: str
    noun: str
    message_id: str
    correlation_id: str
    reply_url: str
    message: Node


class _Builder(ElementTree.TreeBuilder):
    """Refuses a document type."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise NotRead("The document has a DOCTYPE.", "Leave it out.")


def parse(body: bytes) -> Node:
    """The document's root. Raises NotRead."""
    try:
        return ElementTree.fromstring(body, ElementTree.XMLParser(target=_Builder()))
    except (ElementTree.ParseError, ValueError, LookupError) as wrong:
        raise NotRead(f"The body is no XML: {wrong}.", "Send a well-formed document in UTF-8.") from wrong


def read_envelope(body: bytes) -> Envelope:
    """The request's header, checked. Raises NotRead."""
    form, message = _without_soap(parse(body))
    if message.tag != f"{{{MESSAGE}}}RequestMessage":
        raise NotRead(f"The document is a {message.tag[:100]}.", "Send a RequestMessage.")
    header = _only(message, "Header", MESSAGE)
    found = _sequence(header, _HEADER, MESSAGE)
    _instant(found["Timestamp"])
    verb, noun = _text(found["Verb"]), _text(found["Noun"])
    wanted = {"create": ("EndDeviceControls", "true", "true"), "get": ("EndDeviceEvents", "false", "false")}
    told = (noun, _text(found["AsyncReplyFlag"]), _text(found["AckRequired"]))
    if wanted.get(verb) != told:
        raise NotRead(f"{verb} {' '.join(told)} is no request.", "Compare the header with the specification.")
    correlation_id = _text(found["CorrelationID"])
    if not re.fullmatch(COMMAND_ID, correlation_id):
        raise NotRead("The CorrelationID has other characters, or more than 64.", "Use A-Z a-z 0-9 . _ - only.")
    if not (_text(found["Source"]) and _text(found["MessageID"]) and _text(found["Revision"]) == "2.0"):
        raise NotRead("Source or MessageID is empty, or Revision is not 2.0.", "Fill them in.")
    reply = found.get("ReplyAddress")
    return Envelope(
        form=form,
        verb=verb,
        noun=noun,
        message_id=_text(found["MessageID"]),
        correlation_id=correlation_id,
        reply_url=checked_url(_text(reply)) if reply is not None else "",
        message=message,
    )


def read_command(envelope: Envelope, codes: Codes) -> Command:
    """The command of a create. Raises NotRead."""
    payload = _only(envelope.message, "Payload", MESSAGE)
    controls = _only(payload, "EndDeviceControls", CONTROLS)
    found = _sequence(_only(controls, "EndDeviceControl", CONTROLS), _CONTROL, CONTROLS)
    if _text(found["issuerTrackingID"]) != envelope.correlation_id:
        raise NotRead("issuerTrackingID and CorrelationID differ.", "Both are the command's id.")
    code = found["EndDeviceControlType"].get("ref", "")
    kind = codes.kind_of(code)
    if kind is None:
        raise NotRead(f"The code {code[:40]!r} is no command.", "Agree on the codes.")
    starts_at, expires_at = _interval(_only(found["primaryDeviceTiming"], "interval", CONTROLS))
    _check_facility(found.get("UsagePoints"))
    return Command(
        id=envelope.correlation_id,
        kind=kind,
        meter=_filled(_only(found["EndDevices"], "mRID", CONTROLS)),
        form=envelope.form,
        reply_url=envelope.reply_url,
        starts_at=starts_at,
        expires_at=expires_at,
    )


def read_question(envelope: Envelope) -> str:
    """The id that a get asks for. Raises NotRead."""
    wanted = _filled(_only(_only(envelope.message, "Request", MESSAGE), "ID", MESSAGE))
    if wanted != envelope.correlation_id:
        raise NotRead("ID and CorrelationID differ.", "Both are the command's id.")
    return wanted


def correlation_of(body: bytes) -> str:
    """The CorrelationID of a message that is refused, "" where none can be read."""
    try:
        found = parse(body).find(f".//{{{MESSAGE}}}CorrelationID")
    except NotRead:
        return ""
    told = _text(found) if found is not None else ""
    return told if re.fullmatch(COMMAND_ID, told) else ""


def form_of(body: bytes) -> Form:
    """In which form a message that is refused came, bare where that cannot be said."""
    try:
        return _without_soap(parse(body))[0]
    except NotRead:
        return Form.CIM


def _without_soap(root: Node) -> tuple[Form, Node]:
    for form, namespace in SOAP.items():
        if root.tag == f"{{{namespace}}}Envelope":
            inner = list(_only(root, "Body", namespace))
            if len(inner) != 1:
                raise NotRead("The SOAP body holds not just one message.", "Send one message.")
            return form, inner[0]
    return Form.CIM, root


def _only(parent: Node, name: str, namespace: str) -> Node:
    """The one child of that name."""
    found = parent.findall(f"{{{namespace}}}{name}")
    if len(found) != 1:
        place = parent.tag.rpartition("}")[2][:100]
        raise NotRead(f"{place} has {len(found)} elements {name}.", "There must be one.")
    return found[0]


def _sequence(parent: Node, names: tuple[str, ...], namespace: str) -> dict[str, Node]:
    """The children that are looked at, which must come in that order. Others are left aside."""
    known = [name.rstrip("?") for name in names]
    seen = [child.tag.rpartition("}")[2] for child in parent if child.tag in {f"{{{namespace}}}{n}" for n in known}]
    found = {}
    for name in names:
        if name.rstrip("?") in seen or not name.endswith("?"):
            found[name.rstrip("?")] = _only(parent, name.rstrip("?"), namespace)
    if seen != [name for name in known if name in found]:
        raise NotRead(f"The elements come in another order: {' '.join(seen)}.", f"The order is {' '.join(known)}.")
    return found


def _interval(interval: Node) -> tuple[datetime, datetime]:
    found = _sequence(interval, ("end", "start"), CONTROLS)
    starts_at, ends_at = _instant(found["start"]), _instant(found["end"])
    if starts_at >= ends_at:
        raise NotRead("The interval ends before it starts.", "Give the end after the start.")
    return starts_at, ends_at


def _check_facility(points: Node | None) -> None:
    if points is not None and not re.fullmatch(r"[0-9]{18}", _text(_only(points, "mRID", CONTROLS))):
        raise NotRead("The facility's ID has not 18 digits.", "Leave UsagePoints out where it is not known.")


def _text(node: Node) -> str:
    return (node.text or "").strip()


def _filled(node: Node) -> str:
    text = _text(node)
    if not 1 <= len(text) <= 64:
        raise NotRead(f"{node.tag.rpartition('}')[2]} has {len(text)} characters.", "Give 1 to 64.")
    return text


def _instant(node: Node) -> datetime:
    try:
        at = datetime.fromisoformat(_text(node))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise NotRead(f"{node.tag.rpartition('}')[2]} is no time with an offset.", "Write 2026-11-25T08:00:00Z.")
    return at
