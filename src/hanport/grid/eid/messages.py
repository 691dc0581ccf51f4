"""Which of BankID's messages is read when: by where the order stands, its hint, and the way in which it was begun.

Source: BankID's recommended user messages RFA1 to RFA23. The keys are those of locale/bankid.toml.
"""

from typing import Literal

from hanport.grid.eid.requests import Way

CATALOG = "bankid"
BUTTON = "rfa18"  # stands on the button that starts the app
CHOOSE_ON_COMPUTER = "rfa19"  # which device?
CHOOSE_ON_MOBILE = "rfa20"
NO_APP = "rfa2"  # where the app could not be started at all
QR_LABEL = "qr.label"

_PENDING = "rfa21"
_FAILED = "rfa22"

# fmt: off
_OF_PENDING: dict[str, str] = {
    "noClient": "rfa1",
    "userMrtd": "rfa23",
    "userSign": "rfa9",
}
_OF_FAILED: dict[str, str] = {
    "expiredTransaction": "rfa8",
    "certificateErr": "rfa16",
    "userCancel": "rfa6",
    "cancelled": "rfa3",
    "notSupportedByUserApp": "hint.app-too-old",
    "transactionRiskBlocked": "hint.risk",
}
# These are read by staff, who speak with the customer.
_OF_PENDING_BY_PHONE: dict[str, str] = {
    "outstandingTransaction": "phone.wait",
    "noClient": "phone.wait",
    "started": "phone.started",
    "userCallConfirm": "phone.confirm",
    "userSign": "phone.sign",
}
_OF_FAILED_BY_PHONE: dict[str, str] = {
    "expiredTransaction": "phone.silent",
    "startFailed": "phone.silent",
    "userDeclinedCall": "phone.declined",
    "notSupportedByUserApp": "phone.too-old",
    "transactionRiskBlocked": "phone.risk",
}
# fmt: on


def key_of(status: Literal["pending", "failed"], hint: str, way: Way, *, is_mobile: bool) -> str:
    """The key of what is read. Any hint has one. `is_mobile`: the page is read on a phone or a tablet."""
    if status == "pending":
        return _pending(hint, way, is_mobile)
    if way is Way.PHONE and hint in _OF_FAILED_BY_PHONE:
        return _OF_FAILED_BY_PHONE[hint]
    if hint == "startFailed":
        return "rfa17b" if way is Way.QR else "rfa17a"
    return _OF_FAILED.get(hint, _FAILED)


def _pending(hint: str, way: Way, is_mobile: bool) -> str:
    if way is Way.PHONE:
        return _OF_PENDING_BY_PHONE.get(hint, _PENDING)
    match hint, way:
        case "outstandingTransaction", Way.QR:
            return "rfa1"
        case "outstandingTransaction", _:
            return "rfa13"
        case "started", Way.QR:
            return "rfa14b" if is_mobile else "rfa14a"
        case "started", _:
            return "rfa15b" if is_mobile else "rfa15a"
    return _OF_PENDING.get(hint, _PENDING)
