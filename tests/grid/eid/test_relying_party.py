"""Whom a signature was made for is told by its name, however BankID has written it."""

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from grid.eid.forge import PERSON, certify, genuine_chain, name
from hanport.grid.eid.relying_party import is_same, name_of

NEW = "cn=Finansiell ID-Teknik BID AB,name=Test av BankID,serialNumber=5566304928,o=Testbank A AB (publ),c=SE"
OLD = (
    "CN=Finansiell ID-Teknik BID AB, OID.2.5.4.41=Test av BankID, SERIALNUMBER=5566304928, O=Testbank A AB (publ), C=SE"
)
NAME = x509.ObjectIdentifier("2.5.4.41")


def _certificate(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Certificate:
    return certify(PERSON.but(name=name(*parts)), genuine_chain().over[0]).certificate


def test_our_own_name_is_read_from_our_certificate() -> None:
    certificate = _certificate(
        (NameOID.COUNTRY_NAME, "SE"),
        (NameOID.ORGANIZATION_NAME, "Testbank A AB (publ)"),
        (NameOID.SERIAL_NUMBER, "5566304928"),
        (NAME, "Test av BankID"),
        (NameOID.COMMON_NAME, "Finansiell ID-Teknik BID AB"),
    )
    assert name_of(certificate) == NEW


def test_a_comma_in_our_name_does_not_part_it() -> None:
    certificate = _certificate((NameOID.COUNTRY_NAME, "SE"), (NameOID.COMMON_NAME, "Nät, Ljus, AB"))
    assert name_of(certificate) == "cn=Nät\\, Ljus\\, AB,c=SE"
    assert is_same("cn=Nät, Ljus, AB,c=SE", name_of(certificate))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NEW, NEW),
        (NEW, OLD),
        ("c=SE,cn=A", "cn=A,c=SE"),
        ("CN=A", "2.5.4.3=A"),
        ("cn = A", "cn=A"),
        ("cn=A\\=B", "cn=A=B"),
        ("Nätbolaget", "Nätbolaget"),
        ("", ""),
    ],
)
def test_names_of_one_are_the_same(one: str, other: str) -> None:
    assert is_same(one, other)
    assert is_same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NEW, NEW.replace("5566304928", "5566304929")),
        (NEW, NEW.replace("Test av", "test av")),
        (NEW, NEW.replace("c=SE", "c=NO")),
        (NEW, NEW + ",ou=X"),
        (NEW, NEW.replace(",c=SE", "")),
        (NEW, NEW.replace("cn=", "o=").replace("o=Testbank", "cn=Testbank")),
        ("cn=A,cn=A", "cn=A"),
        ("cn=A", "A"),
        ("cn=A", ""),
        ("Nätbolaget", "Nätbolaget 2"),
        ("cn=A\\,o=B", "cn=A,o=B"),
    ],
)
def test_names_of_others_are_not(one: str, other: str) -> None:
    assert not is_same(one, other)
    assert not is_same(other, one)
