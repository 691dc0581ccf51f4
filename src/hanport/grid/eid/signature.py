"""MAY THIS SIGNATURE BE BELIEVED? A BankID signature, verified by us, and held against what we sent.

BankID says that its signatures need not be verified. We do it because a port is opened by it: what the person saw, for
which order, for whom, and that the certificate was good, are proven by what we keep, and not by a word of a server.

Laws: nothing in the message is trusted but under the roots that the caller gives. What is read is what was signed.
Whatever is not known to be right is refused.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate

from hanport.grid.eid import certificates, relying_party, signature_xml
from hanport.grid.eid import ocsp as status
from hanport.grid.eid.certificates import roots_of
from hanport.grid.eid.signature_xml import LONGEST, SIMPLE_MARKDOWN, Content, Parts
from hanport.grid.eid.verdict import Refused, Unreadable, Verdict, Why

__all__ = ["Expected", "Unreadable", "Verdict", "Why", "certificate_begins_at", "hold", "roots_of", "text_of", "verify"]

LOGIN = "Identification"
# BankID's published answers show no signed order. Signatures of 2012 (its test service) and 2014 (its service) have
# this, and so has FriBID, which spoke its protocol.
SIGNING = frozenset({"Signing"})
_LONGEST_TEXT = LONGEST * 3 // 2  # in base64, with lines


@dataclass(frozen=True, slots=True)
class Expected:
    """What we sent, and who is to have signed it. None for `visible` and `hidden` is that nothing was sent, and so
    nothing may have been signed; None for `relying_party` is that it is not known, and any is taken. `documents` are
    the kinds (funcId) that count as a signed order.
    """

    visible: str | None = field(repr=False)
    hidden: bytes | None = field(repr=False)
    number: str = field(repr=False)  # 12 digits
    is_login: bool
    relying_party: str | None
    markdown: bool
    needs_ocsp: bool = True
    documents: frozenset[str] = SIGNING


def verify(
    signature: bytes,
    roots: Sequence[Certificate],
    at: datetime,
    *,
    ocsp: bytes | None = None,
    policies: frozenset[str] | None = None,
) -> Verdict:
    """Whether a signature is genuine, by the roots alone and as of the time of the order.

    `signature` is what BankID's answer has: base64, or the XML itself. `ocsp` is the response beside it, in base64 or
    DER; it is checked where it is given. `policies` are those of certificates that are taken (None: any). Raises
    Unreadable where it is no signature of that form at all.
    """
    xml = _xml_of(signature)
    try:
        parts = signature_xml.read(xml)
        path = _proven(parts, roots, at)
        found = signature_xml.content(parts.signed_data)
        if policies is not None and not policies.intersection(certificates.policies(path[0])):
            raise Refused(Why.POLICY)
        if ocsp is not None:
            status.check(status.load(ocsp), text_of(signature), (path[0], path[1]), at)
        return _genuine(found, path[0], "absent" if ocsp is None else "good")
    except Refused as refused:
        return Verdict(False, refused.why)


def hold(verdict: Verdict, expected: Expected) -> Why | None:
    """Why a signature is not the one that was asked for, None where it is. One that is not genuine is not."""
    if verdict.signer is None or not verdict.genuine:
        return verdict.why
    kinds = frozenset({LOGIN}) if expected.is_login else expected.documents - {LOGIN}
    form = SIMPLE_MARKDOWN if expected.markdown and expected.visible else ""
    checks = (
        (verdict.ocsp == "good" or not expected.needs_ocsp, Why.OCSP_ABSENT),
        (verdict.document in kinds, Why.DOCUMENT),
        (verdict.signer.number == expected.number, Why.PERSON),
        (verdict.visible == (expected.visible or ""), Why.TEXT),
        (verdict.visible_format == form, Why.TEXT_FORMAT),
        (verdict.hidden == (expected.hidden or b""), Why.HIDDEN_DATA),
        (_is_for(verdict, expected), Why.RELYING_PARTY),
    )
    return next((why for holds, why in checks if not holds), None)


def text_of(signature: bytes) -> bytes:
    """The signature as BankID sends it, base64 without lines, of whatever form was given. Raises Unreadable."""
    return base64.b64encode(_xml_of(signature))


def certificate_begins_at(signature: bytes) -> datetime | None:
    """From when the certificate that is carried is valid, by its own words: of a signature of which no time is known,
    a time at which it may be verified. None where there is no such certificate. Raises Unreadable.
    """
    xml = _xml_of(signature)
    try:
        return certificates.read(signature_xml.certificates(signature_xml.read(xml).key_info))[0].not_valid_before_utc
    except Refused:
        return None


def _is_for(verdict: Verdict, expected: Expected) -> bool:
    wanted = expected.relying_party
    return wanted is None or relying_party.is_same(verdict.relying_party, wanted)


def _xml_of(signature: bytes) -> bytes:
    bare = signature.strip()
    if len(bare) > _LONGEST_TEXT:
        raise Unreadable(f"It is longer than {_LONGEST_TEXT // 1024} kB.", "No signature of BankID's can be so long.")
    if bare.startswith((b"<", b"\xef\xbb\xbf<")):
        return bare
    try:
        return signature_xml.from_base64(bare)
    except Refused:
        raise Unreadable("This is neither XML nor XML in base64.", "Give the whole signature.") from None


def _proven(parts: Parts, roots: Sequence[Certificate], at: datetime) -> tuple[Certificate, ...]:
    """The certificates, where the person's key signed these very parts, and they lead to a root."""
    path = certificates.read(signature_xml.certificates(parts.key_info))
    key = path[0].public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise Refused(Why.WEAK_KEY)
    digests = signature_xml.digests(parts.signed_info)
    try:
        key.verify(parts.value, parts.signed_info, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        raise Refused(Why.SIGNATURE) from None
    for signed, content, why in zip(
        digests, (parts.signed_data, parts.key_info), (Why.DATA_DIGEST, Why.KEY_DIGEST), strict=True
    ):
        if not hmac.compare_digest(signed, hashlib.sha256(content).digest()):
            raise Refused(why)
    certificates.check_path(path, roots, at)
    return path


def _genuine(found: Content, certificate: Certificate, ocsp: str) -> Verdict:
    return Verdict(
        genuine=True,
        why=None,
        signer=certificates.signer(certificate),
        visible=found.visible,
        visible_format=found.visible_format,
        hidden=found.hidden,
        document=found.document,
        relying_party=found.relying_party,
        policies=certificates.policies(certificate),
        certificate_serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        ocsp=ocsp,
    )
