"""The BankIDs of the test people: issued when they are first used, by a bank of one's choice."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from hanport.clock import Clock
from hanport.testid.bank import BANK, Bank
from hanport.testid.certificates import NAME, Span, key_usage, policies, read_rsa_key, rsa_key, subject, write_key
from hanport.testid.people import POLICIES, Kind, Person

OCSP_ADDRESS = "http://ocsp.testid.invalid"
_ISSUED_BEFORE, _LASTS = timedelta(days=30), timedelta(days=365)


@dataclass(frozen=True, slots=True)
class BankId:
    """A person's certificate of one kind with its key, and the bank that issued it."""

    person: Person
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    bank: Bank
    issued_at: datetime

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        """What goes into a signature: the user's, the bank's two, not the root."""
        return (self.certificate, self.bank.authority.certificate, self.bank.member)


class Wallet:
    """The BankIDs of everybody, their keys kept in a folder. It may be asked from several threads at once."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._issued: dict[tuple[str, Kind, bool, x509.Certificate], BankId] = {}
        self._lock = threading.Lock()

    def bank_id(self, person: Person, kind: Kind, bank: Bank, *, to_sign: bool) -> BankId:
        """The one for signing, or for identifying oneself. The first of a person takes a moment: a key is made."""
        with self._lock:
            known = (person.key, kind, to_sign, bank.root)
            if known not in self._issued:
                self._issued[known] = self._issue(person, kind, bank, to_sign=to_sign)
            return self._issued[known]

    def _issue(self, person: Person, kind: Kind, bank: Bank, *, to_sign: bool) -> BankId:
        key = self._key(person)
        now = self._clock.now()
        issued_at = now.replace(hour=0, minute=0, second=0, microsecond=0) - _ISSUED_BEFORE
        span = Span(issued_at, issued_at + _LASTS)
        usage = "content_commitment" if to_sign else "digital_signature"
        address = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(OCSP_ADDRESS)
        )
        extensions = [
            (x509.AuthorityInformationAccess([address]), False),
            (policies(POLICIES[kind]), False),
            (key_usage(usage), True),
        ]
        certificate = bank.authority.certify(_subject(person, kind, issued_at), key, span, extensions)
        return BankId(person, certificate, key, bank, issued_at)

    def _key(self, person: Person) -> rsa.RSAPrivateKey:
        path = self._folder / f"person-{person.key}.key"
        if not path.exists():
            write_key(path, rsa_key())
        return read_rsa_key(path)


def _subject(person: Person, kind: Kind, issued_at: datetime) -> x509.Name:
    return subject(
        (NameOID.COUNTRY_NAME, "SE"),
        (NameOID.ORGANIZATION_NAME, BANK),
        (NameOID.SURNAME, person.surname),
        (NameOID.GIVEN_NAME, person.given_name),
        (NameOID.SERIAL_NUMBER, person.number),
        (NAME, f"({issued_at:%y%m%d %H.%M}) {person.name} - TEST {kind}"),
        (NameOID.COMMON_NAME, person.name),
    )
