"""A forger of BankID signatures with authorities of its own: genuine ones, and those with one thing wrong.

It writes the form letter by letter, as BankID does, and shares nothing with what verifies it. What it writes is in
canonical form already, so the letters are what is signed.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

AT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
NUMBER = "191212121212"
POLICY = "1.2.3.4.25"
TEXT = "Öppna HAN-porten på mätaren 7340 0012, Lindvägen 3."
HIDDEN = bytes(range(256))

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Extension = tuple[x509.ExtensionType, bool]

DSIG = "http://www.w3.org/2000/09/xmldsig#"
BANKID = "http://www.bankid.com/signature/v1.0.0/types"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
CANONICAL = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key of that name, the same each time."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    """A key of that name, the same each time."""
    return ec.generate_private_key(ec.SECP256R1())


def name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """A distinguished name."""
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts])


def usage(*uses: str) -> Extension:
    """What a key may be used for."""
    known = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"]
    known += ["key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{each: each in uses for each in known}), True


def policy(*oids: str) -> Extension:
    """The policies by which it was issued."""
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids]), False


def authority(path_length: int | None = None) -> tuple[Extension, ...]:
    """What those have who may issue others."""
    constraints = x509.BasicConstraints(ca=True, path_length=path_length)
    return (constraints, True), usage("key_cert_sign", "crl_sign"), policy("1.2.3.4.5")


@dataclass(frozen=True)
class Wish:
    """A certificate to be made."""

    name: x509.Name
    key: Key
    extensions: tuple[Extension, ...]
    begins: datetime = AT - timedelta(days=30)
    ends: datetime = AT + timedelta(days=335)

    def but(self, **changes: object) -> "Wish":
        """The same with changes."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def named(self, common_name: str) -> "Wish":
        """The same under another name."""
        return self.but(name=name(*BANK, (NameOID.COMMON_NAME, common_name)))


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key


BANK = (NameOID.COUNTRY_NAME, "SE"), (NameOID.ORGANIZATION_NAME, "Testbank A AB (publ)")
OCSP_ADDRESS = x509.AccessDescription(
    AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.invalid")
)
_OLD = {"begins": AT - timedelta(days=3000), "ends": AT + timedelta(days=3000)}
ROOT = Wish(name((NameOID.COMMON_NAME, "Test Root CA v1")), rsa_key("root"), authority(), **_OLD)
MEMBER = Wish(name(*BANK, (NameOID.COMMON_NAME, "Testbank A CA v1")), rsa_key("member"), authority(), **_OLD)
CUSTOMER = Wish(
    name(*BANK, (NameOID.COMMON_NAME, "Testbank A Customer CA1 v1")), rsa_key("customer"), authority(), **_OLD
)
PERSON = Wish(
    name(
        *BANK,
        (NameOID.SURNAME, "Tolvansson"),
        (NameOID.GIVEN_NAME, "Tolvan"),
        (NameOID.SERIAL_NUMBER, NUMBER),
        (x509.ObjectIdentifier("2.5.4.41"), "(261026 08.33) Tolvan Tolvansson - Mobilt BankID"),
        (NameOID.COMMON_NAME, "Tolvan Tolvansson"),
    ),
    rsa_key("person"),
    (
        (x509.AuthorityInformationAccess([OCSP_ADDRESS]), False),
        policy(POLICY),
        usage("content_commitment"),
    ),
)


def certify(wish: Wish, issuer: Issued | None = None) -> Issued:
    """The certificate; without an issuer it certifies itself."""
    key = issuer.key if issuer else wish.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(wish.name)
        .issuer_name(issuer.certificate.subject if issuer else wish.name)
        .public_key(wish.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(wish.begins)
        .not_valid_after(wish.ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(wish.key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    for extension, is_critical in wish.extensions:
        builder = builder.add_extension(extension, is_critical)
    return Issued(builder.sign(key, hashes.SHA256()), wish.key)


@dataclass(frozen=True)
class Chain:
    """A person's certificate, those of the bank over it, the nearest first, and the root."""

    person: Issued
    over: tuple[Issued, ...]
    root: Issued

    @property
    def carried(self) -> list[x509.Certificate]:
        """What goes into a signature."""
        return [self.person.certificate, *(each.certificate for each in self.over)]

    @property
    def roots(self) -> list[x509.Certificate]:
        return [self.root.certificate]


def chain(*, person: Wish = PERSON, over: Sequence[Wish] = (CUSTOMER, MEMBER), root: Wish = ROOT) -> Chain:
    """A chain that leads from a new certificate of the person to a new one of the root."""
    top = certify(root)
    issued: list[Issued] = []
    for wish in reversed([person, *over]):
        issued.insert(0, certify(wish, issued[0] if issued else top))
    return Chain(issued[0], tuple(issued[1:]), top)


@cache
def genuine_chain() -> Chain:
    """The one of which nothing is wrong."""
    return chain()


def base64_of(content: str | bytes) -> str:
    """As BankID writes all its fields."""
    return base64.b64encode(content.encode() if isinstance(content, str) else content).decode()


@dataclass(frozen=True)
class Order:
    """What is signed. None: nothing was sent."""

    visible: str | None = TEXT
    hidden: bytes | None = HIDDEN
    markdown: bool = True
    document: str = "Signing"
    party: str = "cn=Nätbolaget AB,name=Nätbolaget,serialNumber=5566304928,o=Testbank A AB (publ),c=SE"

    def written(self) -> str:
        """The element that holds it."""
        form = ' format="simpleMarkdownV1"' if self.markdown else ""
        shown = (
            f'<usrVisibleData charset="UTF-8"{form} visible="wysiwys">{base64_of(self.visible or "")}</usrVisibleData>'
        )
        unseen = f"<usrNonVisibleData>{base64_of(self.hidden or b'')}</usrNonVisibleData>"
        return (
            f'<bankIdSignedData xmlns="{BANKID}" Id="bidSignedData">'
            f"{'' if self.visible is None else shown}{'' if self.hidden is None else unseen}"
            f"<srvInfo><name>{base64_of(self.party)}</name><nonce>txXgPC/CeexkmlzI0/ZPnY5y6lQ=</nonce>"
            f"<displayName>{base64_of('Nätbolaget')}</displayName></srvInfo>"
            f"<clientInfo><funcId>{self.document}</funcId><version>{base64_of('Personal=7.12')}</version><env><ai>"
            "<type>QU5EUk9JRA==</type><deviceInfo>MTQ=</deviceInfo><uhi>giCsUsVYgZEg96P/l/7QIxWjusqW</uhi>"
            "<fsib>0</fsib><utb>cs1</utb><requirement><condition><type>CertificatePolicies</type>"
            f"<value>{POLICY}</value></condition></requirement><uauth>pw</uauth></ai></env></clientInfo>"
            "</bankIdSignedData>"
        )


LOGIN = Order(None, None, document="Identification")


def key_info(carried: Sequence[x509.Certificate | bytes]) -> str:
    """The element that holds the certificates."""
    ders = [each if isinstance(each, bytes) else each.public_bytes(Encoding.DER) for each in carried]
    inner = "".join(f"<X509Certificate>{base64_of(der)}</X509Certificate>" for der in ders)
    return f'<KeyInfo xmlns="{DSIG}" Id="bidKeyInfo"><X509Data>{inner}</X509Data></KeyInfo>'


def reference(uri: str, digest: bytes, kind: str = "") -> str:
    """A reference in the signature."""
    return (
        f'<Reference{kind} URI="{uri}"><Transforms><Transform Algorithm="{CANONICAL}"></Transform></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>'
        f"<DigestValue>{base64_of(digest)}</DigestValue></Reference>"
    )


def signed_info(data: str, keys: str) -> str:
    """The element that is signed: digests of the other two."""
    digests = [hashlib.sha256(each.encode()).digest() for each in (data, keys)]
    first = reference("#bidSignedData", digests[0], f' Type="{BANKID}"')
    return (
        f'<SignedInfo xmlns="{DSIG}"><CanonicalizationMethod Algorithm="{CANONICAL}"></CanonicalizationMethod>'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>'
        f"{first}{reference('#bidKeyInfo', digests[1])}</SignedInfo>"
    )


def whole(info: str, value: bytes, keys: str, data: str) -> str:
    """The document of those four."""
    return (
        f'{DECLARATION}<Signature xmlns="{DSIG}">{info}<SignatureValue>{base64_of(value)}</SignatureValue>'
        f"{keys}<Object>{data}</Object></Signature>"
    )


def sealed(data: str, keys: str, *, info: str | None = None, key: Key | None = None) -> str:
    """A document of which the signature is right, whatever is written in its parts."""
    written = signed_info(data, keys) if info is None else info
    signer = key or rsa_key("person")
    if isinstance(signer, ec.EllipticCurvePrivateKey):
        value = signer.sign(written.encode(), ec.ECDSA(hashes.SHA256()))
    else:
        value = signer.sign(written.encode(), padding.PKCS1v15(), hashes.SHA256())
    return whole(written, value, keys, data)


def signature(order: Order | None = None, made_by: Chain | None = None) -> str:
    """A genuine one, by default of an order."""
    issued = made_by or genuine_chain()
    return sealed((order or Order()).written(), key_info(issued.carried), key=issued.person.key)


def sent(xml: str) -> bytes:
    """A document as BankID's answer has it."""
    return base64.b64encode(xml.encode())
