"""Which message is read when."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.grid.eid import messages
from hanport.grid.eid.messages import key_of
from hanport.grid.eid.requests import Way
from hanport.locale import LANGUAGES, has_text, text

QR, SAME, PHONE = Way.QR, Way.SAME_DEVICE, Way.PHONE


@pytest.mark.parametrize(
    ("status", "hint", "way", "is_mobile", "key"),
    [
        ("pending", "outstandingTransaction", QR, False, "rfa1"),
        ("pending", "outstandingTransaction", SAME, True, "rfa13"),
        ("pending", "outstandingTransaction", PHONE, False, "phone.wait"),
        ("pending", "noClient", QR, False, "rfa1"),
        ("pending", "noClient", SAME, False, "rfa1"),
        ("pending", "noClient", PHONE, False, "phone.wait"),
        ("pending", "started", QR, False, "rfa14a"),
        ("pending", "started", QR, True, "rfa14b"),
        ("pending", "started", SAME, False, "rfa15a"),
        ("pending", "started", SAME, True, "rfa15b"),
        ("pending", "started", PHONE, False, "phone.started"),
        ("pending", "userMrtd", SAME, True, "rfa23"),
        ("pending", "userCallConfirm", PHONE, False, "phone.confirm"),
        ("pending", "userCallConfirm", QR, False, "rfa21"),
        ("pending", "userSign", QR, False, "rfa9"),
        ("pending", "userSign", PHONE, False, "phone.sign"),
        ("pending", "somethingNew", QR, False, "rfa21"),
        ("pending", "somethingNew", PHONE, False, "rfa21"),
        ("pending", "", SAME, True, "rfa21"),
        ("failed", "expiredTransaction", QR, False, "rfa8"),
        ("failed", "expiredTransaction", PHONE, False, "phone.silent"),
        ("failed", "certificateErr", SAME, True, "rfa16"),
        ("failed", "userCancel", QR, False, "rfa6"),
        ("failed", "userCancel", PHONE, False, "rfa6"),
        ("failed", "cancelled", QR, False, "rfa3"),
        ("failed", "startFailed", SAME, True, "rfa17a"),
        ("failed", "startFailed", QR, False, "rfa17b"),
        ("failed", "startFailed", PHONE, False, "phone.silent"),
        ("failed", "userDeclinedCall", PHONE, False, "phone.declined"),
        ("failed", "userDeclinedCall", QR, False, "rfa22"),
        ("failed", "notSupportedByUserApp", SAME, True, "hint.app-too-old"),
        ("failed", "notSupportedByUserApp", PHONE, False, "phone.too-old"),
        ("failed", "transactionRiskBlocked", QR, False, "hint.risk"),
        ("failed", "transactionRiskBlocked", PHONE, False, "phone.risk"),
        ("failed", "somethingNew", QR, True, "rfa22"),
        ("failed", "", PHONE, False, "rfa22"),
    ],
)
def test_what_is_read(status: Literal["pending", "failed"], hint: str, way: Way, is_mobile: bool, key: str) -> None:
    assert key_of(status, hint, way, is_mobile=is_mobile) == key


@given(st.sampled_from(["pending", "failed"]), st.text(max_size=20), st.sampled_from(Way), st.booleans())
def test_any_hint_has_a_message_in_both_languages(
    status: Literal["pending", "failed"], hint: str, way: Way, is_mobile: bool
) -> None:
    key = key_of(status, hint, way, is_mobile=is_mobile)
    assert all(text(messages.CATALOG, key, language) for language in LANGUAGES)


def test_all_of_bankids_messages_are_there() -> None:
    numbers = ["1", "2", "3", "4", "5", "6", "8", "9", "13", "14a", "14b", "15a", "15b", "16", "17a", "17b"]
    numbers += ["18", "19", "20", "21", "22", "23"]
    assert all(has_text(messages.CATALOG, f"rfa{number}") for number in numbers)
    for key in (messages.BUTTON, messages.CHOOSE_ON_COMPUTER, messages.CHOOSE_ON_MOBILE, messages.NO_APP):
        assert has_text(messages.CATALOG, key)
    assert has_text(messages.CATALOG, messages.QR_LABEL)
