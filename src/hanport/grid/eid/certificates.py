"""The way from a person's certificate to the root that was given, walked by hand.

A certificate that the message brings is never trusted, whatever its name: it must be issued, step by step, under a root
that the caller gave (RFC 5280, 6.1, without name constraints, which are refused where they are critical, and without
policy trees: banks' certificates have other policies than those of the people under them). Key usages bind where they
stand (4.2.1.3). The verifier of the library
refuses BankID's certificates, since they have no subjectAltName.
"""

import re
from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import Certificate
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from hanport.errors import ConfigError
from hanport.grid.eid.verdict import Refused, Signer, Why

# UserWarning: the library warns of some things that the standard forbids, which is an error where warnings are.
BROKEN = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion, UserWarning)
# People's keys have 2 048 bits, banks' and the root's 4 096. Above the highest a check would take too long.
RSA_BITS = range(2048, 8193)
STRONG_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
MOST_CARRIED = 5  # BankID's carry three: the person's, and two of the bank

_LOWEST_EXPONENT, _EXPONENT_BITS = 65_537, 33
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_UNDERSTOOD = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.CERTIFICATE_POLICIES}
_NUMBER = re.compile(r"[0-9]{12}")
Kind = TypeVar("Kind", bound=x509.ExtensionType)


def roots_of(pem: bytes) -> tuple[Certificate, ...]:
    """The roots in a PEM file. Raises ConfigError unless each is a certificate that may issue others and has issued
    itself.
    """
    try:
        roots = tuple(x509.load_pem_x509_certificates(pem))
    except ValueError:
        raise ConfigError("The file of roots holds no certificate in PEM.", "Ask BankID for the root.") from None
    for root in roots:
        try:
            check_sound(root)
            check_authority(root, 0)
        except Refused as refused:
            raise ConfigError(f"A root cannot be used: {refused.why.explanation}", "Ask BankID for the root.") from None
        if not has_issued(root, root):
            raise ConfigError("A root has not issued itself.", "Give the root, and none that stands under it.")
    return roots


def read(carried: Sequence[bytes]) -> tuple[Certificate, ...]:
    """Certificates in DER that can be read and are strong. Raises Refused."""
    if len(carried) > MOST_CARRIED:
        raise Refused(Why.EXTRA_CERTIFICATE)
    try:
        found = tuple(x509.load_der_x509_certificate(each) for each in carried)
    except BROKEN:
        raise Refused(Why.CERTIFICATE) from None
    for each in found:
        check_sound(each)
    return found


def check_sound(certificate: Certificate, *, understood: Container[x509.ObjectIdentifier] = _UNDERSTOOD) -> None:
    """All that we look at can be read, the key and the hash are strong, and nothing critical is left over. Raises
    Refused.
    """
    try:
        extensions = list(certificate.extensions)
        key, version = certificate.public_key(), certificate.version
        hashed = certificate.signature_hash_algorithm
        _ = certificate.subject, certificate.issuer, certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except BROKEN:
        raise Refused(Why.CERTIFICATE) from None
    if version is not x509.Version.v3 or certificate.serial_number <= 0:
        raise Refused(Why.CERTIFICATE)
    if not isinstance(hashed, STRONG_HASHES):
        raise Refused(Why.WEAK_HASH)
    if not is_strong(key):
        raise Refused(Why.WEAK_KEY)
    if any(each.critical and each.oid not in understood for each in extensions):
        raise Refused(Why.CRITICAL)


def is_strong(key: object) -> bool:
    """Whether a key is of a kind and length that BankID's certificates have, or could have soon."""
    if isinstance(key, rsa.RSAPublicKey):
        exponent = key.public_numbers().e
        return key.key_size in RSA_BITS and _LOWEST_EXPONENT <= exponent < 1 << _EXPONENT_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)


def check_path(path: Sequence[Certificate], roots: Sequence[Certificate], at: datetime) -> None:
    """Each was issued by the next and the last by a root, all of them valid at that time. Raises Refused."""
    root = _root_over(path, roots)
    for below, authority in enumerate((*path[1:], root)):
        check_authority(authority, below)
    for each in (*path, root):
        check_valid(each, at)
    check_person(path[0])


def has_issued(issuer: Certificate, certificate: Certificate) -> bool:
    """Whether the one has signed the other, by name and by key."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *BROKEN):
        return False
    return True


def check_valid(certificate: Certificate, at: datetime) -> None:
    """Raises Refused unless it was valid at that time."""
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise Refused(Why.VALIDITY)


def check_authority(certificate: Certificate, below: int) -> None:
    """It may issue certificates, with that many authorities between it and the person. Raises Refused."""
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    if constraints is None or not constraints.ca or (usage is not None and not usage.key_cert_sign):
        raise Refused(Why.AUTHORITY)
    if constraints.path_length is not None and constraints.path_length < below:
        raise Refused(Why.AUTHORITY)


def check_person(certificate: Certificate) -> None:
    """It is one to sign or to identify oneself with. Raises Refused."""
    constraints = _extension(certificate, x509.BasicConstraints)
    is_authority = constraints is not None and constraints.ca
    if is_authority or not signs(certificate) or has_purpose(certificate, ExtendedKeyUsageOID.OCSP_SIGNING):
        raise Refused(Why.KEY_USAGE)


def signs(certificate: Certificate) -> bool:
    """Whether its key is for signatures, as far as it says what it is for. People have one certificate for logins
    (digitalSignature) and one for orders (contentCommitment); responders have the latter.
    """
    usage = _extension(certificate, x509.KeyUsage)
    return usage is None or ((usage.digital_signature or usage.content_commitment) and not usage.key_cert_sign)


def policies(certificate: Certificate) -> tuple[str, ...]:
    """The policies by which it was issued, as dotted numbers."""
    found = _extension(certificate, x509.CertificatePolicies)
    return () if found is None else tuple(each.policy_identifier.dotted_string for each in found)


def has_purpose(certificate: Certificate, purpose: x509.ObjectIdentifier) -> bool:
    """Whether its extended key usage names that purpose."""
    found = _extension(certificate, x509.ExtendedKeyUsage)
    return found is not None and purpose in found


def signer(certificate: Certificate) -> Signer:
    """The person whom it names. Raises Refused."""
    number = _parts(certificate, NameOID.SERIAL_NUMBER)
    if len(number) != 1 or not _NUMBER.fullmatch(number[0]):
        raise Refused(Why.NO_PERSON)
    names = (_parts(certificate, kind) for kind in (NameOID.COMMON_NAME, NameOID.GIVEN_NAME, NameOID.SURNAME))
    return Signer(number[0], *(" ".join(each) for each in names))


def _root_over(path: Sequence[Certificate], roots: Iterable[Certificate]) -> Certificate:
    """The root that has issued the last, where all before it hang together."""
    if any(each.subject == each.issuer for each in path):  # a root of its own
        raise Refused(Why.EXTRA_CERTIFICATE)
    for place, (certificate, issuer) in enumerate(pairwise(path)):
        if not has_issued(issuer, certificate):
            is_issued_elsewhere = any(has_issued(each, certificate) for each in (*path[place + 2 :], *roots))
            raise Refused(Why.EXTRA_CERTIFICATE if is_issued_elsewhere else Why.CHAIN)
    found = next((each for each in roots if has_issued(each, path[-1])), None)
    if found is None or len(path) == 1:
        raise Refused(Why.ROOT)
    check_sound(found)
    return found


def _extension(certificate: Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _parts(certificate: Certificate, kind: x509.ObjectIdentifier) -> list[str]:
    return [str(each.value) for each in certificate.subject.get_attributes_for_oid(kind)]
