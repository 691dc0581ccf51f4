"""Verifies what the test identity service signs, by other means than those that signed: signxml, lxml, cryptography."""

import hashlib
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

SPACES = {"d": "http://www.w3.org/2000/09/xmldsig#", "b": "http://www.bankid.com/signature/v1.0.0/types"}


@dataclass(frozen=True)
class Signed:
    """What a signature says, after it was verified."""

    chain: list[x509.Certificate]
    visible: str
    is_marked: bool
    hidden: str
    company: str
    shown: str
    use: str

    @property
    def number(self) -> str:
        return str(self.chain[0].subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value)

    @property
    def policies(self) -> list[str]:
        found = self.chain[0].extensions.get_extension_for_class(x509.CertificatePolicies).value
        return [policy.policy_identifier.dotted_string for policy in found]


def document(signature: str) -> etree._Element:
    """The XML of a signature."""
    return etree.fromstring(b64decode(signature, validate=True), etree.XMLParser(resolve_entities=False))


def verified(signature: str, at: datetime) -> Signed:
    """What is signed. Both references and the signature's value hold; the chain is not looked at. Raises otherwise."""
    root = document(signature)
    chain = [
        x509.load_der_x509_certificate(b64decode(each.text)) for each in root.iterfind(".//d:X509Certificate", SPACES)
    ]
    verifier = XMLVerifier()
    verifier.excise_empty_xmlns_declarations = True
    config = SignatureConfiguration(
        location="./",
        expect_references=2,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        verification_time=at,
    )
    signer = chain[0].public_bytes(Encoding.PEM).decode()
    results = verifier.verify(b64decode(signature), x509_cert=signer, id_attribute="Id", expect_config=config)
    assert isinstance(results, list)
    data, keys = (each.signed_xml for each in results)
    assert etree.QName(data).text == f"{{{SPACES['b']}}}bankIdSignedData"
    assert etree.QName(keys).text == f"{{{SPACES['d']}}}KeyInfo"
    return _said(data, chain)


def _said(data: etree._Element, chain: list[x509.Certificate]) -> Signed:
    visible = data.find("b:usrVisibleData", SPACES)
    return Signed(
        chain=chain,
        visible=visible.text if visible is not None else "",
        is_marked=visible is not None and visible.get("format") == "simpleMarkdownV1",
        hidden=data.findtext("b:usrNonVisibleData", "", SPACES),
        company=_decoded(data.findtext("b:srvInfo/b:name", "", SPACES)),
        shown=_decoded(data.findtext("b:srvInfo/b:displayName", "", SPACES)),
        use=data.findtext("b:clientInfo/b:funcId", "", SPACES),
    )


def _decoded(text: str) -> str:
    return b64decode(text, validate=True).decode()


def check_chain(chain: list[x509.Certificate], root: x509.Certificate, at: datetime) -> None:
    """Raise where it does not lead up to the root, or is not valid at that time."""
    assert len(chain) == 3
    for issued, issuer in zip(chain, [*chain[1:], root], strict=True):
        issued.verify_directly_issued_by(issuer)
        assert issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert issuer.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
        assert issued.not_valid_before_utc <= at <= issued.not_valid_after_utc


def check_ocsp(completion: Mapping[str, Any], chain: list[x509.Certificate]) -> None:
    """Raise where the response does not say that the user's certificate is good, for this signature."""
    response = ocsp.load_der_ocsp_response(b64decode(completion["ocspResponse"], validate=True))
    assert response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
    (responder,) = response.certificates
    responder.verify_directly_issued_by(chain[1])
    usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.OCSP_SIGNING in usage
    key, algorithm = responder.public_key(), response.signature_hash_algorithm
    assert isinstance(key, rsa.RSAPublicKey) and algorithm is not None
    key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    assert response.serial_number == chain[0].serial_number
    assert response.issuer_key_hash == _key_hash(chain[1])
    assert response.certificate_status is ocsp.OCSPCertStatus.GOOD
    nonce = response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    assert nonce.startswith(hashlib.sha1(completion["signature"].encode()).digest())


def _key_hash(certificate: x509.Certificate) -> bytes:
    return x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest


def is_iso_day(text: str) -> bool:
    """Whether it is a day with a UTC offset, as BankID's reference has it."""
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}(Z|[+-]\d{2}:\d{2})", text) is not None
