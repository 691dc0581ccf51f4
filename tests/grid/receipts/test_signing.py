"""A PDF is signed only with the receipt in it, once and as it is."""

import pytest

from grid.receipts.made import SHARED, as_json, as_pdf, keyring_of
from hanport.grid.receipts.pdf import drawn
from hanport.grid.receipts.signing import signed_pdf
from hanport.grid.receipts.verify import verify

KEYRING = keyring_of(25)


def test_the_receipt_must_be_in_the_pdf_once() -> None:
    inner = as_json(KEYRING)
    page = drawn(SHARED, inner, "sv")
    for wrong in (b"%PDF-1.4\n", page + inner):
        with pytest.raises(ValueError, match="once"):
            signed_pdf(KEYRING, wrong, inner)


def test_a_pdf_that_does_not_end_its_line() -> None:
    inner = as_json(KEYRING)
    made = signed_pdf(KEYRING, drawn(SHARED, inner, "sv").rstrip(b"\n"), inner)
    assert verify(made, KEYRING.public_keys().values()).is_genuine


def test_the_newest_key_signs() -> None:
    keyring = keyring_of(26, 25)
    newest = keyring.public_keys()[keyring.keys[0].id]
    for data in (as_json(keyring), as_pdf(keyring)):
        assert verify(data, {newest}).is_genuine
