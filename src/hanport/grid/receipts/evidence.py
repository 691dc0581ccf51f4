"""What an order's evidence proves, for its signer: the signature with the text that was signed, or what staff wrote.

Evidence of BankID is JSON with the completed answer of its service (`eid.judging`). The signature was verified when the
order was taken; here it is only read.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from hanport.grid.closed_xml import NotClosed, parse

# The signed text and its place in BankID's signature: nothing elsewhere in the XML is what was signed.
_NAMES = {"d": "http://www.w3.org/2000/09/xmldsig#", "b": "http://www.bankid.com/signature/v1.0.0/types"}
_VISIBLE = "/d:Signature/d:Object/b:bankIdSignedData/b:usrVisibleData/text()"
_LONGEST = 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """`signature` and `ocsp_response` are base64, as the identity service gave them; `visible_text` is what the person
    signed. `note` is what staff wrote. What there is not is "".
    """

    signature: str = ""
    ocsp_response: str = ""
    visible_text: str = ""
    note: str = ""


def read_evidence(plain: bytes) -> Evidence:
    """Evidence as it was kept with an order. What cannot be understood is left out."""
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        return Evidence()
    answer = _completed(text)
    if answer is None:
        return Evidence(note=text)
    signature = _text(answer.get("signature"))
    return Evidence(signature, _text(answer.get("ocspResponse")), visible_text(signature))


def visible_text(signature: str) -> str:
    """The text that was signed with BankID; "" where the signature has none, or is none."""
    try:
        root = parse(base64.b64decode(signature, validate=True), _LONGEST)
        found = root.getroottree().xpath(_VISIBLE, namespaces=_NAMES)
        return base64.b64decode("".join(found).strip(), validate=True).decode()
    except (NotClosed, binascii.Error, ValueError):
        return ""


def _completed(text: str) -> dict[str, object] | None:
    """The answer of the identity service, itself or within what is kept with it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for name in ("collected", "completionData"):
        if isinstance(found, dict) and name in found:
            found = found[name]
    return found if isinstance(found, dict) and "signature" in found else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
