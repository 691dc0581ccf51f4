"""The folder of the service: made once, kept, for its owner alone, and of TEST only."""

import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.testid.bank import Bank
from hanport.testid.certificates import NAME, common, read_rsa_key, subject, write_key
from hanport.testid.pki import PASSPHRASE, ROOT, RP, SERVER_CA, Pki, open_pki, written

NOW = SystemClock().now()


def certificates(folder: Path) -> list[x509.Certificate]:
    return [
        each for path in sorted(folder.glob("*.pem")) for each in x509.load_pem_x509_certificates(path.read_bytes())
    ]


def test_a_later_start_finds_what_the_first_has_made(pki: Pki) -> None:
    before = {path.name: path.read_bytes() for path in pki.folder.iterdir()}
    again = open_pki(pki.folder, NOW, "Another name")
    assert again.bank.root == pki.bank.root
    assert again.company == pki.company and again.company_shown == "Testnätet"
    assert {path.name: path.read_bytes() for path in pki.folder.iterdir()} == before
    assert {SERVER_CA, RP, PASSPHRASE, ROOT} <= set(before)


def test_a_first_start_that_broke_off_is_begun_again(pki: Pki, tmp_path: Path) -> None:
    for name in (RP, "bank.key", "server.key"):
        (tmp_path / name).write_bytes(b"half")
    assert open_pki(tmp_path, NOW).bank.root != pki.bank.root


def test_secrets_are_for_their_owner_alone(pki: Pki) -> None:
    assert os.stat(pki.folder).st_mode & 0o077 == 0
    private = [path for path in pki.folder.iterdir() if path.suffix in (".key", ".p12") or path.name == PASSPHRASE]
    assert len(private) >= 5
    assert all(path.stat().st_mode & 0o077 == 0 for path in private)


def test_the_bundle_opens_with_its_passphrase_only(pki: Pki) -> None:
    bundle, passphrase = (pki.folder / RP).read_bytes(), (pki.folder / PASSPHRASE).read_bytes().strip()
    key, certificate, _ = pkcs12.load_key_and_certificates(bundle, passphrase)
    assert key is not None and certificate is not None
    assert written(certificate.subject) == pki.company_written
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_key_and_certificates(bundle, b"guessed")


def test_every_certificate_says_test(pki: Pki) -> None:
    names = [each.subject.rfc4514_string() for each in certificates(pki.folder)]
    assert len(names) >= 6
    assert [name for name in names if "TEST" not in name] == ["CN=localhost"]


def test_no_key_of_a_root_is_kept(pki: Pki) -> None:
    roots = [each.public_key() for each in certificates(pki.folder) if each.subject == each.issuer]
    roots.append(pki.bank.member.public_key())
    kept = [read_rsa_key(path).public_key() for path in pki.folder.glob("[bpr]*.key")]
    assert len(kept) >= 2 and len(roots) == 4
    assert not [each for each in kept if each in roots]


def test_the_name_of_a_relying_party_as_signatures_have_it(pki: Pki) -> None:
    assert written(common("a")) == "cn=a"
    assert written(subject((NAME, "one, two"))) == r"name=one\, two"
    assert written(pki.company).endswith(",c=SE")


@pytest.mark.parametrize("name", [ROOT, RP, PASSPHRASE, "bank.pem", "bank.key", "responder.key"])
def test_a_folder_that_is_broken(pki: Pki, tmp_path: Path, name: str) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in pki.folder.iterdir():
        (broken / path.name).write_bytes(path.read_bytes())
    (broken / name).write_bytes(b"nothing")
    with pytest.raises(ConfigError, match="delete it"):
        open_pki(broken, NOW)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="no folder"):
        open_pki(tmp_path / "file" / "folder", NOW)


def test_a_key_of_another_kind_is_none_of_the_banks(pki: Pki, tmp_path: Path) -> None:
    write_key(tmp_path / "x.key", ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(ValueError, match="no RSA key"):
        read_rsa_key(tmp_path / "x.key")


def test_two_banks_have_nothing_but_names_in_common(pki: Pki) -> None:
    other = Bank.make(NOW)
    assert other.root.subject == pki.bank.root.subject
    assert other.root.public_key() != pki.bank.root.public_key()
    with pytest.raises(InvalidSignature):
        pki.bank.member.verify_directly_issued_by(other.root)
