"""Whom we trust as BankID, and the certificate that BankID knows us by.

The fingerprints were computed from the certificates that BankID gives to developers (its sample code,
server/certificates): SHA-256 over the DER form. Both roots are valid until 31 December 2034.
"""

import re
import secrets
import ssl
import stat
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs12

from hanport.errors import ConfigError
from hanport.grid.config import BankIDTable
from hanport.grid.database.schema import Environment
from hanport.grid.eid import certificates

PRODUCTION_URL = "https://appapi2.bankid.com/rp/v6.0"
TEST_URL = "https://appapi2.test.bankid.com/rp/v6.0"
PRODUCTION_HOST = "appapi2.bankid.com"

# CN=BankID SSL Root CA v1, OU=Infrastructure CA, O=Finansiell ID-Teknik BID AB
PRODUCTION_SERVER_ROOT = "e6a2d45c0a1051c959428649f86a09a9b2152cd551993cc2eb4cf094bdacbecb"
# CN=Test BankID SSL Root CA v1 Test, OU=Infrastructure CA, O=Finansiell ID-Teknik BID AB
TEST_SERVER_ROOT = "f3d0740ebfb3700e3b81aa791fee451472698c84e199c2eb48a443ff1d5b405c"
# CN=Test BankID Root CA v1 Test, OU=BankID Member Banks CA: the root of test persons' signatures, computed from a copy
# that has issued the certificates in a genuine signature of a test person. Roots are refused by it, never believed.
TEST_SIGNATURE_ROOT = "c6faeaf8ccadcfd0738dc99140ca788c1a19a93f843c5a9ec1369872d50e45f2"

_WRONG = (ValueError, TypeError, UnsupportedAlgorithm)
_TEST = re.compile(r"\btest", re.IGNORECASE)
_LONGEST_FILE = 1_048_576  # bytes


class Policy(StrEnum):
    """What kind of BankID a person signs with: the policy in the certificate."""

    FILE = "1.2.752.78.1.1"
    CARD = "1.2.752.78.1.2"
    MOBILE = "1.2.752.78.1.5"
    NORDEA = "1.2.752.71.1.3"
    TEST_FILE = "1.2.3.4.5"
    TEST_CARD = "1.2.3.4.10"
    TEST_MOBILE = "1.2.3.4.25"
    TEST_SOME_BANKS = "1.2.752.60.1.6"


PRODUCTION_POLICIES = (Policy.FILE, Policy.CARD, Policy.MOBILE, Policy.NORDEA)
TEST_POLICIES = (Policy.TEST_FILE, Policy.TEST_CARD, Policy.TEST_MOBILE, Policy.TEST_SOME_BANKS, Policy.NORDEA)
_MOBILE = (Policy.MOBILE, Policy.TEST_MOBILE)


@dataclass(frozen=True, slots=True)
class CompanyCertificate:
    """The company's certificate with its key, and those that were issued between it and BankID's root."""

    certificate: x509.Certificate
    key: PrivateKeyTypes = field(repr=False)
    between: tuple[x509.Certificate, ...] = ()

    @property
    def ends_at(self) -> datetime:
        """The last instant at which BankID takes it."""
        return self.certificate.not_valid_after_utc


def policies(table: BankIDTable, environment: Environment) -> tuple[str, ...]:
    """The policies that are taken: those of the configuration, or else all of the environment."""
    usual = PRODUCTION_POLICIES if environment is Environment.PRODUCTION else TEST_POLICIES
    return table.policies or tuple(each.value for each in usual)


def policies_by_qr(taken: tuple[str, ...]) -> tuple[str, ...]:
    """Those of them that can be started by QR: mobile BankID alone, so that no link that was sent to somebody can
    begin the order on a computer. Where none of them is known as mobile, all are.
    """
    return tuple(each for each in taken if each in _MOBILE) or taken


def address(table: BankIDTable, environment: Environment) -> str:
    """BankID's address without a slash at its end. Raises ConfigError unless it is one for this environment."""
    url = table.url.rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme != "https" or parts.query or parts.fragment or parts.username is not None:
        raise ConfigError("[bankid] `url` is no https address.", f'Production has "{PRODUCTION_URL}".')
    if environment is Environment.PRODUCTION and url != PRODUCTION_URL:
        raise ConfigError("[bankid] `url` is not BankID's production address.", f'Set it to "{PRODUCTION_URL}".')
    if environment is Environment.TEST and host == PRODUCTION_HOST:
        raise ConfigError(
            "[bankid] `url` is BankID's production address, and the environment is test.",
            f'Take "{TEST_URL}", or that of `hanport testid`.',
        )
    return url


def company_certificate(table: BankIDTable, folder: Path) -> CompanyCertificate:
    """What stands in the company's p12. Raises ConfigError."""
    path = folder / table.certificate_file
    content = _read(path, "certificate_file")
    if not content.startswith(b"\x30"):  # an ASN.1 sequence
        raise ConfigError(f"[bankid] `certificate_file`: {path} is no p12.", "docs/bankid.md says how to make it.")
    try:
        opened = pkcs12.load_pkcs12(content, _passphrase(table, folder))
    except _WRONG:
        raise ConfigError(
            f"[bankid] `certificate_file`: {path} does not open with the text in `passphrase_file`.",
            "Put the right passphrase into it, alone on one line; or the file is damaged.",
        ) from None
    if opened.key is None or opened.cert is None:
        raise ConfigError(f"[bankid] {path} lacks the certificate or its key.", "Export both into one p12.")
    between = tuple(each.certificate for each in opened.additional_certs)
    return CompanyCertificate(opened.cert.certificate, opened.key, between)


def is_private(path: Path) -> bool:
    """Whether the file's owner alone may read it."""
    return not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def server_roots(table: BankIDTable, folder: Path, environment: Environment) -> tuple[x509.Certificate, ...]:
    """The roots of BankID's servers. In production only the published one is taken. Raises ConfigError."""
    roots = certificates_in(table.server_ca_file, folder, "server_ca_file")
    if environment is Environment.PRODUCTION:
        for root in roots:
            if fingerprint(root) == TEST_SERVER_ROOT or is_named_test(*root.subject):
                raise ConfigError("[bankid] `server_ca_file` holds a test root.", "Take BankID's of production.")
            if fingerprint(root) != PRODUCTION_SERVER_ROOT:
                raise ConfigError(
                    "[bankid] `server_ca_file` holds another certificate than BankID's published root.",
                    f"Take the one whose SHA-256 fingerprint is {PRODUCTION_SERVER_ROOT}.",
                )
    return roots


def signature_roots(table: BankIDTable, folder: Path) -> tuple[x509.Certificate, ...]:
    """The roots of people's signatures, each strong and its own issuer. Raises ConfigError."""
    found = certificates_in(table.signature_root_file, folder, "signature_root_file")
    roots = certificates.roots_of(b"".join(map(_pem, found)))
    for root in roots:
        if fingerprint(root) in (PRODUCTION_SERVER_ROOT, TEST_SERVER_ROOT):
            raise ConfigError(
                "[bankid] `signature_root_file` holds the root of BankID's servers, which signs no people.",
                "Ask BankID for the root of signatures; docs/bankid.md says how.",
            )
    return roots


def certificates_in(name: str, folder: Path, setting: str) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM or DER file of [bankid]. Raises ConfigError."""
    if not name:
        raise ConfigError(f"[bankid] `{setting}` is missing.", "docs/bankid.md says where the file comes from.")
    path = folder / name
    content = _read(path, setting)
    try:
        if b"-----BEGIN" in content:
            return tuple(x509.load_pem_x509_certificates(content))
        return (x509.load_der_x509_certificate(content),)
    except _WRONG:
        raise ConfigError(f"[bankid] `{setting}`: {path} holds no certificate.", "Give it in PEM or DER.") from None


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, in small hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def is_named_test(*names: x509.NameAttribute[str | bytes]) -> bool:
    """Whether one of the names has a word that begins with test: BankID calls everything of its test environment so."""
    return any(isinstance(name.value, str) and _TEST.search(name.value) for name in names)


def tls(company: CompanyCertificate, roots: tuple[x509.Certificate, ...]) -> ssl.SSLContext:
    """TLS 1.2 or later that trusts those roots alone, and shows the company's certificate. Raises ConfigError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata="".join(_pem(root).decode() for root in roots))
        _show(context, company)
    except (ssl.SSLError, ValueError):
        raise ConfigError(
            "[bankid] The certificates cannot be used for TLS.", "Compare them with docs/bankid.md."
        ) from None
    return context


def _show(context: ssl.SSLContext, company: CompanyCertificate) -> None:
    """`ssl` takes keys from files only. The one it is given is for our eyes alone, encrypted under a passphrase that is
    never written down, and gone before anything else is done.
    """
    passphrase = secrets.token_urlsafe(32)
    with tempfile.NamedTemporaryFile(prefix="hanport-", suffix=".pem") as file:  # mode 600
        file.write(sealed_pem(company, passphrase))
        file.flush()
        context.load_cert_chain(file.name, password=passphrase)


def sealed_pem(company: CompanyCertificate, passphrase: str) -> bytes:
    """The key, encrypted, and the certificates after it."""
    seal = serialization.BestAvailableEncryption(passphrase.encode())
    key = company.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, seal)
    return key + b"".join(map(_pem, (company.certificate, *company.between)))


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _passphrase(table: BankIDTable, folder: Path) -> bytes | None:
    if not table.passphrase_file:
        return None
    return _read(folder / table.passphrase_file, "passphrase_file").rstrip(b"\r\n")


def _read(path: Path, setting: str) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_FILE + 1)
    except OSError as error:
        problem = f"[bankid] `{setting}`: {path} cannot be read ({error.strerror})."
        raise ConfigError(problem, "Check the path, which counts from the folder of grid.toml.") from error
    if not content or len(content) > _LONGEST_FILE:
        raise ConfigError(f"[bankid] `{setting}`: {path} is empty or far too long.", "Put the right file there.")
    return content
