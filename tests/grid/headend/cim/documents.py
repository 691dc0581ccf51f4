"""The XML examples of docs/head-end.md, and messages made from them."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[4] / "docs" / "head-end.md").read_text("utf-8")
EXAMPLES: list[bytes] = [each.encode() for each in re.findall(r"```xml\n(.*?)```", PAGE, re.DOTALL)]
CREATE, TAKEN, EVENT, THANKS, GET = EXAMPLES

SOAP_11 = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header/><s:Body>%s</s:Body></s:Envelope>'
SOAP_12 = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>%s</s:Body></s:Envelope>'


def without_declaration(document: bytes) -> bytes:
    """The document as it can stand in an envelope."""
    return document.partition(b"?>")[2].strip()


def reply(result: str, code: str = "", reason: str = "", correlation: str = "c-open-1") -> bytes:
    """A head-end's reply to a sending."""
    error = f"<m:Error><m:code>{code}</m:code><m:reason>{reason}</m:reason></m:Error>" if code else ""
    changed = re.sub(r"<m:Reply>.*</m:Reply>", "@", TAKEN.decode(), flags=re.DOTALL)
    changed = changed.replace("@", f"<m:Reply><m:Result>{result}</m:Result>{error}</m:Reply>")
    return changed.replace("c-01JD9V3M6T", correlation).encode()


def event(code: str = "3.1.0.76", correlation: str = "c-open-1", **texts: str) -> bytes:
    """An EventMessage with one event; `texts` replace the event's own."""
    changed = EVENT.decode().replace("3.1.0.76", code)
    changed = changed.replace("<e:issuerTrackingID>c-01JD9V3M6T</e:issuerTrackingID>", "")
    changed = changed.replace("<m:CorrelationID>c-01JD9V3M6T</m:CorrelationID>", _correlation(correlation))
    for name, text in texts.items():
        changed = re.sub(rf"(<e:{name}>)[^<]*", rf"\g<1>{text}", changed)
    return changed.encode()


def standing(*events: bytes, correlation: str = "c-open-1") -> bytes:
    """A reply to the question how a command stands, with the events of those messages."""
    payloads = b"".join(re.findall(rb"<e:EndDeviceEvent>.*?</e:EndDeviceEvent>", each, re.DOTALL)[0] for each in events)
    body = b'<m:Payload><e:EndDeviceEvents xmlns:e="http://iec.ch/TC57/2011/EndDeviceEvents#">%s</e:EndDeviceEvents></m:Payload>'
    end = b"</m:Reply>"
    return reply("OK", correlation=correlation).replace(end, end + (body % payloads if events else b""))


def _correlation(text: str) -> str:
    return f"<m:CorrelationID>{text}</m:CorrelationID>" if text else ""
