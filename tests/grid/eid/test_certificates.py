"""The way to the root: a certificate that a message brings is never trusted by its name, its key or its looks."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from grid.eid.forge import (
    AT,
    CUSTOMER,
    MEMBER,
    NUMBER,
    PERSON,
    POLICY,
    ROOT,
    Chain,
    Issued,
    Order,
    authority,
    certify,
    chain,
    ec_key,
    genuine_chain,
    key_info,
    name,
    policy,
    rsa_key,
    sealed,
    sent,
    signature,
    usage,
)
from grid.eid.verified import why
from hanport.errors import ConfigError
from hanport.grid.eid import certificates
from hanport.grid.eid.signature import Why, roots_of, verify

DATA = Order().written()
# Names, key identifiers, serial numbers and times are those of the genuine ones; the keys are a forger's.
FORGED = chain(
    person=PERSON,
    over=(CUSTOMER.but(key=rsa_key("forged customer")), MEMBER.but(key=rsa_key("forged member"))),
    root=ROOT.but(key=rsa_key("forged root")),
)


def carrying(*carried: x509.Certificate | bytes) -> str:
    """A signature by the person's key, with those certificates in it."""
    return sealed(DATA, key_info(carried))


def seen(xml: str, trusted: Chain | None = None) -> Why | None:
    return why(xml, trusted or genuine_chain())


def test_a_whole_forged_chain_with_the_same_names_is_refused() -> None:
    assert why(signature(made_by=FORGED), FORGED) is None
    assert seen(signature(made_by=FORGED)) is Why.ROOT


def test_a_root_that_the_message_brings_is_not_trusted() -> None:
    assert seen(carrying(*FORGED.carried, FORGED.root.certificate)) is Why.EXTRA_CERTIFICATE
    assert seen(carrying(*FORGED.carried, genuine_chain().root.certificate)) is Why.EXTRA_CERTIFICATE


def _copied(genuine: x509.Certificate, key: rsa.RSAPrivateKey, issuer: Issued | None = None) -> Issued:
    """A certificate that says the same, key identifiers and serial number too, of a forger's key."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(genuine.subject)
        .issuer_name(genuine.issuer)
        .public_key(key.public_key())
        .serial_number(genuine.serial_number)
        .not_valid_before(genuine.not_valid_before_utc)
        .not_valid_after(genuine.not_valid_after_utc)
    )
    for each in genuine.extensions:
        builder = builder.add_extension(each.value, each.critical)
    return Issued(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def test_a_forged_chain_with_the_same_key_identifiers_is_refused() -> None:
    true = genuine_chain()
    root = _copied(true.root.certificate, rsa_key("forged root"))
    member = _copied(true.over[1].certificate, rsa_key("forged member"), root)
    customer = _copied(true.over[0].certificate, rsa_key("forged customer"), member)
    person = _copied(true.person.certificate, rsa_key("person"), customer)
    forged = Chain(person, (customer, member), root)
    assert why(signature(made_by=forged), forged) is None
    assert seen(signature(made_by=forged)) is Why.ROOT
    mixed = Chain(person, (customer, true.over[1]), true.root)
    assert seen(signature(made_by=mixed)) is Why.CHAIN


def test_the_right_root_among_several_is_found() -> None:
    xml = sent(signature())
    assert verify(xml, [*FORGED.roots, *genuine_chain().roots], AT).genuine
    assert verify(xml, FORGED.roots, AT).why is Why.ROOT
    assert verify(xml, [], AT).why is Why.ROOT


def _extra() -> dict[str, tuple[str, Why]]:
    person, customer, member = genuine_chain().carried
    root, stranger = genuine_chain().root.certificate, FORGED.over[1].certificate
    return {
        "the root too": (carrying(person, customer, member, root), Why.EXTRA_CERTIFICATE),
        "a stranger behind": (carrying(person, customer, member, stranger), Why.EXTRA_CERTIFICATE),
        "a stranger between": (carrying(person, stranger, customer, member), Why.EXTRA_CERTIFICATE),
        "one twice": (carrying(person, customer, customer, member), Why.EXTRA_CERTIFICATE),
        "the person twice": (carrying(person, person, customer, member), Why.EXTRA_CERTIFICATE),
        "the whole twice": (carrying(person, customer, member, person, customer, member), Why.EXTRA_CERTIFICATE),
        "another person's behind": (
            carrying(person, customer, member, FORGED.person.certificate),
            Why.EXTRA_CERTIFICATE,
        ),
        "in another order": (carrying(person, member, customer), Why.EXTRA_CERTIFICATE),
        "a stranger for the bank": (carrying(person, customer, stranger), Why.CHAIN),
        "the person alone": (carrying(person), Why.ROOT),
        "the bank's left out": (carrying(person, customer), Why.ROOT),
        "the middle left out": (carrying(person, member), Why.CHAIN),
        "the bank before the person": (carrying(customer, person, member), Why.SIGNATURE),
        "another person first": (carrying(_other_person(), person, customer, member), Why.SIGNATURE),
        "not a certificate": (carrying(person, b"not one", member), Why.CERTIFICATE),
        "a certificate and more": (carrying(person, customer.public_bytes(Encoding.DER) + b"\x00"), Why.CERTIFICATE),
        "nothing": (carrying(b""), Why.CERTIFICATE),
    }


def _other_person() -> x509.Certificate:
    return certify(PERSON.but(key=rsa_key("other person")), genuine_chain().over[0]).certificate


EXTRA = _extra()


@pytest.mark.parametrize(("xml", "expected"), EXTRA.values(), ids=EXTRA.keys())
def test_exactly_the_certificates_from_the_person_to_the_root_are_carried(xml: str, expected: Why) -> None:
    assert seen(xml) is expected


def _but(*extensions: tuple[x509.ExtensionType, bool]) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    """The person's extensions with those in the place of their kind."""
    kinds = {type(each) for each, _ in extensions}
    return (*(each for each in PERSON.extensions if type(each[0]) not in kinds), *extensions)


NO_AUTHORITY = (x509.BasicConstraints(ca=False, path_length=None), True)
NAMES_ONLY = (x509.NameConstraints([x509.DirectoryName(name((NameOID.COUNTRY_NAME, "SE")))], None), True)
BROKEN = (x509.UnrecognizedExtension(ExtensionOID.EXTENDED_KEY_USAGE, b"\xff"), False)
UNKNOWN = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5.6.7"), b"\x05\x00"), True)
SMALL = rsa_key("small", 1024)
CHAINS: dict[str, tuple[Chain, Why]] = {
    "no authority": (
        chain(over=(CUSTOMER.but(extensions=(NO_AUTHORITY, *CUSTOMER.extensions[1:])), MEMBER)),
        Why.AUTHORITY,
    ),
    "no word of authority": (chain(over=(CUSTOMER.but(extensions=CUSTOMER.extensions[1:]), MEMBER)), Why.AUTHORITY),
    "an upper one that is no authority": (
        chain(over=(CUSTOMER, MEMBER.but(extensions=MEMBER.extensions[1:]))),
        Why.AUTHORITY,
    ),
    "a key for other things": (
        chain(over=(CUSTOMER.but(extensions=(CUSTOMER.extensions[0], usage("crl_sign", "digital_signature"))), MEMBER)),
        Why.AUTHORITY,
    ),
    "a path too long": (chain(over=(CUSTOMER, MEMBER.but(extensions=authority(0)))), Why.AUTHORITY),
    "a path too long for the root": (chain(root=ROOT.but(extensions=authority(1))), Why.AUTHORITY),
    "a root that is no authority": (chain(root=ROOT.but(extensions=ROOT.extensions[1:])), Why.AUTHORITY),
    "a person as authority": (
        chain(over=(PERSON.named("Another Person").but(key=rsa_key("customer")), CUSTOMER.but(key=rsa_key("member")))),
        Why.AUTHORITY,
    ),
    "a person who is one": (chain(person=PERSON.but(extensions=_but(authority()[0]))), Why.KEY_USAGE),
    "a key for encryption": (chain(person=PERSON.but(extensions=_but(usage("key_encipherment")))), Why.KEY_USAGE),
    "a key for certificates": (
        chain(person=PERSON.but(extensions=_but(usage("content_commitment", "key_cert_sign")))),
        Why.KEY_USAGE,
    ),
    "a responder as person": (
        chain(person=PERSON.but(extensions=_but((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)))),
        Why.KEY_USAGE,
    ),
    "a critical extension of the person": (chain(person=PERSON.but(extensions=_but(UNKNOWN))), Why.CRITICAL),
    "a critical extension of the bank": (
        chain(over=(CUSTOMER.but(extensions=(*CUSTOMER.extensions, UNKNOWN)), MEMBER)),
        Why.CRITICAL,
    ),
    "an extension that cannot be read": (chain(person=PERSON.but(extensions=_but(BROKEN))), Why.CERTIFICATE),
    "constraints of names": (
        chain(over=(CUSTOMER.but(extensions=(*CUSTOMER.extensions, NAMES_ONLY)), MEMBER)),
        Why.CRITICAL,
    ),
    "a critical extension of the root": (chain(root=ROOT.but(extensions=(*ROOT.extensions, UNKNOWN))), Why.CRITICAL),
    "a short key of the person": (chain(person=PERSON.but(key=SMALL)), Why.WEAK_KEY),
    "a short key of the bank": (chain(over=(CUSTOMER.but(key=SMALL), MEMBER)), Why.WEAK_KEY),
    "a short key of the root": (chain(root=ROOT.but(key=SMALL)), Why.WEAK_KEY),
    "a curve that nobody uses": (
        chain(over=(CUSTOMER.but(key=ec.generate_private_key(ec.SECP256K1())), MEMBER)),
        Why.WEAK_KEY,
    ),
    "a person's that has ended": (chain(person=PERSON.but(ends=AT - timedelta(seconds=1))), Why.VALIDITY),
    "a person's that has not begun": (chain(person=PERSON.but(begins=AT + timedelta(seconds=1))), Why.VALIDITY),
    "a bank's that has ended": (chain(over=(CUSTOMER.but(ends=AT - timedelta(seconds=1)), MEMBER)), Why.VALIDITY),
    "a bank's that has not begun": (chain(over=(CUSTOMER, MEMBER.but(begins=AT + timedelta(seconds=1)))), Why.VALIDITY),
    "a root that has ended": (chain(root=ROOT.but(ends=AT - timedelta(seconds=1))), Why.VALIDITY),
    "no number": (chain(person=PERSON.but(name=name((NameOID.COMMON_NAME, "Tolvan")))), Why.NO_PERSON),
    "a number of 10 digits": (chain(person=PERSON.but(name=name((NameOID.SERIAL_NUMBER, NUMBER[2:])))), Why.NO_PERSON),
    "a number with a letter": (
        chain(person=PERSON.but(name=name((NameOID.SERIAL_NUMBER, "19121212121A")))),
        Why.NO_PERSON,
    ),
    "two numbers": (
        chain(person=PERSON.but(name=name((NameOID.SERIAL_NUMBER, NUMBER), (NameOID.SERIAL_NUMBER, "199001012389")))),
        Why.NO_PERSON,
    ),
    "too many authorities": (
        chain(over=[MEMBER.named(f"Testbank A CA{n}") for n in range(5)]),
        Why.EXTRA_CERTIFICATE,
    ),
    "an authority that has issued itself": (
        chain(over=(CUSTOMER.but(name=ROOT.name), MEMBER.but(name=ROOT.name))),
        Why.EXTRA_CERTIFICATE,
    ),
}


@pytest.mark.parametrize(("made", "expected"), CHAINS.values(), ids=CHAINS.keys())
def test_a_chain_with_one_thing_wrong_is_refused(made: Chain, expected: Why) -> None:
    assert why(signature(made_by=made), made) is expected


def test_a_path_as_long_as_it_may_be_is_taken() -> None:
    over = (CUSTOMER.but(extensions=authority(0)), MEMBER.but(extensions=authority(1)))
    made = chain(over=over, root=ROOT.but(extensions=authority(2)))
    assert why(signature(made_by=made), made) is None


def test_a_use_that_is_not_said_binds_nobody() -> None:
    """RFC 5280, 4.2.1.3."""
    bare = (authority()[0],)
    over = (CUSTOMER.but(extensions=bare), MEMBER.but(extensions=bare))
    made = chain(person=PERSON.but(extensions=(policy(POLICY),)), over=over, root=ROOT.but(extensions=bare))
    assert why(signature(made_by=made), made) is None


def _in_sha1(wish: Issued, issuer: Issued) -> x509.Certificate:
    """The same certificate signed with SHA-1, which the library does not do: its algorithm stands in it twice."""
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    signed = wish.certificate.tbs_certificate_bytes.replace(sha256, sha1, 1)
    assert isinstance(issuer.key, rsa.RSAPrivateKey)
    value = issuer.key.sign(signed, padding.PKCS1v15(), hashes.SHA1())
    der = wish.certificate.public_bytes(Encoding.DER).replace(wish.certificate.tbs_certificate_bytes, signed)
    return x509.load_der_x509_certificate(der.replace(wish.certificate.signature, value).replace(sha256, sha1))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_sha1_is_refused(place: int) -> None:
    true = genuine_chain()
    issued = (true.person, *true.over, true.root)
    carried = list(true.carried)
    carried[place] = _in_sha1(issued[place], issued[place + 1])
    hashed = carried[place].signature_hash_algorithm
    assert isinstance(hashed, hashes.SHA1)
    assert seen(carrying(*carried)) is Why.WEAK_HASH


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(("old", "new"), [("a003020102", "a003020101"), ("a0030201020214", "a003020102021480")])
def test_certificates_that_the_standard_forbids_are_refused(place: int, old: str, new: str) -> None:
    """Of version 2, and with a number below zero."""
    ders = [each.public_bytes(Encoding.DER) for each in genuine_chain().carried]
    before, after = bytes.fromhex(old), bytes.fromhex(new)
    cut = ders[place].index(before)
    ders[place] = ders[place][:cut] + after + ders[place][cut + len(after) :]
    assert seen(carrying(*ders)) is Why.CERTIFICATE


@pytest.mark.parametrize("exponent", [3, 17, 257])
def test_keys_with_small_exponents_are_refused(exponent: int) -> None:
    numbers = rsa_key("person").public_key().public_numbers()
    assert certificates.is_strong(rsa.RSAPublicNumbers(65537, numbers.n).public_key())
    assert not certificates.is_strong(rsa.RSAPublicNumbers(exponent, numbers.n).public_key())


def test_keys_of_other_kinds_are_refused() -> None:
    assert not certificates.is_strong(ed25519.Ed25519PrivateKey.generate().public_key())
    assert not certificates.is_strong(None)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (frozenset({POLICY}), None),
        (frozenset({"1.2.752.78.1.5", POLICY}), None),
        (frozenset({"1.2.752.78.1.5"}), Why.POLICY),
        (frozenset({"1.2.3.4.5"}), Why.POLICY),  # those of the bank's certificates count for nothing
        (frozenset({"2.5.29.32.0"}), Why.POLICY),
        (frozenset[str](), Why.POLICY),
        (None, None),
    ],
)
def test_the_kind_of_bankid_is_one_of_those_that_are_taken(taken: frozenset[str] | None, expected: Why | None) -> None:
    assert verify(sent(signature()), genuine_chain().roots, AT, policies=taken).why is expected


def test_any_policy_is_none_in_particular() -> None:
    made = chain(person=PERSON.but(extensions=_but(policy("2.5.29.32.0"))))
    xml = sent(signature(made_by=made))
    assert verify(xml, made.roots, AT, policies=frozenset({POLICY})).why is Why.POLICY
    bare = chain(person=PERSON.but(extensions=(usage("content_commitment"),)))
    xml = sent(signature(made_by=bare))
    assert verify(xml, bare.roots, AT, policies=frozenset({POLICY})).why is Why.POLICY


def _pem(*issued: Issued) -> bytes:
    return b"".join(each.certificate.public_bytes(Encoding.PEM) for each in issued)


def test_roots_are_read_from_a_file() -> None:
    roots = roots_of(b"Two roots.\n" + _pem(genuine_chain().root, FORGED.root))
    assert roots == (genuine_chain().root.certificate, FORGED.root.certificate)


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"\xff\xfe",
        b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        _pem(genuine_chain().person),
        _pem(genuine_chain().over[1]),
        _pem(genuine_chain().root, genuine_chain().over[0]),
        _pem(certify(ROOT.but(key=SMALL))),
        _pem(certify(ROOT.but(extensions=ROOT.extensions[1:]))),
        _pem(certify(PERSON.but(key=ec_key("alone")))),
        genuine_chain().root.certificate.public_bytes(Encoding.DER),
    ],
    ids=["nothing", "no text", "cut", "person", "bank", "two", "weak", "no authority", "alone", "der"],
)
def test_what_is_no_root_is_refused_as_one(pem: bytes) -> None:
    with pytest.raises(ConfigError) as raised:
        roots_of(pem)
    assert raised.value.remedy
