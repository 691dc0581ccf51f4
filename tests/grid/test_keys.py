"""The keys: their file, what they seal, find and sign, and what they never say."""

import base64
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from grid.planted import found_in
from grid.town import person_number
from hanport.errors import ConfigError
from hanport.grid import keys
from hanport.grid.keys import Keyring, Purpose, SealError, new_key

DAY = date(2026, 11, 25)
OLD, NEW = new_key(DAY), new_key(DAY)
RING = Keyring((NEW, OLD))


@given(st.binary(max_size=200), st.sampled_from(Purpose))
def test_what_is_sealed_opens_for_its_purpose_alone(plain: bytes, purpose: Purpose) -> None:
    sealed = RING.seal(plain, purpose)
    assert RING.open(sealed, purpose) == plain
    assert RING.is_newest(sealed)
    assert sealed.startswith(RING.newest_head)
    assert sealed != RING.seal(plain, purpose)
    for other in set(Purpose) - {purpose}:
        with pytest.raises(SealError, match="was changed"):
            RING.open(sealed, other)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_what_was_changed_does_not_open(place: int, by: int) -> None:
    sealed = bytearray(RING.seal(b"1912", Purpose.NUMBER))
    sealed[place % len(sealed)] ^= by
    with pytest.raises(SealError):
        RING.open(bytes(sealed), Purpose.NUMBER)
    with pytest.raises(SealError):
        RING.open(bytes(sealed[: place % len(sealed)]), Purpose.NUMBER)


def test_older_keys_open_and_the_newest_seals() -> None:
    sealed = Keyring((OLD,)).seal(b"x", Purpose.EVIDENCE)
    assert RING.open(sealed, Purpose.EVIDENCE) == b"x"
    assert not RING.is_newest(sealed)
    with pytest.raises(SealError, match="not among the keys"):
        Keyring((NEW,)).open(sealed, Purpose.EVIDENCE)


def test_a_number_is_found_by_a_hash_that_only_the_key_makes() -> None:
    number = person_number(1)
    assert RING.lookups(number) == (RING.lookup(number), Keyring((OLD,)).lookup(number))
    assert len({RING.lookup(person_number(n)) for n in range(1000)}) == 1000
    assert found_in(RING.lookup(number), number) == []


def test_signatures_and_keyed_hashes() -> None:
    key_id, signer = RING.signer()
    public = Ed25519PublicKey.from_public_bytes(RING.public_keys()[key_id])
    public.verify(signer.sign(b"text"), b"text")
    assert key_id == NEW.id
    assert list(RING.public_keys()) == [NEW.id, OLD.id]
    name, mac = RING.mac(b"data")
    assert RING.mac_holds(name, b"data", mac)
    assert not RING.mac_holds(name, b"date", mac)
    assert not RING.mac_holds(OLD.id, b"data", mac)
    assert RING.mac_holds(OLD.id, b"data", Keyring((OLD,)).mac(b"data")[1])
    assert RING.macs(b"data") == (mac, Keyring((OLD,)).mac(b"data")[1])


def test_the_file_comes_back_as_it_was_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    keys.write(path, (OLD,))
    keys.write(path, (NEW, OLD))
    assert keys.load(path, {}).keys == (NEW, OLD)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["keys.toml"]
    with pytest.raises(ConfigError, match="cannot be written"):
        keys.write(tmp_path / "none" / "keys.toml", (NEW,))


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    keys.write(path, (OLD,))
    assert keys.load(path, {keys.ENVIRONMENT_VARIABLE: keys.text_of((NEW,))}).keys == (NEW,)


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    keys.write(path, (OLD,))
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="Others may read"):
        keys.load(path, {})


SPOILT: dict[str, tuple[Callable[[str], str], str]] = {
    "none": (lambda text: "key = []", "no key among the keys"),
    "an id that is too long": (lambda text: text.replace(OLD.id, "x" * 13), "1 to 12 ASCII"),
    "no id": (lambda text: text.replace(OLD.id, ""), "1 to 12 ASCII"),
    "the same id twice": (lambda text: text + text, "the same id"),
    "a short secret": (lambda text: text.replace(_base64(OLD.lookup), _base64(b"short")), "lookup secret of key"),
    "no base64": (lambda text: text.replace(_base64(OLD.signing), "!" * 44), "signing secret of key"),
    "an unknown secret": (lambda text: text + 'sining = "x"', "unknown field .sining"),
    "no table": (lambda text: "", "key"),
}


def _base64(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


@pytest.mark.parametrize("name", SPOILT)
def test_files_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    spoil, problem = SPOILT[name]
    path = tmp_path / "keys.toml"
    path.write_text(spoil(keys.text_of((OLD,))))
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=problem) as caught:
        keys.load(path, {})
    for secret in (OLD.encryption, OLD.lookup, OLD.signing):
        assert _base64(secret) not in str(caught.value)


@pytest.mark.parametrize("secret", [bytes(32), b"hanport-hanport-hanport-hanport-", bytes(range(8)) * 4])
def test_secrets_that_somebody_wrote_are_refused(tmp_path: Path, secret: bytes) -> None:
    written = keys.Key("weak", new_key(DAY).encryption, secret, new_key(DAY).signing)
    keys.write(tmp_path / "keys.toml", (written,))
    with pytest.raises(ConfigError, match="are not random"):
        keys.load(tmp_path / "keys.toml", {})


def test_one_secret_for_all_is_refused(tmp_path: Path) -> None:
    same = new_key(DAY).encryption
    keys.write(tmp_path / "keys.toml", (keys.Key("same", same, same, same),))
    with pytest.raises(ConfigError, match="are not random"):
        keys.load(tmp_path / "keys.toml", {})


def test_a_key_says_its_name_alone() -> None:
    assert repr(OLD) == f"Key(id='{OLD.id}')"


def test_each_new_key_is_another() -> None:
    made = [new_key(DAY) for _ in range(20)]
    assert len({key.encryption for key in made} | {key.lookup for key in made} | {key.signing for key in made}) == 60
    assert all(key.id.startswith("261125-") and len(key.id) <= 12 for key in made)


def test_without_a_file_it_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="hanport grid keys new"):
        keys.load(tmp_path / "keys.toml", dict(os.environ, HANPORT_GRID_KEYS=""))
