"""What goes wrong with BankID, by what the caller must do about it.

BankIDError
├── TellUser    it passes by nothing that we do: the customer reads the message, and may begin anew
├── RetryLater  it passes by itself: the same is asked again in silence; only where it lasts the customer reads it
└── AlertStaff  our request, certificate or address is at fault: it is never repeated, and staff look at it

Every one has a message for the customer too: `error.message` is a key of locale/bankid.toml.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from hanport.errors import HanportError
from hanport.grid.free_text import tidy

LONGEST_WAIT_S = 600.0
_WAIT_S = 2.0  # BankID's own pace of asking
_LONGEST_DETAILS = 200  # characters
_CODE = re.compile(r"[A-Za-z]{1,64}")
_WRONG = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Cause:
    """`code` is BankID's errorCode, or a word of ours; `status` that of HTTP, 0 where there was no answer. `details`
    are what BankID says of it, without what could be a person's number, for the log alone.
    """

    code: str
    status: int = 0
    details: str = ""


class BankIDError(HanportError):
    """BankID did not do what was asked of it. `message` is the key of what the customer reads."""

    remedy_of_kind = ""

    def __init__(self, problem: str, cause: Cause, message: str) -> None:
        super().__init__(problem, self.remedy_of_kind)
        self.cause = cause
        self.message = message

    @property
    def code(self) -> str:
        """BankID's errorCode, or a word of ours."""
        return self.cause.code


class TellUser(BankIDError):
    """The customer reads the message, and may begin anew. Nothing is asked again by itself."""

    remedy_of_kind = "Let the customer begin again."


class RetryLater(BankIDError):
    """The same may be asked again in `wait_s` seconds. Where it lasts, the customer reads the message."""

    remedy_of_kind = "Try again in a while."

    def __init__(self, problem: str, cause: Cause, message: str, wait_s: float = _WAIT_S) -> None:
        super().__init__(problem, cause, message)
        self.wait_s = wait_s


class AlertStaff(BankIDError):
    """Asking again does not help before somebody has mended it."""

    remedy_of_kind = "Compare [bankid] with docs/bankid.md."


_Kind = type[TellUser] | type[RetryLater] | type[AlertStaff]
_UNKNOWN: tuple[_Kind, str] = (TellUser, "rfa22")
# fmt: off
_BY_CODE: dict[str, tuple[_Kind, str]] = {
    "alreadyinprogress": (TellUser, "rfa4"),  # the older order is ended too, and no new one is made
    "invalidparameters": (AlertStaff, "error.ours"),  # also: collected twice, too old, or begun by another company
    "cancelled": (TellUser, "rfa3"),
    "canceled": (TellUser, "rfa3"),
    "unauthorized": (AlertStaff, "error.ours"),
    "notfound": (AlertStaff, "error.ours"),
    "methodnotallowed": (AlertStaff, "error.ours"),
    "requesttimeout": (TellUser, "rfa5"),
    "unsupportedmediatype": (AlertStaff, "error.ours"),
    "toomanyrequests": (RetryLater, "rfa5"),
    "internalerror": (TellUser, "rfa5"),
    "maintenance": (RetryLater, "rfa5"),  # seen with a capital M as well
}
# For answers without a code that is known: gateways on the way, and codes to come.
_BY_STATUS: dict[int, tuple[_Kind, str]] = {
    401: (AlertStaff, "error.ours"),
    403: (AlertStaff, "error.ours"),
    404: (AlertStaff, "error.ours"),
    405: (AlertStaff, "error.ours"),
    408: (TellUser, "rfa5"),
    415: (AlertStaff, "error.ours"),
    429: (RetryLater, "rfa5"),
    500: (TellUser, "rfa5"),
    502: (RetryLater, "rfa5"),
    503: (RetryLater, "rfa5"),
    504: (RetryLater, "rfa5"),
}
# fmt: on


class _Said(msgspec.Struct, frozen=True):
    error_code: str = msgspec.field(name="errorCode", default="")
    details: str = ""


_SAID = msgspec.json.Decoder(_Said)


def of_answer(status: int, body: bytes, headers: Mapping[str, str]) -> BankIDError:
    """The error in an answer whose status is not 200. Codes that are not known yet end here too."""
    try:
        said = _SAID.decode(body)
    except _WRONG:
        said = _Said()
    code = said.error_code if _CODE.fullmatch(said.error_code) else "unknown"
    kind, message = _BY_CODE.get(code.lower()) or _BY_STATUS.get(status) or _UNKNOWN
    problem = f"BankID answered {status} ({code})."
    cause = Cause(code, status, tidy(said.details, _LONGEST_DETAILS))
    if kind is RetryLater:
        return RetryLater(problem, cause, message, _wait_s(headers))
    return kind(problem, cause, message)


def unreachable(code: str, problem: str) -> RetryLater:
    """Nobody knows whether BankID heard it. An order that was begun unheard ends by itself."""
    return RetryLater(problem, Cause(code), "rfa5")


def unreadable(where: str = "") -> RetryLater:
    """An answer that is none of BankID's. Its contents are not repeated: they may hold a number."""
    at = f" at {where}" if where else ""
    return RetryLater(f"BankID's answer cannot be read{at}.", Cause("unreadable", 200), "rfa5")


def ours(code: str, problem: str) -> AlertStaff:
    """Something that only people can mend."""
    return AlertStaff(problem, Cause(code), "error.ours")


def _wait_s(headers: Mapping[str, str]) -> float:
    """`RateLimit-Reset` is in seconds."""
    reset = headers.get("ratelimit-reset", "")
    if not (reset.isascii() and reset.isdigit() and len(reset) < 10):
        return _WAIT_S
    return min(max(float(reset), _WAIT_S), LONGEST_WAIT_S)
