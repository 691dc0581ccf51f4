"""Certificates made one by one: authorities, and what they certify. All of them are for TEST."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Extensions = Sequence[tuple[x509.ExtensionType, bool]]  # each with whether it is critical
NAME = x509.ObjectIdentifier("2.5.4.41")  # id-at-name (X.520, 6.2.1), which BankID's certificates have
_USES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
AUTHORITY_BITS, BITS = 3072, 2048
_OLD = timedelta(days=365)
_LASTS = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a certificate is valid."""

    begin: datetime
    end: datetime

    @classmethod
    def around(cls, now: datetime) -> "Span":
        """Some years: what is made once has begun before whatever it certifies, and outlives a demonstration."""
        whole = now.replace(microsecond=0)
        return cls(whole - _OLD, whole + _LASTS)


def rsa_key(bits: int = BITS) -> rsa.RSAPrivateKey:
    """A new key."""
    return rsa.generate_private_key(65537, bits)


def subject(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """A name of those parts, the widest first."""
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts])


def common(name: str) -> x509.Name:
    """A name that is nothing else."""
    return subject((NameOID.COMMON_NAME, name))


def key_usage(*uses: str) -> x509.KeyUsage:
    """What a key may be used for, by the names that `x509.KeyUsage` gives."""
    return x509.KeyUsage(**{use: use in uses for use in _USES})


def policies(*oids: str) -> x509.CertificatePolicies:
    """The policies by which a certificate was issued."""
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids])


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate that certifies others, and its key."""

    certificate: x509.Certificate
    key: Key

    @classmethod
    def root(cls, name: x509.Name, key: Key, span: Span) -> "Authority":
        """One that certifies itself."""
        builder = _builder(name, name, key.public_key(), span)
        for extension, critical in _authority_extensions():
            builder = builder.add_extension(extension, critical)
        return cls(builder.sign(key, SHA512()), key)

    def authority(self, name: x509.Name, key: Key, span: Span, extensions: Extensions = ()) -> "Authority":
        """One that this one certifies."""
        more = [*_authority_extensions(), *extensions]
        return Authority(self.certify(name, key, span, more), key)

    def certify(self, name: x509.Name, key: Key, span: Span, extensions: Extensions) -> x509.Certificate:
        """A certificate for the public half of `key`."""
        issuer = self.certificate.subject
        builder = _builder(name, issuer, key.public_key(), span)
        known = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        for extension, critical in [*extensions, (known, False)]:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.key, SHA256())


def _builder(
    name: x509.Name, issuer: x509.Name, public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, span: Span
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(issuer, name, public_key, x509.random_serial_number())
        .not_valid_before(span.begin)
        .not_valid_after(span.end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _authority_extensions() -> Extensions:
    return [
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (key_usage("key_cert_sign", "crl_sign"), True),
    ]


def to_pem(*certificates: x509.Certificate) -> bytes:
    """Certificates as a file has them."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def write_private(path: Path, content: bytes) -> None:
    """A file that only its owner reads, from its first moment."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def write_key(path: Path, key: Key) -> None:
    """A key without a passphrase, in PEM."""
    write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def read_rsa_key(path: Path) -> rsa.RSAPrivateKey:
    """A key that was written so. Raises OSError or ValueError.

    That its numbers are primes is not proved once more: it is a key of our own, and the proof takes half a second.
    """
    key = load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path.name} is no RSA key")
    return key
