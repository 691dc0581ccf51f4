"""The folder of the test identity service: made at the first start, the same at later ones.

What the activation service is given of it: `server-ca.pem` (whom its calls trust), `rp.p12` with `rp-passphrase` (what
it shows), and `signature-root.pem` (what signatures lead up to).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hanport.errors import ConfigError
from hanport.serving import Certificate
from hanport.testid.bank import BANK, Bank
from hanport.testid.certificates import (
    NAME,
    Authority,
    Extensions,
    Span,
    common,
    key_usage,
    rsa_key,
    subject,
    to_pem,
    write_key,
    write_private,
)

SERVER_CA, RP, PASSPHRASE, ROOT = "server-ca.pem", "rp.p12", "rp-passphrase", "signature-root.pem"
COMPANY = "Testnätet"
_SERVER, _SERVER_KEY, _CLIENT_CA = "server.pem", "server.key", "client-ca.pem"
_COMPANY_NUMBER = "5560000000"  # an organisation number with a wrong check digit: nobody's
# How BankID writes the name of the relying party into signatures.
_WRITTEN = {
    NameOID.COMMON_NAME: "cn",
    NAME: "name",
    NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.ORGANIZATION_NAME: "o",
    NameOID.COUNTRY_NAME: "c",
}


@dataclass(frozen=True, slots=True)
class Pki:
    """What the service runs with: its folder, its files for TLS, the bank, and who the relying party is."""

    folder: Path
    tls: Certificate
    bank: Bank
    company: x509.Name

    @property
    def company_written(self) -> str:
        """The relying party's name as signatures have it: `cn=…,name=…,serialNumber=…,o=…,c=SE`."""
        return written(self.company)

    @property
    def company_shown(self) -> str:
        """What people know it by."""
        return str(self.company.get_attributes_for_oid(NAME)[0].value)


def written(name: x509.Name) -> str:
    """A name as BankID writes it into signatures: the narrowest part first, with commas only."""
    return name.rfc4514_string(_WRITTEN)


def open_pki(folder: Path, now: datetime, company: str = COMPANY) -> Pki:
    """What the folder has; where it has none yet, it is made, for a company of that name. Raises ConfigError."""
    try:
        if not (folder / ROOT).exists():  # it is written last
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(folder, now, company)
        return _read(folder)
    except (OSError, ValueError) as wrong:
        raise ConfigError(
            f"{folder} is no folder of the test identity service: {wrong}.",
            "Name another folder, or delete it so that it is made anew.",
        ) from wrong


def _read(folder: Path) -> Pki:
    root = x509.load_pem_x509_certificate((folder / ROOT).read_bytes())
    _, certificate, _ = pkcs12.load_key_and_certificates(
        (folder / RP).read_bytes(), (folder / PASSPHRASE).read_text("ascii").strip().encode()
    )
    if certificate is None:
        raise ValueError(f"{RP} has no certificate")
    tls = Certificate(*(str(folder / name) for name in (_SERVER, _SERVER_KEY, _CLIENT_CA)))
    return Pki(folder, tls, Bank.read(folder, root), certificate.subject)


def _make(folder: Path, now: datetime, company: str) -> None:
    span = Span.around(now)
    _make_server(folder, span)
    _make_company(folder, span, company)
    bank = Bank.make(now)
    bank.write(folder)
    (folder / ROOT).write_bytes(to_pem(bank.root))


def _make_server(folder: Path, span: Span) -> None:
    root = Authority.root(common("Test hanport SSL Root CA v1 TEST"), ec.generate_private_key(ec.SECP256R1()), span)
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName("localhost"), *(x509.IPAddress(ip_address(each)) for each in ("127.0.0.1", "::1"))]
    extensions = _tls_extensions(ExtendedKeyUsageOID.SERVER_AUTH, x509.SubjectAlternativeName(names))
    leaf = root.certify(common("localhost"), key, span, extensions)
    (folder / SERVER_CA).write_bytes(to_pem(root.certificate))
    (folder / _SERVER).write_bytes(to_pem(leaf))
    write_key(folder / _SERVER_KEY, key)


def _make_company(folder: Path, span: Span, company: str) -> None:
    root = Authority.root(common("Test hanport RP CA v1 TEST"), ec.generate_private_key(ec.SECP256R1()), span)
    key = rsa_key()
    name = subject(
        (NameOID.COUNTRY_NAME, "SE"),
        (NameOID.ORGANIZATION_NAME, BANK),
        (NameOID.SERIAL_NUMBER, _COMPANY_NUMBER),
        (NAME, company),
        (NameOID.COMMON_NAME, f"{company} TEST"),
    )
    leaf = root.certify(name, key, span, _tls_extensions(ExtendedKeyUsageOID.CLIENT_AUTH))
    passphrase = secrets.token_urlsafe(24)
    sealing = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(20_000)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(SHA256())
        .build(passphrase.encode())
    )
    made = pkcs12.serialize_key_and_certificates(company.encode(), key, leaf, [root.certificate], sealing)
    (folder / _CLIENT_CA).write_bytes(to_pem(root.certificate))
    write_private(folder / RP, made)
    write_private(folder / PASSPHRASE, f"{passphrase}\n".encode())


def _tls_extensions(purpose: x509.ObjectIdentifier, *more: x509.ExtensionType) -> Extensions:
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature", "key_encipherment"), True),
        (x509.ExtendedKeyUsage([purpose]), False),
        *((each, False) for each in more),
    ]
