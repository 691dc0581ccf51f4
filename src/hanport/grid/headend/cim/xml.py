"""XML from outside, read so that it can do nothing: bounded, UTF-8, no DOCTYPE, no entities, no network, by schema.

A message may stand alone or in the body of a SOAP envelope.
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from hanport.grid.closed_xml import Element, Flaw, NotClosed, parse
from hanport.grid.headend.reported import Unreadable

LONGEST = 1_048_576  # bytes
MESSAGE = "{http://iec.ch/TC57/2011/schema/message}"
CONTROLS = "{http://iec.ch/TC57/2011/EndDeviceControls#}"
EVENTS = "{http://iec.ch/TC57/2011/EndDeviceEvents#}"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
CONTENT_TYPES = {"": "application/xml", SOAP_11: "text/xml", SOAP_12: "application/soap+xml"}

_PREFIXES = {MESSAGE[1:-1]: "m", CONTROLS[1:-1]: "c", EVENTS[1:-1]: "e"}
_SCHEMA = Path(__file__).with_name("schema") / "message.xsd"
_BROKEN = ("The XML is broken{line}.", "Send one whole document.")
_FLAWS = {
    Flaw.TOO_LONG: (f"The XML is longer than {LONGEST // 1024} kB.", "Send fewer events at once."),
    Flaw.NOT_UTF8: ("The XML is not in UTF-8.", "Send it in UTF-8."),
    Flaw.OTHER_ENCODING: ("The XML names an encoding other than UTF-8.", "Send it in UTF-8."),
    Flaw.DOCTYPE: ("The XML has a DOCTYPE.", "Send it without."),
}
_PER_THREAD = threading.local()


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is as the schema says: its name without the namespace, and in which SOAP envelope it came."""

    root: Element
    kind: str
    envelope: str

    def text(self, path: str) -> str:
        """The text at a path of names below the message, "" where there is none."""
        return text_of(self.root, MESSAGE, path)

    def payload(self, name: str) -> Element | None:
        """The element of that qualified name in the payload."""
        return self.root.find(f"{MESSAGE}Payload/{name}")


def read(body: bytes) -> Message:
    """The message in a body. Raises Unreadable, which repeats nothing of its content."""
    root = _parsed(body)
    envelope = next((each for each in (SOAP_11, SOAP_12) if root.tag == f"{{{each}}}Envelope"), "")
    if envelope:
        root = _unwrapped(root, envelope)
    schema = _schema()
    if not schema.validate(root):
        wrong = schema.error_log.last_error
        raise Unreadable(
            f"The XML is not as its schema says, in line {wrong.line} ({wrong.type_name}).",
            "Compare it with docs/head-end.md.",
        )
    if not str(root.tag).startswith(MESSAGE):
        raise Unreadable("The XML is no message of IEC 61968.", "Compare it with docs/head-end.md.")
    return Message(root, str(root.tag).removeprefix(MESSAGE), envelope)


def write(root: Element, envelope: str = "") -> bytes:
    """A message as bytes, in a SOAP envelope of that namespace unless it is ""."""
    if envelope:
        outer = etree.Element(f"{{{envelope}}}Envelope", nsmap={"soap": envelope})
        etree.SubElement(outer, f"{{{envelope}}}Body").append(root)
        root = outer
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def element(parent: Element | None, name: str, text: str | None = None, **attributes: str) -> Element:
    """A new element below the parent, or alone. Raises ValueError for text that XML cannot hold."""
    namespace = name[1:].partition("}")[0]
    prefix = {_PREFIXES[namespace]: namespace}
    if parent is None:
        made = etree.Element(name, attributes, nsmap=prefix)
    else:
        made = etree.SubElement(parent, name, attributes, nsmap=prefix)
    made.text = text
    return made


def text_of(parent: Element, namespace: str, path: str) -> str:
    """The text at a path of names below an element, "" where there is none."""
    found = parent.find("/".join(namespace + name for name in path.split("/")))
    return "" if found is None else (found.text or "").strip()


def _parsed(body: bytes) -> Element:
    try:
        return parse(body, LONGEST)
    except NotClosed as wrong:
        problem, remedy = _FLAWS.get(wrong.flaw, _BROKEN)
        raise Unreadable(problem.format(line=f" in line {wrong.line}" if wrong.line else ""), remedy) from None


def _unwrapped(root: Element, envelope: str) -> Element:
    bodies = root.findall(f"{{{envelope}}}Body")
    inner = list(bodies[0]) if len(bodies) == 1 else []
    if len(inner) != 1:
        raise Unreadable("The SOAP envelope holds no message, or several.", "Put one message into its Body.")
    return inner[0]


def _schema() -> Any:
    """A schema keeps what it found wrong last, so each thread has its own."""
    schema = getattr(_PER_THREAD, "schema", None)
    if schema is None:
        schema = _PER_THREAD.schema = etree.XMLSchema(file=str(_SCHEMA))
    return schema
