"""Production takes nothing of the test environment, and says why not; the test environment nothing of production."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from grid.eid.company import AT, PASSPHRASE, ROOTS, Issued, issue, p12, written
from hanport.errors import ConfigError
from hanport.grid.config import GridConfig
from hanport.grid.database.schema import Environment
from hanport.grid.eid import trust
from hanport.grid.eid.readiness import hold

SERVER_ROOT = (ROOTS / "server.pem").read_bytes()
TEST_SERVER_ROOT = (ROOTS / "server-test.pem").read_bytes()
TEST_SIGNATURE_ROOT = (ROOTS / "signature-test.pem").read_bytes()
ISSUER = issue("Bank RP CA v1 for BankID")
COMPANY = issue("Byns Elnät AB", ISSUER)
LATER = AT + timedelta(days=9)
OF_TEST = issue("BankID RP CA v1 for BankID TEST")
SIGNATURES = issue("BankID Root CA of these days")


@pytest.fixture
def config(tmp_path: Path) -> GridConfig:
    """A right configuration of production, with its files."""
    table = written(tmp_path, COMPANY, SERVER_ROOT, signature_root_file="signatures.pem")
    (tmp_path / "signatures.pem").write_bytes(SIGNATURES.pem)
    return GridConfig(bankid=table)


def changed(config: GridConfig, environment: Environment = Environment.PRODUCTION, **settings: Any) -> GridConfig:
    table = msgspec.structs.replace(config.bankid, **settings)
    return msgspec.structs.replace(config, bankid=table, environment=environment)


def test_production_as_it_should_be(config: GridConfig, tmp_path: Path) -> None:
    found = hold(config, tmp_path, AT)
    assert found.is_offered
    assert found.ends_at == COMPANY.certificate.not_valid_after_utc
    assert found.concerns == ()
    assert hold(changed(config, policies=("1.2.752.78.1.5",)), tmp_path, AT).is_offered


def test_without_a_certificate_bankid_is_not_offered(tmp_path: Path) -> None:
    found = hold(GridConfig(), tmp_path, AT)
    assert (found.is_offered, found.ends_at, found.concerns) == (False, None, ())


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"url": trust.TEST_URL}, "not BankID's production address"),
        ({"url": "https://127.0.0.1:8470/rp/v6.0"}, "not BankID's production address"),
        ({"app_url": "http://127.0.0.1:8470/phone"}, "`app_url` is for the test identity"),
        ({"signature_root_file": ""}, "`signature_root_file` is missing"),
        ({"server_ca_file": ""}, "`server_ca_file` is missing"),
        ({"passphrase_file": ""}, "does not open"),
        ({"policies": ("1.2.3.4.5",)}, "1.2.3.4.5 is a test policy"),
        ({"policies": ("1.2.752.78.1.5", "1.2.752.60.1.6")}, "1.2.752.60.1.6 is a test policy"),
        ({"policies": ("1.2.3.4.99",)}, "is a test policy"),
        ({"policies": ("1.2.752.78.1.51",)}, "no policy of BankID"),
        ({"policies": ("mobile",)}, "no object identifier"),
        ({"policies": ("1.02.3",)}, "no object identifier"),
    ],
)
def test_a_setting_that_production_refuses(
    config: GridConfig, tmp_path: Path, settings: dict[str, Any], problem: str
) -> None:
    refuses(changed(config, **settings), tmp_path, problem)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("server.pem", lambda: TEST_SERVER_ROOT, "a test root"),
        ("server.pem", lambda: issue("BankID SSL Root CA v1").pem, "another certificate"),
        ("signatures.pem", lambda: TEST_SIGNATURE_ROOT, "holds a test root"),
        ("signatures.pem", lambda: issue("Test BankID Root CA v1 Test").pem, "holds a test root"),
        ("signatures.pem", lambda: SIGNATURES.pem + TEST_SIGNATURE_ROOT, "holds a test root"),
        ("signatures.pem", lambda: SERVER_ROOT, "signs no people"),
        ("signatures.pem", lambda: b"hello", "holds no certificate"),
        ("signatures.pem", lambda: issue("BankID Root CA v0", days=-1).pem, "ended on 2026-11-24"),
        (
            "signatures.pem",
            lambda: issue("BankID Root CA v9", at=LATER).pem,
            "is valid from 2026-12-03",
        ),
        ("company.p12", lambda: p12(issue("FP Testcert 5", ISSUER)), "BankID's test environment"),
        (
            "company.p12",
            lambda: p12(issue("Byns Elnät AB", OF_TEST)),
            "test environment",
        ),
        ("company.p12", lambda: p12(called("Test av BankID")), "test environment"),
        ("company.p12", lambda: p12(issue("Byns Elnät AB", ISSUER, days=-1)), "ended on 2026-11-24"),
        (
            "company.p12",
            lambda: p12(issue("Byns Elnät AB", ISSUER, at=LATER)),
            "valid from 2026-12-03",
        ),
        ("company.p12", lambda: p12(COMPANY, "another"), "does not open"),
        ("company.p12", lambda: b"hello", "is no p12"),
        ("passphrase", lambda: b"wrong", "does not open"),
    ],
)
def test_a_file_that_production_refuses(
    config: GridConfig, tmp_path: Path, name: str, content: Callable[[], bytes], problem: str
) -> None:
    (tmp_path / name).write_bytes(content())
    refuses(config, tmp_path, problem)


def called(name: str) -> Issued:
    """A certificate with an attribute `name`, as BankID's are."""
    subject = x509.Name(
        [
            x509.NameAttribute(x509.ObjectIdentifier("2.5.4.41"), name),
            x509.NameAttribute(NameOID.COMMON_NAME, "Byns Elnät AB"),
        ]
    )
    return issue(subject, ISSUER)


def test_a_company_may_be_called_so(config: GridConfig, tmp_path: Path) -> None:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Testeboåns Elnät AB"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Byns contest"),
        ]
    )
    (tmp_path / "company.p12").write_bytes(p12(issue(subject, ISSUER)))
    assert hold(config, tmp_path, AT).is_offered


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_production_keeps_its_passphrase_to_itself(config: GridConfig, tmp_path: Path, mode: int) -> None:
    (tmp_path / "passphrase").chmod(mode)
    refuses(config, tmp_path, "Others may read .*passphrase")
    table = changed(config, Environment.TEST, url=trust.TEST_URL)
    assert hold(table, tmp_path, AT).is_offered


def test_production_keeps_its_key_under_a_passphrase(config: GridConfig, tmp_path: Path) -> None:
    (tmp_path / "company.p12").write_bytes(p12(COMPANY, ""))
    refuses(changed(config, passphrase_file=""), tmp_path, "`passphrase_file` is missing")


def test_it_is_said_in_time_that_the_certificate_ends(config: GridConfig, tmp_path: Path) -> None:
    end = COMPANY.certificate.not_valid_after_utc
    assert hold(config, tmp_path, end - timedelta(days=60, seconds=1)).concerns == ()
    (concern,) = hold(config, tmp_path, end - timedelta(days=60)).concerns
    assert f"ends on {end:%Y-%m-%d}, in 60 days" in concern.problem
    assert concern.remedy
    assert len(hold(config, tmp_path, end).concerns) == 1
    with pytest.raises(ConfigError, match="ended on"):
        hold(config, tmp_path, end + timedelta(seconds=1))


def test_the_test_environment_takes_what_it_is_given_but_not_production(config: GridConfig, tmp_path: Path) -> None:
    identity = {"url": "https://127.0.0.1:8470/rp/v6.0", "app_url": "http://127.0.0.1:8470/phone"}
    (tmp_path / "server.pem").write_bytes(issue("Test identity").pem)
    (tmp_path / "signatures.pem").write_bytes(issue("Test people").pem)
    (tmp_path / "company.p12").write_bytes(p12(issue("FP Testcert 5", OF_TEST)))
    test = changed(config, Environment.TEST, policies=("1.2.3.4.25",), **identity)
    assert hold(test, tmp_path, AT).concerns == ()
    with pytest.raises(ConfigError, match="the environment is test"):
        hold(changed(test, Environment.TEST, url=trust.PRODUCTION_URL), tmp_path, AT)
    (concern,) = hold(changed(test, Environment.TEST, signature_root_file=""), tmp_path, AT).concerns
    assert "no signature is believed" in concern.problem
    (tmp_path / "signatures.pem").write_bytes(b"hello")
    with pytest.raises(ConfigError, match="holds no certificate"):
        hold(test, tmp_path, AT)


def refuses(config: GridConfig, folder: Path, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as raised:
        hold(config, folder, AT)
    assert "[bankid]" in str(raised.value) or "root" in str(raised.value)
    assert raised.value.remedy
    assert PASSPHRASE not in str(raised.value)
