"""A receipt is genuine, or it is not: every altered byte and field, and every other key, is refused."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from grid.receipts.made import FULL, SHARED, as_json, as_pdf, keyring_of, publics
from hanport.grid.keys import Keyring
from hanport.grid.receipts.format import FORMAT, PDF_FORMAT, canonical, covered
from hanport.grid.receipts.signing import signed_json, signed_pdf
from hanport.grid.receipts.verify import WORDS, Why, verify

COMPANY = keyring_of(25)
OTHER = keyring_of(24)
KEYS = publics(COMPANY)


def parsed(data: bytes) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(data)
    return made


def altered(data: bytes, places: range) -> Iterator[tuple[int, bytes]]:
    """The file with one byte changed, at each of the places."""
    for place in places:
        yield place, data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize("receipt", [SHARED, FULL, replace(SHARED, meters=None)], ids=["shared", "full", "without"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_what_the_company_signed_is_genuine(receipt: Any, language: str) -> None:
    for data in (as_json(COMPANY, receipt), as_pdf(COMPANY, receipt, language)):
        verdict = verify(data, KEYS)
        assert (verdict.why, verdict.is_genuine) == (Why.GENUINE, True)
        assert verdict.content is not None
        assert verdict.content["order"] == parsed(as_json(COMPANY, receipt))["order"]


@pytest.mark.parametrize("receipt", [SHARED, FULL], ids=["shared", "full"])
def test_every_altered_byte_of_the_json_is_refused(receipt: Any) -> None:
    data = as_json(COMPANY, receipt)
    for place, changed in altered(data, range(len(data))):
        assert verify(changed, KEYS).why in (Why.ALTERED, Why.UNREADABLE, Why.OTHER_KEY), place
        assert verify(changed, ()).why in (Why.ALTERED, Why.UNREADABLE), place


def _pdf_is_refused(data: bytes, places: range) -> None:
    for place, changed in altered(data, places):
        assert not verify(changed, KEYS).is_genuine, place


def test_altered_bytes_of_the_pdf_are_refused() -> None:
    data = as_pdf(COMPANY)
    begin = data.index(b'{"company"')
    _pdf_is_refused(data, range(0, len(data), 97))
    _pdf_is_refused(data, range(begin, begin + 300))
    _pdf_is_refused(data, range(len(data) - 300, len(data)))


@pytest.mark.soak
def test_every_altered_byte_of_the_pdf_is_refused() -> None:
    data = as_pdf(COMPANY)
    _pdf_is_refused(data, range(len(data)))


def fields(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all that the receipt says."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield (*path, name)
        yield from fields(part, (*path, name))


def with_field(content: dict[str, Any], path: tuple[Any, ...], value: Any) -> bytes:
    made = json.loads(json.dumps(content))
    inner = made
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return canonical(made) + b"\n"


@pytest.mark.parametrize(
    "path", list(fields(parsed(as_json(COMPANY, FULL)))), ids=lambda path: ".".join(map(str, path))
)
def test_every_changed_field_is_refused(path: tuple[Any, ...]) -> None:
    content = parsed(as_json(COMPANY, FULL))
    assert verify(canonical(content) + b"\n", KEYS).is_genuine
    others: tuple[Any, ...] = ("something else", None, 1, [], {})
    for value in others:
        made = with_field(content, path, value)
        if made != canonical(content) + b"\n":
            assert not verify(made, KEYS).is_genuine
            assert not verify(made, ()).content


def test_left_out_and_added_fields_are_refused() -> None:
    content = parsed(as_json(COMPANY))
    for name in content:
        left = {each: value for each, value in content.items() if each != name}
        assert not verify(canonical(left) + b"\n", KEYS).is_genuine
    assert verify(canonical(content | {"more": 1}) + b"\n", KEYS).why is Why.ALTERED


def test_another_form_of_the_same_is_refused() -> None:
    data = as_json(COMPANY)
    content = parsed(data)
    again = [
        json.dumps(content, indent=1).encode(),
        json.dumps(content, sort_keys=True, separators=(",", ":")).encode() + b"\n",  # with \u escapes
        json.dumps(dict(reversed(content.items())), separators=(",", ":"), ensure_ascii=False).encode() + b"\n",
        data.rstrip(),
        data + b"\n",
        b" " + data,
        b"\xef\xbb\xbf" + data,
        data.replace(b'"meters"', b'"meters":null,"meters"', 1),
        data.replace(content["signature"].encode(), content["signature"].upper().encode()),
    ]
    for each in again:
        assert each != data
        assert verify(each, KEYS).why in (Why.ALTERED, Why.UNREADABLE)


def test_the_key_of_another_company_is_refused() -> None:
    for data in (as_json(OTHER), as_pdf(OTHER)):
        verdict = verify(data, KEYS)
        assert (verdict.why, verdict.content) == (Why.OTHER_KEY, None)
        assert verify(data, publics(OTHER)).is_genuine


def test_a_receipt_signed_anew_under_the_companys_name_is_refused() -> None:
    content = parsed(as_json(COMPANY))
    content["order"]["state"] = "refused"
    bare = {name: value for name, value in content.items() if name not in ("key", "signature")}
    assert verify(signed_json(OTHER, bare), KEYS).why is Why.OTHER_KEY
    key = {"id": COMPANY.keys[0].id, "public_key": next(iter(KEYS)).hex()}
    _, signer = OTHER.signer()
    named = bare | {"key": key}
    forged = canonical(named | {"signature": signer.sign(covered(named)).hex()}) + b"\n"
    assert verify(forged, KEYS).why is Why.ALTERED


def test_without_a_key_it_is_only_whole() -> None:
    for data in (as_json(COMPANY), as_pdf(COMPANY)):
        verdict = verify(data, ())
        assert (verdict.why, verdict.is_genuine) == (Why.NO_KEY, False)
        assert verdict.content is not None


def test_older_keys_stay_good_after_a_rotation() -> None:
    before = keyring_of(20)
    after = Keyring((*keyring_of(26).keys, *before.keys))
    for data in (as_json(before), as_pdf(before)):
        assert verify(data, publics(after)).is_genuine
    assert not verify(as_json(after), publics(before)).is_genuine


def test_a_genuine_receipt_in_a_page_of_ones_own_is_refused() -> None:
    mine = as_json(COMPANY)
    page = as_pdf(COMPANY, replace(SHARED, place=replace(SHARED.place, gsrn="735999999999999990")))
    swapped = page.replace(
        as_json(COMPANY, replace(SHARED, place=replace(SHARED.place, gsrn="735999999999999990"))), mine
    )
    assert swapped != page
    assert verify(swapped, KEYS).why is Why.ALTERED
    assert verify(b"%PDF-1.4\n" + mine, KEYS).why is Why.UNREADABLE
    forged = signed_pdf(OTHER, b"%PDF-1.4\nopened!\n" + mine + b"%%EOF\n", mine)
    assert verify(forged, KEYS).why is Why.ALTERED
    saved_anew = as_pdf(COMPANY).rpartition(b"%" + PDF_FORMAT.encode())[0]
    assert verify(saved_anew, KEYS).why is Why.UNREADABLE
    assert verify(as_pdf(COMPANY) + b"\n", KEYS).why is Why.UNREADABLE


def test_what_the_key_signs_elsewhere_is_no_receipt() -> None:
    """A signature of the same bytes without the name of the form before them, as the log's checkpoints have it."""
    content = parsed(as_json(COMPANY))
    bare = {name: value for name, value in content.items() if name != "signature"}
    _, signer = COMPANY.signer()
    made = canonical(bare | {"signature": signer.sign(canonical(bare)).hex()}) + b"\n"
    assert verify(made, KEYS).why is Why.ALTERED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"%PDF-",
        b"null",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"format":' * 5000,
        b"\xff\xfe{}",
        b'{"format":"hanport-receipt-v2"}\n',
        b"%PDF-1.7\n%hanport-receipt-pdf-v1 0 9 " + b"0" * 128 + b"\n",
        b"%PDF-1.7\n%hanport-receipt-pdf-v1 999999999 999999999 " + b"0" * 128 + b"\n",
    ],
)
def test_what_is_no_receipt_is_unreadable(data: bytes) -> None:
    assert verify(data, KEYS).why is Why.UNREADABLE


@pytest.mark.parametrize(
    "text",
    [
        '{"format":"FORMAT"}\n',
        '{"format":"FORMAT","key":null,"signature":null}\n',
        '{"format":"FORMAT","key":{"public_key":1},"signature":"00"}\n',
        '{"format":"FORMAT","key":{"public_key":"' + "1" * 64 + '"},"signature":"' + "0" * 128 + '"}\n',
        '{"format":"FORMAT","n":NaN}\n',
        '{"format":"FORMAT","n":1e999}\n',
        '{"format":"FORMAT","n":"\\ud800"}\n',
        '{"format":"FORMAT","n":' + "[" * 400 + "]" * 400 + "}\n",
    ],
)
def test_what_only_looks_like_one_is_altered(text: str) -> None:
    assert verify(text.replace("FORMAT", FORMAT).encode(), KEYS).why is Why.ALTERED


def test_a_key_that_proves_nothing_is_nobodys() -> None:
    """The point of order 4, under which a signature that nobody made can hold."""
    key = '"key":{"public_key":"' + "0" * 64 + '"}'
    data = f'{{"format":"{FORMAT}",{key},"signature":"{"0" * 128}"}}\n'.encode()
    assert verify(data, KEYS).why in (Why.OTHER_KEY, Why.ALTERED)


def test_every_other_verdict_is_said() -> None:
    assert set(WORDS) == set(Why) - {Why.GENUINE}
