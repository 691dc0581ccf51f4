"""The test bank that issues identities: its chain up to the root of signatures, and its OCSP responder.

The chain has the shape of BankID's: user <- bank (customer CA) <- bank (member CA) <- root. A signature carries the
first three; the root is what whoever verifies has been given beforehand.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hanport.testid.certificates import (
    AUTHORITY_BITS,
    Authority,
    Extensions,
    Span,
    key_usage,
    policies,
    read_rsa_key,
    rsa_key,
    subject,
    to_pem,
    write_key,
)
from hanport.testid.people import POLICIES

BANK = "Testbanken AB (TEST)"
_NUMBER = "111111111111"  # as BankID's own test bank: the number of nobody
_CHAIN, _KEY, _RESPONDER_KEY = "bank.pem", "bank.key", "responder.key"


@dataclass(frozen=True, slots=True)
class Bank:
    """The bank's certificates and keys. `root` has signed `member`, and its key is thrown away after that."""

    root: x509.Certificate
    member: x509.Certificate
    authority: Authority
    responder: Authority

    @classmethod
    def make(cls, now: datetime) -> "Bank":
        """A new one. Two of them have the same names, and nothing else in common: that is how a forger's looks."""
        span = Span.around(now)
        root = Authority.root(_root_name(), rsa_key(AUTHORITY_BITS), span)
        all_policies: Extensions = [(policies(*POLICIES.values()), False)]
        member = root.authority(_name("Testbanken CA v1 for hanport TEST"), rsa_key(AUTHORITY_BITS), span, all_policies)
        customers = _name("Testbanken Customer CA1 v1 for hanport TEST")
        authority = member.authority(customers, rsa_key(AUTHORITY_BITS), span, all_policies)
        key = rsa_key()
        responder = authority.certify(_name("Testbanken OCSP v1 for hanport TEST"), key, span, _responder_extensions())
        return cls(root.certificate, member.certificate, authority, Authority(responder, key))

    @classmethod
    def read(cls, folder: Path, root: x509.Certificate) -> "Bank":
        """The one that was written there. Raises OSError or ValueError."""
        authority, member, responder = x509.load_pem_x509_certificates((folder / _CHAIN).read_bytes())
        key, responder_key = read_rsa_key(folder / _KEY), read_rsa_key(folder / _RESPONDER_KEY)
        return cls(root, member, Authority(authority, key), Authority(responder, responder_key))

    def write(self, folder: Path) -> None:
        """Keep it, without its root."""
        chain = to_pem(self.authority.certificate, self.member, self.responder.certificate)
        (folder / _CHAIN).write_bytes(chain)
        write_key(folder / _KEY, self.authority.key)
        write_key(folder / _RESPONDER_KEY, self.responder.key)


def _root_name() -> x509.Name:
    return subject(
        (NameOID.ORGANIZATION_NAME, "hanport TEST"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "Test Member Banks CA"),
        (NameOID.COMMON_NAME, "Test hanport Root CA v1 TEST"),
    )


def _name(name: str) -> x509.Name:
    return subject(
        (NameOID.COUNTRY_NAME, "SE"),
        (NameOID.ORGANIZATION_NAME, BANK),
        (NameOID.SERIAL_NUMBER, _NUMBER),
        (NameOID.COMMON_NAME, name),
    )


def _responder_extensions() -> Extensions:
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False),
        (x509.OCSPNoCheck(), False),
    ]
