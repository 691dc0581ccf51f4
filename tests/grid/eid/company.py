"""A network company's certificates for tests: its p12, the server's, and the authorities above both."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from hanport.grid.config import BankIDTable

ROOTS = Path(__file__).parent / "roots"
PASSPHRASE = "en lång hemlig mening"
# Certificates of connections are valid now; those that are only read are valid at AT.
AT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def pem_with_key(self) -> bytes:
        plain = serialization.NoEncryption()
        key = self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        return key + self.pem


def issue(
    name: str | x509.Name,
    issuer: Issued | None = None,
    *,
    at: datetime = AT,
    days: float = 365,
    extensions: Sequence[x509.ExtensionType] = (),
) -> Issued:
    """A certificate from one day before `at` for `days` after it; without an issuer it is a root."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) if isinstance(name, str) else name
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(at, at + timedelta(days=days)) - timedelta(days=1))
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(_usage(is_authority=issuer is None), critical=True)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Issued(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def p12(issued: Issued, passphrase: str = PASSPHRASE, between: Sequence[Issued] = ()) -> bytes:
    """The p12 of a certificate, under a passphrase ("": none)."""
    seal: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        seal = serialization.BestAvailableEncryption(passphrase.encode())
    others = [each.certificate for each in between]
    return pkcs12.serialize_key_and_certificates(b"bankid", issued.key, issued.certificate, others, seal)


def written(folder: Path, company: Issued, server_root: bytes, **settings: str) -> BankIDTable:
    """[bankid] with its files, in a folder."""
    (folder / "company.p12").write_bytes(p12(company))
    (folder / "passphrase").write_text(PASSPHRASE + "\n")
    (folder / "passphrase").chmod(0o600)
    (folder / "server.pem").write_bytes(server_root)
    table = BankIDTable(certificate_file="company.p12", passphrase_file="passphrase", server_ca_file="server.pem")
    return msgspec.structs.replace(table, **settings)


@dataclass(frozen=True)
class Parties:
    """A BankID of the tests' own, and a company that it knows."""

    root: Issued
    server: Issued
    issuer: Issued
    company: Issued

    def server_context(self, folder: Path) -> ssl.SSLContext:
        """TLS as BankID speaks it: no certificate that it knows, no word."""
        path = folder / "server-with-key.pem"
        path.write_bytes(self.server.pem_with_key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=self.issuer.pem.decode())
        return context


def parties() -> Parties:
    """Fresh ones, valid now."""
    now = datetime.now(UTC)
    root = issue("BankID SSL Root of nobody", at=now)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")])
    issuer = issue("Bank RP CA of nobody", at=now)
    return Parties(
        root=root,
        server=issue("127.0.0.1", root, at=now, extensions=[names]),
        issuer=issuer,
        company=issue("Byns Elnät AB", issuer, at=now),
    )
