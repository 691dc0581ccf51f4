"""The same forger's OCSP responses, in the form that BankID's issuers give: by a responder of the bank's own, with a
bare nonce, SHA-1 in the identifier, and no nextUpdate.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, OCSPExtensionOID

from grid.eid.forge import (
    AT,
    BANK,
    Chain,
    Extension,
    Issued,
    Wish,
    certify,
    genuine_chain,
    name,
    policy,
    rsa_key,
    usage,
)

SIGNING: Extension = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)
RESPONDER = Wish(
    name(*BANK, (NameOID.COMMON_NAME, "Testbank A Customer CA1 v1 OCSP Signing")),
    rsa_key("responder"),
    (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        policy("1.2.3.4.5"),
        (x509.OCSPNoCheck(), False),
        SIGNING,
        usage("content_commitment"),
    ),
)


def nonce_of(signature: bytes) -> bytes:
    """What a response to that signature has: its SHA-1, and twelve bytes more."""
    return hashlib.sha1(signature, usedforsecurity=False).digest() + bytes(range(12))


def bare(nonce: bytes) -> x509.ExtensionType:
    """The nonce as BankID's responders write it, without the OCTET STRING of the standard."""
    return x509.UnrecognizedExtension(OCSPExtensionOID.NONCE, nonce)


@dataclass(frozen=True)
class Response:
    """A response to be made, in every respect genuine."""

    signature: bytes
    about: Chain = field(default_factory=genuine_chain)
    responder: Issued | None = None
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    at: datetime = AT
    ends: datetime | None = None
    encoding: ocsp.OCSPResponderEncoding = ocsp.OCSPResponderEncoding.NAME
    hashed: hashes.HashAlgorithm = field(default_factory=hashes.SHA1)
    extensions: tuple[Extension, ...] | None = None
    carried: tuple[x509.Certificate, ...] | None = None

    def but(self, **changes: object) -> "Response":
        """The same with changes."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def der(self) -> bytes:
        """The response."""
        issuer = self.about.over[0]
        responder = self.responder or certify(RESPONDER, issuer)
        is_revoked = self.status is ocsp.OCSPCertStatus.REVOKED
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                self.about.person.certificate,
                issuer.certificate,
                self.hashed,
                self.status,
                self.at,
                self.ends,
                self.at if is_revoked else None,
                None,
            )
            .responder_id(self.encoding, responder.certificate)
        )
        carried = (responder.certificate,) if self.carried is None else self.carried
        if carried:
            builder = builder.certificates(list(carried))
        for extension, is_critical in self._extensions():
            builder = builder.add_extension(extension, is_critical)
        return builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _extensions(self) -> tuple[Extension, ...]:
        return ((bare(nonce_of(self.signature)), True),) if self.extensions is None else self.extensions
