"""A genuine signature is accepted, as of what it says; and it is what was asked for, or is refused for that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from signxml.algorithms import CanonicalizationMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from grid.eid.forge import (
    AT,
    CUSTOMER,
    DSIG,
    HIDDEN,
    LOGIN,
    MEMBER,
    NUMBER,
    PERSON,
    POLICY,
    TEXT,
    Order,
    base64_of,
    chain,
    ec_key,
    genuine_chain,
    key_info,
    rsa_key,
    sealed,
    sent,
    signature,
    usage,
)
from grid.eid.forge_ocsp import Response
from grid.eid.verified import verified, why
from grid.planted import found_in
from hanport.grid.eid.signature import (
    Expected,
    Unreadable,
    Verdict,
    Why,
    certificate_begins_at,
    hold,
    roots_of,
    text_of,
    verify,
)
from hanport.grid.eid.signature_xml import LONGEST
from hanport.grid.eid.verdict import Signer
from hanport.grid.identifiers import Number, NumberKind

HERE = Path(__file__).parent
LOGIN_OF_2022 = (HERE / "genuine" / "login.b64").read_bytes()
TEST_ROOT = (HERE / "roots" / "signature-test.pem").read_bytes()
IN_2022 = datetime(2022, 10, 9, 8, 40, tzinfo=UTC)
PARTY = Order().party
ASKED = Expected(visible=TEXT, hidden=HIDDEN, number=NUMBER, is_login=False, relying_party=PARTY, markdown=True)


def test_a_signature_that_bankid_made_is_genuine() -> None:
    verdict = verify(LOGIN_OF_2022, roots_of(TEST_ROOT), IN_2022, policies=frozenset({"1.2.3.4.5"}))
    assert verdict == Verdict(
        genuine=True,
        why=None,
        signer=Signer("191212121212", "Tolvan Tolvansson", "Tolvan", "Tolvansson"),
        visible="signeringstext",
        visible_format="",
        hidden=b"ej synlig",
        document="Identification",
        relying_party="cn=Finansiell ID-Teknik BID AB,name=Test av BankID,serialNumber=5566304928,"
        "o=Testbank A AB (publ),c=SE",
        policies=("1.2.3.4.5",),
        certificate_serial="1ef58c451a53eac9",
        not_before=datetime(2022, 9, 12, 22, 0, tzinfo=UTC),
        not_after=datetime(2023, 9, 13, 21, 59, 59, tzinfo=UTC),
        ocsp="absent",
    )


@pytest.mark.parametrize(
    ("roots", "at", "policies", "expected"),
    [
        (TEST_ROOT, datetime(2022, 9, 12, 21, 59, tzinfo=UTC), None, Why.VALIDITY),
        (TEST_ROOT, datetime(2023, 9, 14, tzinfo=UTC), None, Why.VALIDITY),
        (TEST_ROOT, IN_2022, frozenset({"1.2.3.4.25"}), Why.POLICY),
        (genuine_chain().root.certificate.public_bytes(Encoding.PEM), IN_2022, None, Why.ROOT),
    ],
    ids=["before", "after", "policy", "root"],
)
def test_the_signature_that_bankid_made_is_refused_elsewhere(
    roots: bytes, at: datetime, policies: frozenset[str] | None, expected: Why
) -> None:
    assert verify(LOGIN_OF_2022, roots_of(roots), at, policies=policies).why is expected


def test_another_library_holds_the_forgers_signatures_for_genuine() -> None:
    """The forger writes the form: its signatures prove nothing if they are right for our verifier alone."""
    verifier = XMLVerifier()
    verifier.excise_empty_xmlns_declarations = True
    found = verifier.verify(
        signature().encode(),
        x509_cert=genuine_chain().person.certificate,
        expect_config=SignatureConfiguration(
            require_x509=True,
            expect_references=2,
            verification_time=AT,
            default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
        ),
    )
    assert isinstance(found, list)
    names = ["" if each.signed_xml is None else each.signed_xml.tag.partition("}")[2] for each in found]
    assert names == ["bankIdSignedData", "KeyInfo"]


def test_an_order_is_told_as_it_was_signed() -> None:
    verdict = verified(signature(), ocsp=Response(sent(signature())).der())
    assert verdict.genuine
    assert (verdict.visible, verdict.visible_format, verdict.hidden) == (TEXT, "simpleMarkdownV1", HIDDEN)
    assert (verdict.document, verdict.relying_party, verdict.policies) == ("Signing", PARTY, (POLICY,))
    assert verdict.signer == Signer(NUMBER, "Tolvan Tolvansson", "Tolvan", "Tolvansson")
    assert verdict.certificate_serial == f"{genuine_chain().person.certificate.serial_number:x}"
    assert (verdict.not_before, verdict.not_after) == (PERSON.begins, PERSON.ends)
    assert verdict.ocsp == "good"


def test_a_login_needs_no_text() -> None:
    verdict = verified(signature(LOGIN))
    assert (verdict.genuine, verdict.document, verdict.visible, verdict.hidden) == (True, "Identification", "", b"")


def _with_lines(text: bytes) -> bytes:
    return b"\r\n".join(text[n : n + 64] for n in range(0, len(text), 64)) + b"\n"


@pytest.mark.parametrize(
    "given",
    [
        lambda xml: sent(xml),
        lambda xml: _with_lines(sent(xml)),
        lambda xml: b"  \n" + sent(xml) + b"\t",
        lambda xml: xml.encode(),
        lambda xml: xml.encode() + b"\n",
        lambda xml: b"\xef\xbb\xbf" + xml.encode(),
    ],
    ids=["base64", "lines", "space", "xml", "xml with a line end", "byte order mark"],
)
def test_it_is_read_in_every_usual_form(given: Callable[[str], bytes]) -> None:
    verdict = verify(given(signature()), genuine_chain().roots, AT)
    assert verdict.genuine


def test_the_text_that_the_nonce_is_of_is_the_one_that_was_sent() -> None:
    once = sent(signature())
    assert text_of(_with_lines(once)) == once == text_of(signature().encode() + b"\n")


_DATA, _KEYS = Order().written(), key_info(genuine_chain().carried)
_SHOWN = base64_of(TEXT)
TOLERATED = {
    "no declaration": signature().partition("?>")[2],
    "white space behind a part": signature().replace("</SignedInfo>", "</SignedInfo>\n  "),
    "white space before a part": signature().replace("<Object>", "\n<Object> "),
    "short empty elements": signature().replace("></CanonicalizationMethod>", "/>").replace("></Transform>", "/>"),
    "single quotes": signature().replace('Id="bidKeyInfo"', "Id='bidKeyInfo'"),
    "a namespace that is said once": signature().replace(f'<SignedInfo xmlns="{DSIG}">', "<SignedInfo>"),
    "a namespace that is said twice": signature().replace("<Object>", f'<Object xmlns="{DSIG}">'),
    "lines in a certificate": sealed(_DATA, _KEYS.replace("MII", "MI\nI")),
    "lines in the text": sealed(_DATA.replace(_SHOWN, f"{_SHOWN[:20]}\n{_SHOWN[20:]}"), _KEYS),
    "white space in what is signed": sealed(_DATA.replace("<srvInfo>", "\n  <srvInfo>"), _KEYS),
    "more fields of the app": sealed(_DATA.replace("<uauth>", "<news><a>1</a><a>2</a></news><uauth>"), _KEYS),
    "more fields of the server": sealed(_DATA.replace("</srvInfo>", "<risk>low</risk></srvInfo>"), _KEYS),
    "an attribute of the app": sealed(_DATA.replace("<version>", '<version kind="x">'), _KEYS),
    "no name of the relying party": sealed(_DATA.replace(f"<name>{base64_of(PARTY)}</name>", ""), _KEYS),
    "an empty text": signature(replace(Order(), visible="")),
    "references to characters": signature().replace("Signing", "&#83;igning"),
    "a part as it stands": signature().replace("Signing", "<![CDATA[Signing]]>"),
}


@pytest.mark.parametrize("xml", TOLERATED.values(), ids=TOLERATED.keys())
def test_what_does_no_harm_is_tolerated(xml: str) -> None:
    assert why(xml) is None


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_one_to_four_certificates_may_stand_between(number: int) -> None:
    over = [MEMBER.named(f"Testbank A CA{n}") for n in range(number)]
    made = chain(over=over)
    assert why(signature(made_by=made), made) is None


def test_authorities_may_have_elliptic_keys() -> None:
    made = chain(over=(CUSTOMER.but(key=ec_key("customer")), MEMBER.but(key=ec_key("member"))))
    assert why(signature(made_by=made), made) is None


def test_logins_have_a_certificate_of_their_own_use() -> None:
    extensions = (*PERSON.extensions[:2], usage("digital_signature"))
    made = chain(person=PERSON.but(extensions=extensions))
    assert why(signature(LOGIN, made), made) is None


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"not a signature",
        b"AAAA",
        b"====",
        sent(signature())[:-5],
        sent(signature()) + b"=",
        sent(signature()) + b"\x00",
        sent("<a/>"),
        b"<a/>",
        b"<Signature/>",
        b"<?xml version='1.0'?>",
        signature()[:-20].encode(),
        signature().replace("Signing", "&signing;").encode(),
        signature().encode("utf-16"),
        signature().replace("Signing", "Sign\x00ing").encode(),
        b"<" + b"a" * LONGEST + b"/>",
        b"A" * 4 * LONGEST,
        sent(signature())[:400].replace(b"P", b"-"),
    ],
    ids=lambda given: repr(bytes(given[:20])) + str(len(given)),
)
def test_what_is_no_signature_cannot_be_read(given: bytes) -> None:
    with pytest.raises(Unreadable) as raised:
        verify(given, genuine_chain().roots, AT)
    assert raised.value.remedy


def test_a_time_at_which_it_may_be_verified_is_found_in_it() -> None:
    assert certificate_begins_at(sent(signature())) == PERSON.begins
    assert certificate_begins_at(sent(signature().replace("<X509Data>", "<X509Data>x"))) is None
    with pytest.raises(Unreadable):
        certificate_begins_at(b"x")


def test_nobody_is_named_by_accident() -> None:
    verdict = verified(signature())
    assert (
        found_in(
            f"{verdict!r} {verdict} {verdict.signer!r} {verdict.signer}".encode(), Number(NUMBER, NumberKind.PERSON)
        )
        == []
    )
    assert "Tolvan" not in repr(verdict)
    assert TEXT not in repr(verdict)


def test_of_a_refused_one_nothing_is_told() -> None:
    verdict = verified(signature().replace(base64_of(TEXT), base64_of("Öppna en annan.")))
    assert verdict == Verdict(False, Why.DATA_DIGEST)


@pytest.mark.parametrize(
    ("genuine", "reason", "signer"),
    [
        (True, Why.ROOT, Signer(NUMBER, "", "", "")),
        (True, None, None),
        (False, None, None),
        (False, Why.ROOT, Signer(NUMBER, "", "", "")),
    ],
)
def test_a_verdict_cannot_contradict_itself(genuine: bool, reason: Why | None, signer: Signer | None) -> None:
    with pytest.raises(ValueError, match="genuine"):
        Verdict(genuine, reason, signer)


def test_every_reason_has_its_explanation() -> None:
    assert len({each.explanation for each in Why}) == len(Why)
    assert all(each.explanation.endswith(".") for each in Why)
    assert Why("root") is Why.ROOT


def _said(order: Order | None = None, *, with_ocsp: bool = True) -> Verdict:
    xml = signature(order)
    return verified(xml, ocsp=Response(sent(xml)).der() if with_ocsp else None)


def test_what_was_asked_for_holds() -> None:
    assert hold(_said(), ASKED) is None
    assert hold(_said(with_ocsp=False), replace(ASKED, needs_ocsp=False)) is None
    login = Expected(None, None, NUMBER, is_login=True, relying_party=None, markdown=True)
    assert hold(_said(LOGIN), login) is None
    assert hold(_said(replace(LOGIN, visible=TEXT)), replace(login, visible=TEXT)) is None


HELD = {
    "no ocsp": (lambda: _said(with_ocsp=False), ASKED, Why.OCSP_ABSENT),
    "a login for an order": (lambda: _said(replace(Order(), document="Identification")), ASKED, Why.DOCUMENT),
    "an order for a login": (lambda: _said(), replace(ASKED, is_login=True), Why.DOCUMENT),
    "another kind of order": (lambda: _said(replace(Order(), document="Payment")), ASKED, Why.DOCUMENT),
    "no kind": (lambda: _said(replace(Order(), document="")), ASKED, Why.DOCUMENT),
    "a login, though all kinds are taken": (
        lambda: _said(replace(Order(), document="Identification")),
        replace(ASKED, documents=frozenset({"Signing", "Identification"})),
        Why.DOCUMENT,
    ),
    "another person": (lambda: _said(), replace(ASKED, number="199001012389"), Why.PERSON),
    "another text": (lambda: _said(replace(Order(), visible=TEXT + " ")), ASKED, Why.TEXT),
    "no text": (lambda: _said(replace(Order(), visible=None)), ASKED, Why.TEXT),
    "a text where none was sent": (lambda: _said(), replace(ASKED, visible=None), Why.TEXT),
    "plain text for markdown": (lambda: _said(replace(Order(), markdown=False)), ASKED, Why.TEXT_FORMAT),
    "markdown for plain text": (lambda: _said(), replace(ASKED, markdown=False), Why.TEXT_FORMAT),
    "other hidden data": (lambda: _said(replace(Order(), hidden=HIDDEN[::-1])), ASKED, Why.HIDDEN_DATA),
    "no hidden data": (lambda: _said(replace(Order(), hidden=None)), ASKED, Why.HIDDEN_DATA),
    "hidden data where none were sent": (lambda: _said(), replace(ASKED, hidden=None), Why.HIDDEN_DATA),
    "for somebody else": (lambda: _said(replace(Order(), party="cn=Annat AB,c=SE")), ASKED, Why.RELYING_PARTY),
    "for nobody": (lambda: _said(replace(Order(), party="")), ASKED, Why.RELYING_PARTY),
    "not genuine": (lambda: Verdict(False, Why.ROOT), ASKED, Why.ROOT),
}


@pytest.mark.parametrize(("said", "expected", "reason"), HELD.values(), ids=HELD.keys())
def test_what_was_not_asked_for_does_not_hold(said: Callable[[], Verdict], expected: Expected, reason: Why) -> None:
    assert hold(said(), expected) is reason


def test_another_kind_counts_where_the_caller_says_so() -> None:
    asked = replace(ASKED, documents=frozenset({"Signing", "Payment"}))
    assert hold(_said(replace(Order(), document="Payment")), asked) is None


def test_the_time_is_that_of_the_order() -> None:
    """A certificate that has ended since does no harm; one that had ended then does."""
    assert why(signature(), at=PERSON.ends) is None
    assert why(signature(), at=PERSON.ends + timedelta(seconds=1)) is Why.VALIDITY
    assert why(signature(), at=PERSON.begins - timedelta(seconds=1)) is Why.VALIDITY


def test_the_persons_key_is_an_rsa_key() -> None:
    made = chain(person=PERSON.but(key=ec_key("person")))
    assert why(signature(made_by=made), made) is Why.WEAK_KEY


def test_the_persons_own_key_must_have_signed() -> None:
    xml = sealed(_DATA, _KEYS, key=rsa_key("stranger"))
    assert why(xml) is Why.SIGNATURE
