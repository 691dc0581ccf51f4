"""Whom we trust as BankID, and the company's own certificate: right files, and every wrong one."""

import os
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from grid.eid.company import PASSPHRASE, ROOTS, issue, p12, written
from hanport.errors import ConfigError
from hanport.grid.config import BankIDTable
from hanport.grid.database.schema import Environment
from hanport.grid.eid import trust

PRODUCTION, TEST = Environment.PRODUCTION, Environment.TEST
ISSUER = issue("Bank RP CA v1 for BankID")
COMPANY = issue("Byns Elnät AB", ISSUER)
SERVER_ROOT, TEST_SERVER_ROOT, TEST_SIGNATURE_ROOT = (
    (ROOTS / name).read_bytes() for name in ("server.pem", "server-test.pem", "signature-test.pem")
)


@pytest.fixture
def table(tmp_path: Path) -> BankIDTable:
    """A right [bankid] of production."""
    return written(tmp_path, COMPANY, SERVER_ROOT)


def test_the_fingerprints_are_those_of_bankids_certificates() -> None:
    for pem, name, fingerprint in (
        (SERVER_ROOT, "BankID SSL Root CA v1", trust.PRODUCTION_SERVER_ROOT),
        (TEST_SERVER_ROOT, "Test BankID SSL Root CA v1 Test", trust.TEST_SERVER_ROOT),
        (TEST_SIGNATURE_ROOT, "Test BankID Root CA v1 Test", trust.TEST_SIGNATURE_ROOT),
    ):
        root = x509.load_pem_x509_certificate(pem)
        assert trust.fingerprint(root) == fingerprint
        assert f"CN={name}," in root.subject.rfc4514_string()
        assert root.not_valid_after_utc.year == 2034


def test_the_company_is_who_its_p12_says(table: BankIDTable, tmp_path: Path) -> None:
    (tmp_path / "company.p12").write_bytes(p12(COMPANY, between=[ISSUER]))
    found = trust.company_certificate(table, tmp_path)
    assert found.certificate == COMPANY.certificate
    assert found.between == (ISSUER.certificate,)
    assert found.ends_at == COMPANY.certificate.not_valid_after_utc
    assert "PrivateKey" not in repr(found)


@pytest.mark.parametrize("text", [PASSPHRASE, PASSPHRASE + "\n", PASSPHRASE + "\r\n"])
def test_the_passphrase_is_the_files_line(table: BankIDTable, tmp_path: Path, text: str) -> None:
    (tmp_path / "passphrase").write_bytes(text.encode())
    trust.company_certificate(table, tmp_path)


def test_a_p12_without_a_passphrase(table: BankIDTable, tmp_path: Path) -> None:
    (tmp_path / "company.p12").write_bytes(p12(COMPANY, ""))
    trust.company_certificate(msgspec.structs.replace(table, passphrase_file=""), tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("company.p12", lambda: b"", "empty"),
        ("company.p12", lambda: b"x" * 1_100_000, "too long"),
        ("company.p12", lambda: COMPANY.pem_with_key, "is no p12"),
        ("company.p12", lambda: p12(COMPANY)[:-40], "does not open"),
        ("company.p12", lambda: p12(COMPANY, "another"), "does not open"),
        ("company.p12", lambda: p12(COMPANY, ""), "does not open"),
        ("company.p12", lambda: TEST_SERVER_ROOT[TEST_SERVER_ROOT.index(b"-----") :], "is no p12"),
        ("passphrase", lambda: b"wrong", "does not open"),
        ("passphrase", lambda: b"", "empty"),
    ],
)
def test_a_p12_that_cannot_be_used(
    table: BankIDTable, tmp_path: Path, name: str, content: Callable[[], bytes], problem: str
) -> None:
    (tmp_path / name).write_bytes(content())
    with pytest.raises(ConfigError, match=problem) as raised:
        trust.company_certificate(table, tmp_path)
    assert "[bankid]" in str(raised.value)
    assert raised.value.remedy
    assert PASSPHRASE not in str(raised.value)
    assert "wrong" not in str(raised.value)


def test_a_p12_that_lacks_the_certificate(table: BankIDTable, tmp_path: Path) -> None:
    seal = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    alone = pkcs12.serialize_key_and_certificates(None, COMPANY.key, None, None, seal)
    (tmp_path / "company.p12").write_bytes(alone)
    with pytest.raises(ConfigError, match="lacks the certificate or its key"):
        trust.company_certificate(table, tmp_path)


@pytest.mark.parametrize("setting", ["certificate_file", "passphrase_file", "server_ca_file", "signature_root_file"])
def test_a_file_that_is_missing_is_named(table: BankIDTable, tmp_path: Path, setting: str) -> None:
    changed = msgspec.structs.replace(table, **{setting: "missing"})
    with pytest.raises(ConfigError, match=f"`{setting}`.*missing"):
        trust.company_certificate(changed, tmp_path)
        trust.server_roots(changed, tmp_path, PRODUCTION)
        trust.signature_roots(changed, tmp_path)


def test_settings_that_are_missing_are_named(table: BankIDTable, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`signature_root_file` is missing"):
        trust.signature_roots(table, tmp_path)
    with pytest.raises(ConfigError, match="`server_ca_file` is missing"):
        trust.server_roots(msgspec.structs.replace(table, server_ca_file=""), tmp_path, TEST)


def test_production_takes_bankids_published_root_in_either_form(table: BankIDTable, tmp_path: Path) -> None:
    (root,) = trust.server_roots(table, tmp_path, PRODUCTION)
    assert trust.fingerprint(root) == trust.PRODUCTION_SERVER_ROOT
    (tmp_path / "server.pem").write_bytes(root.public_bytes(serialization.Encoding.DER))
    assert trust.server_roots(table, tmp_path, PRODUCTION) == (root,)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (TEST_SERVER_ROOT, "a test root"),
        (issue("Test Root of somebody").pem, "a test root"),
        (issue("BankID SSL Root CA v1").pem, "another certificate"),
        (SERVER_ROOT + issue("One more").pem, "another certificate"),
        (TEST_SIGNATURE_ROOT, "a test root"),
        (b"hello", "holds no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nhello\n-----END CERTIFICATE-----\n", "holds no certificate"),
        (b"-----BEGIN RSA PRIVATE KEY-----\n", "holds no certificate"),
    ],
)
def test_production_takes_no_other_root(table: BankIDTable, tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "server.pem").write_bytes(content)
    with pytest.raises(ConfigError, match=problem):
        trust.server_roots(table, tmp_path, PRODUCTION)


def test_the_test_environment_takes_the_root_that_it_is_given(table: BankIDTable, tmp_path: Path) -> None:
    mine = issue("Test identity's root")
    (tmp_path / "server.pem").write_bytes(mine.pem)
    assert trust.server_roots(table, tmp_path, TEST) == (mine.certificate,)


def test_the_root_of_servers_is_none_of_people(table: BankIDTable, tmp_path: Path) -> None:
    table = msgspec.structs.replace(table, signature_root_file="server.pem")
    for content in (SERVER_ROOT, TEST_SERVER_ROOT):
        (tmp_path / "server.pem").write_bytes(content)
        with pytest.raises(ConfigError, match="signs no people"):
            trust.signature_roots(table, tmp_path)
    (tmp_path / "server.pem").write_bytes(COMPANY.pem)
    with pytest.raises(ConfigError, match="A root cannot be used"):
        trust.signature_roots(table, tmp_path)
    (tmp_path / "server.pem").write_bytes(TEST_SIGNATURE_ROOT)
    assert len(trust.signature_roots(table, tmp_path)) == 1


@pytest.mark.parametrize(
    ("url", "environment", "problem"),
    [
        (trust.PRODUCTION_URL, PRODUCTION, ""),
        (trust.PRODUCTION_URL + "/", PRODUCTION, ""),
        (trust.TEST_URL, TEST, ""),
        ("https://127.0.0.1:8470/rp/v6.0", TEST, ""),
        (trust.TEST_URL, PRODUCTION, "not BankID's production address"),
        ("https://appapi2.bankid.com.example.se/rp/v6.0", PRODUCTION, "not BankID's production address"),
        ("https://appapi2.bankid.com:444/rp/v6.0", PRODUCTION, "not BankID's production address"),
        ("https://appapi2.bankid.com/rp/v5.1", PRODUCTION, "not BankID's production address"),
        (trust.PRODUCTION_URL, TEST, "the environment is test"),
        ("https://APPAPI2.bankid.com./rp/v6.0", TEST, "the environment is test"),
        ("http://127.0.0.1:8470/rp/v6.0", TEST, "no https address"),
        ("https://user:hemligt@127.0.0.1/rp", TEST, "no https address"),
        ("https://[::1", TEST, "no https address"),
        ("https://h:99999/", TEST, "no https address"),
        ("https://h/?a=b", TEST, "no https address"),
        ("", TEST, "no https address"),
    ],
)
def test_the_address(url: str, environment: Environment, problem: str) -> None:
    table = BankIDTable(url=url)
    if not problem:
        assert trust.address(table, environment) == url.rstrip("/")
        return
    with pytest.raises(ConfigError, match=problem) as raised:
        trust.address(table, environment)
    assert "hemligt" not in str(raised.value)


def test_which_policies_are_taken() -> None:
    production = trust.policies(BankIDTable(), PRODUCTION)
    assert production == ("1.2.752.78.1.1", "1.2.752.78.1.2", "1.2.752.78.1.5", "1.2.752.71.1.3")
    test = trust.policies(BankIDTable(), TEST)
    assert set(test) == {"1.2.3.4.5", "1.2.3.4.10", "1.2.3.4.25", "1.2.752.60.1.6", "1.2.752.71.1.3"}
    assert trust.policies(BankIDTable(policies=("1.2.3",)), TEST) == ("1.2.3",)
    assert trust.policies_by_qr(production) == ("1.2.752.78.1.5",)
    assert trust.policies_by_qr(test) == ("1.2.3.4.25",)
    assert trust.policies_by_qr(("1.2.3",)) == ("1.2.3",)


def test_tls_trusts_that_root_alone(table: BankIDTable, tmp_path: Path) -> None:
    roots = trust.server_roots(table, tmp_path, PRODUCTION)
    context = trust.tls(trust.company_certificate(table, tmp_path), roots)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(context.get_ca_certs()) == 1


def test_the_key_is_written_nowhere_but_encrypted() -> None:
    rsa_key = rsa.generate_private_key(65537, 2048)
    for key in (COMPANY.key, rsa_key):
        content = trust.sealed_pem(trust.CompanyCertificate(COMPANY.certificate, key, (ISSUER.certificate,)), "secret")
        assert content.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
        assert content.count(b"PRIVATE KEY") == 2
        assert content.count(b"BEGIN CERTIFICATE") == 2
        opened = serialization.load_pem_private_key(content, b"secret")
        assert opened.public_key() == key.public_key()


def test_no_file_with_the_key_is_left(table: BankIDTable, tmp_path: Path) -> None:
    """In a program of its own, whose temporary files are in a folder of its own."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = """
import sys, tempfile
from pathlib import Path
from hanport.grid.config import BankIDTable
from hanport.grid.database.schema import Environment
from hanport.grid.eid import trust
folder = Path(sys.argv[1])
assert Path(tempfile.gettempdir()) == folder / "temporary"
table = BankIDTable(certificate_file="company.p12", passphrase_file="passphrase", server_ca_file="server.pem")
trust.tls(trust.company_certificate(table, folder), trust.server_roots(table, folder, Environment.PRODUCTION))
"""
    environment = os.environ | {"TMPDIR": str(temporary)}
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], env=environment, check=True)
    assert table.certificate_file == "company.p12"
    assert list(temporary.iterdir()) == []


def test_certificates_that_tls_cannot_use() -> None:
    company = trust.CompanyCertificate(COMPANY.certificate, issue("Another").key)
    with pytest.raises(ConfigError, match="cannot be used for TLS"):
        trust.tls(company, (ISSUER.certificate,))


def test_the_document_has_the_fingerprints() -> None:
    page = (Path(__file__).parents[3] / "docs" / "bankid.md").read_text("utf-8")
    for fingerprint in (trust.PRODUCTION_SERVER_ROOT, trust.TEST_SERVER_ROOT):
        assert f"`{bytes.fromhex(fingerprint).hex(':').upper()}`" in page
