"""The company's keys as it publishes them, and as they are read again."""

import base64
import json

import pytest

from grid.receipts.made import keyring_of, publics
from hanport.errors import ConfigError
from hanport.grid.receipts.format import KEYS_FORMAT
from hanport.grid.receipts.keys import read_key, read_keys, receipt_keys


def test_what_is_published_is_read_again() -> None:
    keyring = keyring_of(26, 25)
    document = receipt_keys(keyring, "Fjällnät AB")
    assert (document["format"], document["company"]) == (KEYS_FORMAT, "Fjällnät AB")
    assert [each["id"] for each in json.loads(json.dumps(document))["keys"]] == [key.id for key in keyring.keys]
    assert read_keys(json.dumps(document, indent=2).encode()) == publics(keyring)


def test_no_secret_is_published() -> None:
    keyring = keyring_of(26, 25)
    text = json.dumps(receipt_keys(keyring, "X"))
    for key in keyring.keys:
        for secret in (key.encryption, key.lookup, key.signing):
            assert secret.hex() not in text
            assert base64.b64encode(secret).decode() not in text


def test_a_key_in_hex_or_base64_and_one_a_line() -> None:
    first, second = sorted(publics(keyring_of(26, 25)))
    assert read_key(f" {first.hex().upper()}\n") == first
    assert read_key(base64.b64encode(first).decode()) == first
    assert read_keys(f"{first.hex()}\n\n{base64.b64encode(second).decode()}\n".encode()) == {first, second}
    assert read_keys(b"\n") == frozenset()


@pytest.mark.parametrize("text", ["", "abc", "0" * 63, "å", base64.b64encode(b"x" * 31).decode()])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ConfigError):
        read_key(text)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"{",
        b"{}",
        b'{"format":"hanport-receipt-keys-v2","keys":[]}',
        b'{"format":"hanport-receipt-keys-v1","keys":5}',
        b'{"format":"hanport-receipt-keys-v1","keys":[{"id":"a"}]}',
        b'{"format":"hanport-receipt-keys-v1","keys":[{"public_key":5}]}',
        b'{"format":"hanport-receipt-keys-v1","keys":["abc"]}',
        b'{"format":' * 5000,
        b"key\n",
    ],
)
def test_what_is_no_document_of_keys(data: bytes) -> None:
    with pytest.raises(ConfigError):
        read_keys(data)
