"""A signature as BankID makes it: an XML signature (XML-DSig) around the text, in base64.

It is written in its canonical form (inclusive C14N 1.0) to begin with: every element that is signed declares its own
namespace and no other, attributes stand in order, and an empty element has an end tag. So what is hashed is what is
sent, and no library's opinion of namespaces comes between.
"""

from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from hanport.testid.wallet import BankId

XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
TYPES = "http://www.bankid.com/signature/v1.0.0/types"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'


class Use(StrEnum):
    """What a signature was made for (`funcId`)."""

    IDENTIFICATION = "Identification"
    SIGNING = "Signing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is signed. Texts that came in base64 stay as they came; "" is none.

    `company` and `shown` are the relying party's two names, `uhi` what the device is known by.
    """

    use: Use
    visible: str
    is_marked: bool
    hidden: str
    company: str
    shown: str
    nonce: bytes
    uhi: str
    policy: str
    device: str


def sign(content: Content, bank_id: BankId) -> str:
    """The signature, in base64."""
    data, keys = _signed_data(content), _key_info(bank_id)
    info = _signed_info(_digest(data), _digest(keys))
    value = bank_id.key.sign(info.encode(), padding.PKCS1v15(), SHA256())
    document = (
        f'{_DECLARATION}<Signature xmlns="{XMLDSIG}">{info}<SignatureValue>{_base64(value)}</SignatureValue>'
        f"{keys}<Object>{data}</Object></Signature>"
    )
    return _base64(document.encode())


def _signed_info(data: str, keys: str) -> str:
    references = _reference(f'Type="{TYPES}" URI="#bidSignedData"', data) + _reference('URI="#bidKeyInfo"', keys)
    return (
        f'<SignedInfo xmlns="{XMLDSIG}"><CanonicalizationMethod Algorithm="{_C14N}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{_RSA_SHA256}"></SignatureMethod>'
        f"{references}</SignedInfo>"
    )


def _reference(attributes: str, digest: str) -> str:
    return (
        f'<Reference {attributes}><Transforms><Transform Algorithm="{_C14N}"></Transform></Transforms>'
        f'<DigestMethod Algorithm="{_SHA256}"></DigestMethod><DigestValue>{digest}</DigestValue></Reference>'
    )


def _key_info(bank_id: BankId) -> str:
    certificates = "".join(
        f"<X509Certificate>{_base64(each.public_bytes(Encoding.DER))}</X509Certificate>" for each in bank_id.chain
    )
    return f'<KeyInfo xmlns="{XMLDSIG}" Id="bidKeyInfo"><X509Data>{certificates}</X509Data></KeyInfo>'


def _signed_data(content: Content) -> str:
    marked = ' format="simpleMarkdownV1"' if content.is_marked else ""
    visible = f'<usrVisibleData charset="UTF-8"{marked} visible="wysiwys">{content.visible}</usrVisibleData>'
    hidden = f"<usrNonVisibleData>{content.hidden}</usrNonVisibleData>"
    return (
        f'<bankIdSignedData xmlns="{TYPES}" Id="bidSignedData">'
        f"{visible if content.visible else ''}{hidden if content.hidden else ''}"
        f"<srvInfo><name>{_text(content.company)}</name><nonce>{_base64(content.nonce)}</nonce>"
        f"<displayName>{_text(content.shown)}</displayName></srvInfo>{_client_info(content)}</bankIdSignedData>"
    )


def _client_info(content: Content) -> str:
    version = f"hanport-testid=1&platform={content.device}&uhi={content.uhi}&"
    return (
        f"<clientInfo><funcId>{content.use}</funcId><version>{_text(version)}</version><env><ai>"
        f"<type>{_text('TEST')}</type><deviceInfo>{_text(content.device)}</deviceInfo><uhi>{content.uhi}</uhi>"
        "<fsib>0</fsib><utb>cs1</utb><requirement><condition><type>CertificatePolicies</type>"
        f"<value>{content.policy}</value></condition></requirement><uauth>pw</uauth></ai></env></clientInfo>"
    )


def _digest(canonical: str) -> str:
    return _base64(sha256(canonical.encode()).digest())


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def _text(text: str) -> str:
    return _base64(text.encode())
