"""The search for a planted number finds it however it is hidden, and nothing where it is not."""

import base64
import hashlib
import json
import os
import random
from urllib.parse import quote

import pytest

from grid.planted import forms_of, found_in
from grid.town import person_number
from hanport.grid.identifiers import Number, NumberKind

NUMBER = Number("191212121212", NumberKind.PERSON)
SHORT = b"1212121212"

HIDDEN = {
    "as it is": b"191212121212",
    "ten digits": b"x" + SHORT,
    "with a dash": b"121212-1212",
    "with a plus": b"121212+1212",
    "in a query": quote("121212+1212").encode(),
    "with a space": "19121212\u00a01212".encode(),
    "reversed": b"212121212191",
    "hex": b"191212121212".hex().encode(),
    "in a URL": b"%31%32%31%32%31%32%31%32%31%32",
    "in JSON": json.dumps({"a": "19121212\u22121212"}).encode(),
    "as UTF-16": "191212121212".encode("utf-16"),
    "as an integer": (191212121212).to_bytes(8, "big"),
    "packed": bytes.fromhex("191212121212"),
    "hashed": hashlib.sha256(b"191212121212").digest(),
    "hashed, hex": hashlib.sha1(SHORT, usedforsecurity=False).hexdigest().encode(),
    "hashed, base64": base64.b64encode(hashlib.md5(b"121212-1212", usedforsecurity=False).digest()),
}


@pytest.mark.parametrize("data", HIDDEN.values(), ids=HIDDEN.keys())
def test_it_is_found_in_every_form(data: bytes) -> None:
    assert found_in(os.urandom(100) + data + os.urandom(100), NUMBER)


@pytest.mark.parametrize("before", range(8))
def test_it_is_found_within_longer_encoded_texts(before: int) -> None:
    text = os.urandom(before) + b"191212121212" + os.urandom(9)
    assert found_in(base64.b64encode(text), NUMBER)
    assert found_in(base64.urlsafe_b64encode(text), NUMBER)
    assert found_in(base64.b32encode(text), NUMBER)


def test_nothing_is_found_where_it_is_not() -> None:
    noise = random.Random(4).randbytes(200_000)
    others = " ".join(person_number(n).digits for n in range(2000)).encode()
    assert found_in(noise + others, NUMBER) == []
    assert found_in(b"19121212****", NUMBER) == []


def test_no_form_is_short_enough_to_stand_there_by_chance() -> None:
    forms = forms_of(NUMBER)
    assert len(forms) == len(set(forms)) > 200
    assert min(map(len, forms)) >= 5
