"""What the certificate's issuer said of it when the person signed: an OCSP response (RFC 6960), checked by hand.

BankID's responses have a responder of the issuing bank's own, no nextUpdate, and a nonce of 32 bytes that begins with
the SHA-1 of the signature as it is sent, in base64: that binds the response to this one signature. SHA-1 is taken there
and in the certificate's identifier, where nobody gains from a collision, and nowhere else.
"""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import Certificate
from cryptography.x509.ocsp import (
    OCSPCertStatus,
    OCSPRequestBuilder,
    OCSPResponse,
    OCSPResponseStatus,
    load_der_ocsp_response,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, SignatureAlgorithmOID

from hanport.grid.eid import certificates
from hanport.grid.eid.signature_xml import from_base64
from hanport.grid.eid.verdict import Refused, Why

LONGEST = 65_536  # bytes
# How far from the order's end a response without nextUpdate may be: it is made when the person signs, and a completed
# order is collected within three minutes. The rest is for clocks that go wrong.
LEEWAY = timedelta(minutes=10)

_MOST_CERTIFICATES = 4
_UNDERSTOOD = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.CERTIFICATE_POLICIES}
_UNDERSTOOD |= {ExtensionOID.EXTENDED_KEY_USAGE}
_ALGORITHMS: dict[x509.ObjectIdentifier, hashes.HashAlgorithm] = {
    SignatureAlgorithmOID.RSA_WITH_SHA256: hashes.SHA256(),
    SignatureAlgorithmOID.RSA_WITH_SHA384: hashes.SHA384(),
    SignatureAlgorithmOID.RSA_WITH_SHA512: hashes.SHA512(),
    SignatureAlgorithmOID.ECDSA_WITH_SHA256: hashes.SHA256(),
    SignatureAlgorithmOID.ECDSA_WITH_SHA384: hashes.SHA384(),
    SignatureAlgorithmOID.ECDSA_WITH_SHA512: hashes.SHA512(),
}


def load(response: bytes) -> OCSPResponse:
    """A response in DER or in base64. Raises Refused."""
    if len(response) > LONGEST:
        raise Refused(Why.OCSP_UNREADABLE)
    try:
        # DER begins with 0x30, its base64 with M.
        der = from_base64(response) if response.lstrip().startswith(b"M") else response
        return load_der_ocsp_response(der)
    except (Refused, *certificates.BROKEN):
        raise Refused(Why.OCSP_UNREADABLE) from None


def true_at(response: OCSPResponse) -> datetime:
    """When what it says was known to be so (thisUpdate). Raises Refused."""
    _check_status(response)
    try:
        return response.this_update_utc
    except certificates.BROKEN:
        raise Refused(Why.OCSP_UNREADABLE) from None


def check(response: OCSPResponse, signature: bytes, path: tuple[Certificate, Certificate], at: datetime) -> None:
    """The certificate was good when this signature was made. `signature` is the base64 text as it was sent, `path` the
    person's certificate and its issuer's. Raises Refused.
    """
    _check_status(response)
    try:
        if len(list(response.responses)) != 1:
            raise Refused(Why.OCSP_UNREADABLE)
        _check_responder(response, path[1])
        _check_certificate(response, *path)
        _check_good(response)
        _check_time(response, at)
        _check_nonce(response, signature)
    except certificates.BROKEN:
        raise Refused(Why.OCSP_UNREADABLE) from None


def _check_status(response: OCSPResponse) -> None:
    if response.response_status is not OCSPResponseStatus.SUCCESSFUL:
        raise Refused(Why.OCSP_ERROR)


def _check_responder(response: OCSPResponse, issuer: Certificate) -> None:
    """The issuer itself has signed, or one to whom it gave that task (RFC 6960, 4.2.2.2)."""
    named = list(_responders(response, issuer))
    if not named:
        raise Refused(Why.OCSP_RESPONDER)
    responder = next((each for each in named if _has_signed(response, each)), None)
    if responder is None:
        raise Refused(Why.OCSP_SIGNATURE)
    if responder != issuer:
        _check_delegate(responder, issuer, response.this_update_utc)


def _responders(response: OCSPResponse, issuer: Certificate) -> Iterator[Certificate]:
    """Those among the issuer and the carried certificates that the response says it is signed by."""
    carried = response.certificates
    if len(carried) > _MOST_CERTIFICATES:
        raise Refused(Why.OCSP_UNREADABLE)
    for each in (issuer, *carried):
        if response.responder_name is not None:
            if each.subject == response.responder_name:
                yield each
        elif _key_hash(each) == response.responder_key_hash:
            yield each


def _check_delegate(responder: Certificate, issuer: Certificate, at: datetime) -> None:
    try:
        certificates.check_sound(responder, understood=_UNDERSTOOD)
        certificates.check_valid(responder, at)
    except Refused:
        raise Refused(Why.OCSP_RESPONDER) from None
    if not (
        certificates.has_issued(issuer, responder)
        and certificates.has_purpose(responder, ExtendedKeyUsageOID.OCSP_SIGNING)
        and certificates.signs(responder)
    ):
        raise Refused(Why.OCSP_RESPONDER)


def _has_signed(response: OCSPResponse, responder: Certificate) -> bool:
    hashed, key = _ALGORITHMS.get(response.signature_algorithm_oid), responder.public_key()
    if hashed is None or not certificates.is_strong(key):
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), hashed)
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(hashed))
    except InvalidSignature:
        return False
    return True


def _check_certificate(response: OCSPResponse, person: Certificate, issuer: Certificate) -> None:
    asked = OCSPRequestBuilder().add_certificate(person, issuer, response.hash_algorithm).build()
    ours = (asked.serial_number, asked.issuer_name_hash, asked.issuer_key_hash)
    if ours != (response.serial_number, response.issuer_name_hash, response.issuer_key_hash):
        raise Refused(Why.OCSP_CERTIFICATE)


def _check_good(response: OCSPResponse) -> None:
    if response.certificate_status is OCSPCertStatus.REVOKED:
        raise Refused(Why.OCSP_REVOKED)
    if response.certificate_status is not OCSPCertStatus.GOOD:
        raise Refused(Why.OCSP_UNKNOWN)


def _check_time(response: OCSPResponse, at: datetime) -> None:
    begins = response.this_update_utc
    ends = response.next_update_utc or begins
    if not begins - LEEWAY <= at <= ends + LEEWAY:
        raise Refused(Why.OCSP_TIME)


def _check_nonce(response: OCSPResponse, signature: bytes) -> None:
    extensions = list(response.extensions)
    if any(each.critical and not isinstance(each.value, x509.OCSPNonce) for each in extensions):
        raise Refused(Why.OCSP_UNREADABLE)
    nonces = [each.value.nonce for each in extensions if isinstance(each.value, x509.OCSPNonce)]
    wanted = hashlib.sha1(signature, usedforsecurity=False).digest()
    if not any(hmac.compare_digest(begin, wanted) for nonce in nonces for begin in _beginnings(nonce, len(wanted))):
        raise Refused(Why.OCSP_NONCE)


def _beginnings(nonce: bytes, length: int) -> tuple[bytes, bytes]:
    """BankID writes the nonce bare, where the standard puts it into an OCTET STRING. One in 65 000 bare ones looks like
    such a string, and the library has then taken its head off.
    """
    return nonce[:length], (bytes((4, len(nonce) & 0xFF)) + nonce)[:length]


def _key_hash(certificate: Certificate) -> bytes:
    """SHA-1 of the public key, as a responder names itself (RFC 6960, 4.2.1, KeyHash)."""
    return x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest
