"""The company's keys: what seals personal numbers at rest, finds them again by a keyed hash, and signs the log.

They come from a file of their own (mode 600) or from the environment, never from the database. The newest key seals;
older ones still open what they sealed until `hanport grid keys rotate` has sealed everything anew.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hanport import typed_toml
from hanport.errors import ConfigError, HanportError
from hanport.grid.identifiers import Number

ENVIRONMENT_VARIABLE = "HANPORT_GRID_KEYS"  # the text of the file
_NONCE = 12  # bytes
_ID = 12  # bytes: the key's id, padded
SEALED_HEAD = _ID
_HEADING = (
    "# The keys of hanport grid, the newest first. Keep a copy apart from the database: without them its personal\n"
    "# numbers are lost.\n\n"
)
_SECRET = 32  # bytes
# 32 random bytes have 30 different values as a rule, and fewer than 16 once in more than a million million.
_DISTINCT = 16


class SealError(HanportError):
    """Something sealed cannot be opened: its key is missing, or it was changed."""


class Purpose(StrEnum):
    """What is sealed. Something sealed for one purpose cannot be put in the place of another."""

    NUMBER = "number"
    PERSON_KEY = "person-key"
    EVIDENCE = "evidence"  # of an identity check, with an order
    IMPORT = "import"  # a file that waits for two people
    ANSWER = "idempotency"  # to a request with an idempotency key
    IDENTIFICATION = "identification"  # an order at the identity service that is under way, with its secrets
    NOTICE = "notice"  # what is sent to a customer, with its address
    CODE = "letter-code"  # in a letter that is not printed yet
    SECOND_FACTOR = "second-factor"  # of a member of staff


class KeyTable(typed_toml.Table, frozen=True):
    """`[[key]]`: three secrets of 32 bytes in base64. The first table is the newest key."""

    id: str
    encryption: str
    lookup: str
    signing: str


class RetiredTable(typed_toml.Table, frozen=True):
    """`[[retired]]`: what is left of a key that was dropped, by which its receipts are still verified."""

    id: str
    public_key: str


class KeyFile(typed_toml.Table, frozen=True):
    """The file of keys."""

    key: tuple[KeyTable, ...]
    retired: tuple[RetiredTable, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """One generation of secrets, of 32 bytes each."""

    id: str
    encryption: bytes = field(repr=False)
    lookup: bytes = field(repr=False)
    signing: bytes = field(repr=False)


class Keyring:
    """All keys, the newest first; and the public keys of those that were dropped, by their ids."""

    def __init__(self, keys: tuple[Key, ...], retired: Mapping[str, bytes] = MappingProxyType({})) -> None:
        self.keys = keys
        self.retired = MappingProxyType(dict(retired))
        self._ciphers = {key.id: AESGCM(key.encryption) for key in keys}

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Encrypt with the newest key (AES-256-GCM). It can only be opened for the same purpose."""
        newest, nonce = self.keys[0], os.urandom(_NONCE)
        head = _head(newest)
        return head + nonce + self._ciphers[newest.id].encrypt(nonce, plain, purpose.encode() + head)

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for that purpose. Raises SealError."""
        head, nonce, rest = sealed[:_ID], sealed[_ID : _ID + _NONCE], sealed[_ID + _NONCE :]
        cipher = self._ciphers.get(head.decode("ascii", "replace").rstrip())
        if cipher is None:
            raise SealError("The key that sealed this is not among the keys.", "Put the older key back into the file.")
        try:
            return cipher.decrypt(nonce, rest, purpose.encode() + head)
        except (InvalidTag, ValueError):
            raise SealError("Something sealed was changed.", "Restore it from a backup.") from None

    @property
    def newest_head(self) -> bytes:
        """The first `SEALED_HEAD` bytes of all that the newest key seals."""
        return _head(self.keys[0])

    def is_newest(self, sealed: bytes) -> bool:
        """Whether it was sealed with the newest key."""
        return sealed[:_ID] == self.newest_head

    def lookup(self, number: Number) -> bytes:
        """The keyed hash (HMAC-SHA-256, newest key) by which a number is found."""
        return _hash(self.keys[0], number)

    def lookups(self, number: Number) -> tuple[bytes, ...]:
        """The keyed hashes under all keys: while a rotation runs, a row may still have an older one."""
        return tuple(_hash(key, number) for key in self.keys)

    def signer(self) -> tuple[str, Ed25519PrivateKey]:
        """The newest key's id, and what it signs the log's checkpoints with."""
        return self.keys[0].id, Ed25519PrivateKey.from_private_bytes(self.keys[0].signing)

    def public_keys(self) -> dict[str, bytes]:
        """What the signature of each key is checked with (Ed25519, 32 bytes), by the key's id."""
        return {
            key.id: Ed25519PrivateKey.from_private_bytes(key.signing).public_key().public_bytes_raw()
            for key in self.keys
        }

    def mac(self, data: bytes) -> tuple[str, bytes]:
        """The newest key's id, and a keyed hash of some data, which nobody can make who has only the database."""
        return self.keys[0].id, _mac(self.keys[0], data)

    def macs(self, data: bytes) -> tuple[bytes, ...]:
        """The keyed hashes of some data under all keys, the newest first: one made with an older key is found too."""
        return tuple(_mac(key, data) for key in self.keys)

    def mac_holds(self, key_id: str, data: bytes, mac: bytes) -> bool:
        """Whether a keyed hash is that of the data."""
        return any(key.id == key_id and hmac.compare_digest(_mac(key, data), mac) for key in self.keys)


def new_key(today: date) -> Key:
    """Fresh secrets, named by the day."""
    name = f"{today:%y%m%d}-{secrets.token_hex(2)}"
    return Key(name, *(secrets.token_bytes(_SECRET) for _ in range(3)))


def text_of(keys: tuple[Key, ...], retired: Mapping[str, bytes] = MappingProxyType({})) -> str:
    """The keys as `[[key]]` tables, and those that were dropped as `[[retired]]` ones."""
    lines = []
    for key in keys:
        secrets_ = {"encryption": key.encryption, "lookup": key.lookup, "signing": key.signing}
        lines += ["[[key]]", f'id = "{key.id}"']
        lines += [f'{name} = "{base64.b64encode(value).decode()}"' for name, value in secrets_.items()] + [""]
    for key_id, public in retired.items():
        lines += ["[[retired]]", f'id = "{key_id}"', f'public_key = "{base64.b64encode(public).decode()}"', ""]
    return "\n".join(lines)


def write(path: Path, keys: tuple[Key, ...], retired: Mapping[str, bytes] = MappingProxyType({})) -> None:
    """Make the file, or put it in the place of the old one; for its owner's eyes alone. Raises ConfigError."""
    beside = path.with_name(path.name + ".new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(_HEADING + text_of(keys, retired))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}).", "Check its folder.") from error


def load(path: Path, environment: Mapping[str, str]) -> Keyring:
    """The keys from the environment, or else from the file. Raises ConfigError."""
    if text := environment.get(ENVIRONMENT_VARIABLE):
        found = typed_toml.parse(text, KeyFile, ENVIRONMENT_VARIABLE)
    else:
        if path.exists() and path.stat().st_mode & 0o077:
            raise ConfigError(f"Others may read {path}.", f"chmod 600 {path}")
        found = typed_toml.load(path, KeyFile, missing="`hanport grid keys new` makes it.")
    if not found.key:
        raise ConfigError("There is no key among the keys.", "`hanport grid keys new` makes one.")
    if len({table.id for table in found.key}) != len(found.key):
        raise ConfigError("Two of the keys have the same id.", "Put the original file back.")
    retired = {table.id: _decoded(table.public_key, f"The public key of {table.id}") for table in found.retired}
    return Keyring(tuple(_key(table) for table in found.key), retired)


def _key(table: KeyTable) -> Key:
    if not (table.id.isascii() and 0 < len(table.id) <= _ID):
        raise ConfigError("A key's id has 1 to 12 ASCII characters.", "Correct the file of keys.")
    names = ("encryption", "lookup", "signing")
    secrets_ = [_decoded(getattr(table, name), f"The {name} secret of key {table.id}") for name in names]
    if len(set(secrets_)) < len(secrets_) or any(len(set(each)) < _DISTINCT for each in secrets_):
        raise ConfigError(
            f"The secrets of key {table.id} are not random.", "`hanport grid keys new` makes them; never write them."
        )
    return Key(table.id, *secrets_)


def _decoded(text: str, what: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error:
        value = b""
    if len(value) != _SECRET:
        raise ConfigError(f"{what} is no base64 of 32 bytes.", "Put the original back.")
    return value


def _head(key: Key) -> bytes:
    return key.id.encode().ljust(_ID)


def _hash(key: Key, number: Number) -> bytes:
    return hmac.digest(key.lookup, b"number:" + number.digits.encode(), hashlib.sha256)


def _mac(key: Key, data: bytes) -> bytes:
    return hmac.digest(key.lookup, b"mac:" + data, hashlib.sha256)
