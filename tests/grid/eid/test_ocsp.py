"""The issuer's word about the certificate: of this certificate, for this signature, at that time, by whom the issuer
named, and good.
"""

import base64
import hashlib
from datetime import timedelta
from itertools import product

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as library
from cryptography.x509.oid import ExtendedKeyUsageOID

from grid.eid.forge import AT, CUSTOMER, PERSON, certify, chain, ec_key, genuine_chain, rsa_key, sent, signature, usage
from grid.eid.forge_ocsp import RESPONDER, SIGNING, Response, bare, nonce_of
from hanport.grid.eid import ocsp
from hanport.grid.eid.signature import Why, verify
from hanport.grid.eid.verdict import Refused

XML = signature()
SENT = sent(XML)
GENUINE = Response(SENT)
ISSUER = genuine_chain().over[0]
DIGEST = hashlib.sha1(SENT, usedforsecurity=False).digest()
STRANGER = chain(over=(CUSTOMER.but(key=rsa_key("forged customer")),), root=CUSTOMER.but(key=rsa_key("forged root")))


def why(response: bytes, *, given: bytes = SENT) -> Why | None:
    verdict = verify(given, genuine_chain().roots, AT, ocsp=response)
    assert verdict.ocsp == ("good" if verdict.genuine else "")
    return verdict.why


def _responder(**changes: object) -> Response:
    return GENUINE.but(responder=certify(RESPONDER.but(**changes), ISSUER))


def _extended(*extensions: tuple[x509.ExtensionType, bool]) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    kinds = {type(each) for each, _ in extensions}
    return (*(each for each in RESPONDER.extensions if type(each[0]) not in kinds), *extensions)


MORE = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"a")
STANDARD = (x509.OCSPNonce(DIGEST), False)
TAKEN = {
    "as BankID's": GENUINE,
    "the issuer's own": GENUINE.but(responder=ISSUER, carried=()),
    "the issuer's own, with its certificate": GENUINE.but(responder=ISSUER),
    "by the hash of the key": GENUINE.but(encoding=library.OCSPResponderEncoding.HASH),
    "the issuer's own, by the hash of the key": GENUINE.but(
        responder=ISSUER, carried=(), encoding=library.OCSPResponderEncoding.HASH
    ),
    "with a nonce as the standard has it": GENUINE.but(extensions=(STANDARD,)),
    "with a nonce that ends at the hash": GENUINE.but(extensions=((bare(DIGEST), True),)),
    "with an identifier in SHA-256": GENUINE.but(hashed=hashes.SHA256()),
    "with an end": GENUINE.but(at=AT - timedelta(hours=5), ends=AT + timedelta(hours=1)),
    "a little before": GENUINE.but(at=AT - ocsp.LEEWAY),
    "a little after": GENUINE.but(at=AT + ocsp.LEEWAY),
    "with an end a little before": GENUINE.but(at=AT - timedelta(hours=5), ends=AT - ocsp.LEEWAY),
    "by a responder of the same name as the issuer": _responder(name=CUSTOMER.name),
    "by a responder with an elliptic key": _responder(key=ec_key("responder")),
    "by a responder whose purpose is critical": _responder(extensions=_extended((SIGNING[0], True))),
    "by a responder that says no use": _responder(extensions=(SIGNING,)),
    "with the issuer's certificate too": GENUINE.but(
        responder=ISSUER, carried=(genuine_chain().over[1].certificate, ISSUER.certificate)
    ),
    "with one thing more": GENUINE.but(extensions=((bare(nonce_of(SENT)), True), (MORE, False))),
}


@pytest.mark.parametrize("response", TAKEN.values(), ids=TAKEN.keys())
def test_a_good_response_is_taken(response: Response) -> None:
    assert why(response.der()) is None
    assert why(base64.b64encode(response.der())) is None
    assert why(base64.encodebytes(response.der())) is None


FORGED_BY_NAME = certify(RESPONDER.but(key=rsa_key("evil")), STRANGER.over[0])
REFUSED = {
    "of another person": (GENUINE.but(about=chain()), Why.OCSP_CERTIFICATE),
    "of another certificate by the same issuer": (
        GENUINE.but(about=type(genuine_chain())(certify(PERSON, ISSUER), genuine_chain().over, genuine_chain().root)),
        Why.OCSP_CERTIFICATE,
    ),
    "of a certificate of the same number by another": (
        GENUINE.but(about=STRANGER, responder=ISSUER, carried=()),
        Why.OCSP_CERTIFICATE,
    ),
    "revoked": (GENUINE.but(status=library.OCSPCertStatus.REVOKED), Why.OCSP_REVOKED),
    "unknown": (GENUINE.but(status=library.OCSPCertStatus.UNKNOWN), Why.OCSP_UNKNOWN),
    "too old": (GENUINE.but(at=AT - ocsp.LEEWAY - timedelta(seconds=1)), Why.OCSP_TIME),
    "too new": (GENUINE.but(at=AT + ocsp.LEEWAY + timedelta(seconds=1)), Why.OCSP_TIME),
    "ended": (
        GENUINE.but(at=AT - timedelta(days=1), ends=AT - ocsp.LEEWAY - timedelta(seconds=1)),
        Why.OCSP_TIME,
    ),
    "of a time to come": (GENUINE.but(at=AT + timedelta(hours=1), ends=AT + timedelta(days=1)), Why.OCSP_TIME),
    "for another signature": (GENUINE.but(signature=SENT + b"x"), Why.OCSP_NONCE),
    "for no signature": (GENUINE.but(extensions=()), Why.OCSP_NONCE),
    "for another signature, as the standard has it": (
        GENUINE.but(extensions=((x509.OCSPNonce(nonce_of(b"x")), False),)),
        Why.OCSP_NONCE,
    ),
    "with a nonce that is cut": (GENUINE.but(extensions=((bare(DIGEST[:19]), True),)), Why.OCSP_NONCE),
    "with an empty nonce": (GENUINE.but(extensions=((bare(b""), True),)), Why.OCSP_NONCE),
    "with the hash behind in the nonce": (GENUINE.but(extensions=((bare(b"\x00" + DIGEST), True),)), Why.OCSP_NONCE),
    "with a nonce of what is in the base64": (
        GENUINE.but(extensions=((bare(nonce_of(XML.encode())), True),)),
        Why.OCSP_NONCE,
    ),
    "with something critical": (
        GENUINE.but(extensions=((bare(nonce_of(SENT)), True), (MORE, True))),
        Why.OCSP_UNREADABLE,
    ),
    "by a responder without the purpose": (
        _responder(extensions=[each for each in RESPONDER.extensions if each is not SIGNING]),
        Why.OCSP_RESPONDER,
    ),
    "by a responder with another purpose": (
        _responder(extensions=_extended((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False))),
        Why.OCSP_RESPONDER,
    ),
    "by a responder for any purpose": (
        _responder(extensions=_extended((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), False))),
        Why.OCSP_RESPONDER,
    ),
    "by a responder with a key for encryption": (
        _responder(extensions=_extended(usage("key_encipherment"))),
        Why.OCSP_RESPONDER,
    ),
    "by a responder that has ended": (_responder(ends=AT - timedelta(seconds=1)), Why.OCSP_RESPONDER),
    "by a responder that has not begun": (_responder(begins=AT + timedelta(seconds=1)), Why.OCSP_RESPONDER),
    "by a responder with a short key": (_responder(key=rsa_key("small", 1024)), Why.OCSP_SIGNATURE),
    "by a responder with something critical": (
        _responder(extensions=_extended((MORE, True))),
        Why.OCSP_RESPONDER,
    ),
    "by a responder of another issuer of that name": (GENUINE.but(responder=FORGED_BY_NAME), Why.OCSP_RESPONDER),
    "by a responder of the issuer's issuer": (
        GENUINE.but(responder=certify(RESPONDER, genuine_chain().over[1])),
        Why.OCSP_RESPONDER,
    ),
    "by the issuer's issuer": (GENUINE.but(responder=genuine_chain().over[1]), Why.OCSP_RESPONDER),
    "by the root": (GENUINE.but(responder=genuine_chain().root), Why.OCSP_RESPONDER),
    "by the person": (GENUINE.but(responder=genuine_chain().person), Why.OCSP_RESPONDER),
    "by a stranger of the issuer's name": (GENUINE.but(responder=STRANGER.over[0], carried=()), Why.OCSP_SIGNATURE),
    "by a stranger of the issuer's name, with its certificate": (
        GENUINE.but(responder=STRANGER.over[0]),
        Why.OCSP_RESPONDER,
    ),
    "by a responder that is not there": (GENUINE.but(carried=()), Why.OCSP_RESPONDER),
    "by a responder, with another's certificate": (
        GENUINE.but(carried=(certify(RESPONDER.but(key=rsa_key("evil")), ISSUER).certificate,)),
        Why.OCSP_SIGNATURE,
    ),
    "with more certificates than there can be": (
        GENUINE.but(carried=tuple(certify(RESPONDER, ISSUER).certificate for _ in range(5))),
        Why.OCSP_UNREADABLE,
    ),
}


@pytest.mark.parametrize(("response", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_response_with_one_thing_wrong_is_refused(response: Response, expected: Why) -> None:
    assert why(response.der()) is expected


def test_a_response_whose_signature_is_not_its_own_is_refused() -> None:
    der = GENUINE.der()
    value = library.load_der_ocsp_response(der).signature
    assert why(der.replace(value, bytes(len(value)))) is Why.OCSP_SIGNATURE
    another = library.load_der_ocsp_response(GENUINE.but(at=AT - timedelta(seconds=1)).der()).signature
    assert why(der.replace(value, another)) is Why.OCSP_SIGNATURE


def test_a_response_signed_with_sha1_is_refused() -> None:
    der = GENUINE.der()
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    response = library.load_der_ocsp_response(der)
    assert why(der.replace(sha256, sha1, 1)) is Why.OCSP_SIGNATURE
    assert response.signature_algorithm_oid.dotted_string == "1.2.840.113549.1.1.11"


def _der(tag: int, *inner: bytes) -> bytes:
    body = b"".join(inner)
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body if len(body) > 127 else bytes((tag, len(body))) + body


def _resigned(tbs: bytes) -> bytes:
    """A response of a form that the library does not write, signed by the responder."""
    certificate = certify(RESPONDER, ISSUER).certificate.public_bytes(Encoding.DER)
    value = b"\x00" + rsa_key("responder").sign(tbs, padding.PKCS1v15(), hashes.SHA256())
    algorithm = bytes.fromhex("300d06092a864886f70d01010b0500")
    basic = _der(0x30, tbs, algorithm, _der(0x03, value), _der(0xA0, _der(0x30, certificate)))
    kind = bytes.fromhex("06092b0601050507300101")
    return _der(0x30, b"\x0a\x01\x00", _der(0xA0, _der(0x30, kind, _der(0x04, basic))))


TBS = library.load_der_ocsp_response(GENUINE.der()).tbs_response_bytes
SHA1 = bytes.fromhex("300906052b0e03021a0500")


def _about_two() -> bytes:
    """The response to be signed, with what it says of the certificate twice."""
    place = TBS.index(SHA1) - 4  # behind the heads of SingleResponse and CertID
    single = TBS[place : place + 2 + TBS[place + 1]]
    head = 4 if TBS[1] == 0x82 else 3
    return _der(0x30, TBS[head : place - 2], _der(0x30, single, single), TBS[place + len(single) :])


def test_a_response_of_another_form_is_taken_where_it_is_right() -> None:
    assert why(_resigned(TBS)) is None


def test_a_response_about_two_certificates_is_refused() -> None:
    der = _resigned(_about_two())
    assert len(list(library.load_der_ocsp_response(der).responses)) == 2
    assert why(der) is Why.OCSP_UNREADABLE
    with pytest.raises(Refused):
        ocsp.true_at(ocsp.load(der))


def test_a_response_with_an_unknown_hash_is_refused() -> None:
    assert why(_resigned(TBS.replace(SHA1, SHA1[:-3] + b"\x1b\x05\x00"))) is Why.OCSP_UNREADABLE


ERRORS = [each for each in library.OCSPResponseStatus if each is not library.OCSPResponseStatus.SUCCESSFUL]


@pytest.mark.parametrize("status", ERRORS, ids=lambda status: status.name)
def test_an_error_of_the_responder_is_refused(status: library.OCSPResponseStatus) -> None:
    der = library.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
    assert why(der) is Why.OCSP_ERROR
    with pytest.raises(Refused):
        ocsp.true_at(ocsp.load(der))


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"MII",
        b"x",
        b"M" * 100,
        GENUINE.der()[:-1],
        GENUINE.der() + b"\x00",
        b"\x30\x03\x0a\x01\x00",
        SENT,
        bytes(ocsp.LONGEST + 1),
    ],
    ids=lambda response: f"{response[:8]!r} {len(response)}",
)
def test_what_is_no_response_is_refused(response: bytes) -> None:
    assert why(response) is Why.OCSP_UNREADABLE


def test_the_time_of_a_response_is_when_it_was_true() -> None:
    assert ocsp.true_at(ocsp.load(GENUINE.but(at=AT - timedelta(hours=1)).der())) == AT - timedelta(hours=1)


def _that_looks_like_a_string() -> bytes:
    """A genuine signature, with white space before its end, whose hash begins like an OCTET STRING of what follows."""
    head, _, tail = XML.rpartition("</Object>")
    head += " " * (-len(head.encode()) % 3)  # so that its base64 can be hashed alone
    begun = hashlib.sha1(sent(head), usedforsecurity=False)
    for spaces in product(" \t\n", repeat=15):
        end = f"{''.join(spaces)}</Object>{tail}"
        hashed = begun.copy()
        hashed.update(sent(end))
        if hashed.digest()[:2] == b"\x04\x1e":
            return sent(head + end)
    raise AssertionError("14 million signatures, and none of them is one in 65 536")


def test_a_bare_nonce_that_looks_like_one_in_a_string_is_taken() -> None:
    given = _that_looks_like_a_string()
    response = GENUINE.but(signature=given).der()
    extensions = library.load_der_ocsp_response(response).extensions
    found = extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    assert found == nonce_of(given)[2:], "the library has taken its head off"
    assert why(response, given=given) is None


def test_the_response_belongs_to_the_text_that_was_sent() -> None:
    """The nonce is of the base64 text, so lines in a file that was kept do no harm."""
    assert why(GENUINE.der(), given=base64.encodebytes(XML.encode())) is None
    assert why(GENUINE.der(), given=XML.encode()) is None
    assert why(GENUINE.der(), given=sent(XML.replace("<Object>", "<Object> "))) is Why.OCSP_NONCE
