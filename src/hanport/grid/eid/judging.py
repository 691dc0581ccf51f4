"""Judges a completed answer: is the signature genuine, is it of what we asked, and by whom we asked it of?

BankID's word alone is not taken. The signature is verified by us, and everything that the answer says beside it must
agree with it.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
from cryptography.x509 import Certificate

from hanport.errors import HanportError
from hanport.grid.eid.answers import Completion
from hanport.grid.eid.identifications import Errand, Identification
from hanport.grid.eid.requests import Way
from hanport.grid.eid.signature import Expected, hold, verify
from hanport.grid.identifiers import Number, parse_signed_number

_FORMAT = 1


class Refusal(StrEnum):
    """Why an answer is not taken."""

    NOT_GENUINE = "not_genuine"  # the signature, or what it is of
    OTHER_PERSON = "other_person"  # another than who was to sign
    RISK = "risk"  # BankID holds it for a fraud
    NOT_RETURNED = "not_returned"  # the browser that began it did not come back


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom we believe. `roots` end the chain of every signature. `policies` are those of certificates that are taken,
    `mobile` those among them that a QR code may be read with. `relying_party` is our name as the signature has it
    (None: any).
    """

    roots: Sequence[Certificate]
    policies: frozenset[str]
    mobile: frozenset[str]
    relying_party: str | None = None

    def of(self, way: Way) -> frozenset[str]:
        """Which certificates may be used. A QR code is read by a phone: an app on a computer is somebody else's."""
        return self.mobile if way is Way.QR else self.policies


@dataclass(frozen=True, slots=True)
class Judged:
    """`refusal` is None where the answer is taken. `detail` is a word of the verifier's. `is_other_address`: the app
    had another address than the browser; a person looks at that afterwards.
    """

    number: Number
    name: str
    refusal: Refusal | None
    detail: str
    is_other_address: bool
    evidence: bytes


def judge(found: Identification, completion: Completion, trust: Trust, at: datetime) -> Judged:
    """Whether an answer proves who has signed what we asked. `at` is the instant it came. Raises IdentifierError
    where the answer names no person.
    """
    number = parse_signed_number(completion.personal_number)
    refusal, detail = _refusal(found, completion, trust, at)
    return Judged(
        number=number,
        name=completion.name,
        refusal=refusal,
        detail=detail,
        is_other_address=found.way is Way.SAME_DEVICE and _differ(found.asked.user_ip, completion.device_ip),
        evidence=_evidence(found, completion, detail or "genuine"),
    )


def _refusal(found: Identification, completion: Completion, trust: Trust, at: datetime) -> tuple[Refusal | None, str]:
    try:
        verdict = verify(
            completion.signature, trust.roots, at, ocsp=completion.ocsp_response, policies=trust.of(found.way)
        )
    except HanportError as error:
        return Refusal.NOT_GENUINE, type(error).__name__.lower()
    expected = Expected(
        visible=found.asked.visible,
        hidden=found.asked.hidden,
        number=completion.personal_number,
        is_login=found.errand is Errand.LOGIN,
        relying_party=trust.relying_party,
        markdown=True,
    )
    why = verdict.why or hold(verdict, expected)
    if why is not None:
        return Refusal.NOT_GENUINE, why.value
    if found.asked.number and found.asked.number != completion.personal_number:
        return Refusal.OTHER_PERSON, ""
    if completion.risk == "high":
        return Refusal.RISK, completion.risk
    return None, ""


def _evidence(found: Identification, completion: Completion, verdict: str) -> bytes:
    """All of the answer as it came, with what was asked: what an auditor judges it by."""
    asked = {
        "visible": found.asked.visible,
        "hidden": found.asked.hidden,
        "user_ip": found.asked.user_ip,
        "way": found.way.value,
        "begun_at": found.begun_at,
    }
    raw = msgspec.Raw(completion.raw)
    return msgspec.json.encode({"v": _FORMAT, "asked": asked, "collected": raw, "verdict": verdict})


def _differ(one: str, other: str) -> bool:
    """Whether two addresses are of different kinds of places: IPv4 and IPv6 of one phone cannot be compared."""
    try:
        first, second = ipaddress.ip_address(one), ipaddress.ip_address(other)
    except ValueError:
        return one != other
    if first.version != second.version:
        return False
    if first.version == 6:
        return ipaddress.ip_network((first, 64), strict=False) != ipaddress.ip_network((second, 64), strict=False)
    return first != second
