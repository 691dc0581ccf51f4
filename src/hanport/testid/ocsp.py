"""The bank's word that a certificate was good when it signed (OCSP, RFC 6960), bound to the signature by its nonce."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from secrets import token_bytes

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from hanport.testid.bank import Bank

_NONCE_REST = 12  # bytes after the hash: 32 in all, the most that RFC 8954 allows


@dataclass(frozen=True, slots=True)
class Word:
    """What is said of a certificate, and when."""

    certificate: x509.Certificate
    at: datetime
    is_revoked: bool = False


def nonce_of(signature: str) -> bytes:
    """A nonce for a signature (in base64): it begins with the SHA-1 of that text, as BankID has it."""
    return sha1(signature.encode(), usedforsecurity=False).digest() + token_bytes(_NONCE_REST)


def respond(bank: Bank, word: Word, nonce: bytes) -> str:
    """The response of the bank's responder, in base64. `bank` has issued the certificate."""
    status = ocsp.OCSPCertStatus.REVOKED if word.is_revoked else ocsp.OCSPCertStatus.GOOD
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=word.certificate,
            issuer=bank.authority.certificate,
            algorithm=SHA1(),
            cert_status=status,
            this_update=word.at,
            next_update=None,
            revocation_time=word.at if word.is_revoked else None,
            revocation_reason=x509.ReasonFlags.unspecified if word.is_revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, bank.responder.certificate)
        .certificates([bank.responder.certificate])
        .add_extension(x509.OCSPNonce(nonce), critical=False)
    )
    response = builder.sign(bank.responder.key, SHA256())
    return b64encode(response.public_bytes(Encoding.DER)).decode("ascii")
