"""What can go wrong between an identity service and those who use it, planned by name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from hanport.errors import ConfigError

MOST_PLANNED = 100
MOST_SECONDS = 3600.0
SLOW_S = 30.0
_PLAN = re.compile(
    r"(?P<name>[a-z-]+)(=(?P<seconds>\d+(\.\d+)?))?(@(?P<call>[a-z/]+))?(\*(?P<times>\d{1,6}))?", re.ASCII
)


class Call(StrEnum):
    """A call of the API, by its path."""

    AUTH = "auth"
    SIGN = "sign"
    PHONE_AUTH = "phone/auth"
    PHONE_SIGN = "phone/sign"
    COLLECT = "collect"
    CANCEL = "cancel"


class Fault(StrEnum):
    """What goes wrong."""

    ALREADY_IN_PROGRESS = "already-in-progress"
    INVALID_PARAMETERS = "invalid-parameters"
    CANCELLED = "cancelled"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    REQUEST_TIMEOUT = "request-timeout"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    TOO_MANY_REQUESTS = "too-many-requests"
    INTERNAL_ERROR = "internal-error"
    MAINTENANCE = "maintenance"
    MAINTENANCE_CAPITAL = "maintenance-capital"
    UNKNOWN_ERROR = "unknown-error"

    SLOW = "slow"
    CUT = "cut"
    WRONG_JSON = "wrong-json"
    MISSING_FIELDS = "missing-fields"
    WRONG_TYPE = "wrong-type"
    EMPTY = "empty"

    NO_CLIENT = "no-client"
    UNKNOWN_HINT = "unknown-hint"
    UNKNOWN_FAILURE = "unknown-failure"
    UNKNOWN_STATUS = "unknown-status"

    NOT_SUPPORTED = "not-supported"
    RISK_BLOCKED = "risk-blocked"

    OTHER_TEXT = "other-text"
    OTHER_HIDDEN = "other-hidden"
    ALTERED = "altered"
    OTHER_PERSON = "other-person"
    WRONG_COMPANY = "wrong-company"
    WRONG_POLICY = "wrong-policy"
    FORGED_CHAIN = "forged-chain"

    OCSP_REVOKED = "ocsp-revoked"
    OCSP_OTHER = "ocsp-other"
    OCSP_NONCE = "ocsp-nonce"
    OCSP_FORGED = "ocsp-forged"
    OCSP_MISSING = "ocsp-missing"

    HIGH_RISK = "high-risk"
    OTHER_ADDRESS = "other-address"
    PLAIN_DATE = "plain-date"


# fmt: off
SUMMARIES: dict[Fault, str] = {
    Fault.ALREADY_IN_PROGRESS: "the call is answered 400 `alreadyInProgress`",
    Fault.INVALID_PARAMETERS: "the call is answered 400 `invalidParameters`",
    Fault.CANCELLED: "the call is answered 400 `cancelled`",
    Fault.UNAUTHORIZED: "the call is answered 401 `unauthorized`",
    Fault.FORBIDDEN: "the call is answered 403 `unauthorized`",
    Fault.NOT_FOUND: "the call is answered 404 `notFound`",
    Fault.METHOD_NOT_ALLOWED: "the call is answered 405, without a body",
    Fault.REQUEST_TIMEOUT: "the call is answered 408 `requestTimeout`",
    Fault.UNSUPPORTED_MEDIA_TYPE: "the call is answered 415 `unsupportedMediaType`",
    Fault.TOO_MANY_REQUESTS: "the call is answered 429 `tooManyRequests`, with its headers",
    Fault.INTERNAL_ERROR: "the call is answered 500 `internalError`",
    Fault.MAINTENANCE: "the call is answered 503 `maintenance`",
    Fault.MAINTENANCE_CAPITAL: "the call is answered 503 `Maintenance`, as is also seen",
    Fault.UNKNOWN_ERROR: "the call is answered 400 with an error code that nobody knows",
    Fault.SLOW: "the call is carried out, and answered SECONDS later (30 where nothing is said)",
    Fault.CUT: "the call is carried out, and the connection breaks in the middle of the answer",
    Fault.WRONG_JSON: "the call is carried out, and the answer is no JSON",
    Fault.MISSING_FIELDS: "the call is carried out, and the answer is an empty object",
    Fault.WRONG_TYPE: "the call is carried out, and the answer is a page of HTML",
    Fault.EMPTY: "the call is carried out, and the answer has no body",
    Fault.NO_CLIENT: "a pending order's hint code is `noClient`",
    Fault.UNKNOWN_HINT: "a pending order has a hint code that nobody knows",
    Fault.UNKNOWN_FAILURE: "an order that is signed fails with a hint code that nobody knows",
    Fault.UNKNOWN_STATUS: "an order has a status that nobody knows",
    Fault.NOT_SUPPORTED: "an order that is signed fails with `notSupportedByUserApp`",
    Fault.RISK_BLOCKED: "an order that is signed fails with `transactionRiskBlocked`",
    Fault.OTHER_TEXT: "another visible text is signed",
    Fault.OTHER_HIDDEN: "other hidden data are signed",
    Fault.ALTERED: "the visible text is changed after it was signed",
    Fault.OTHER_PERSON: "somebody else's BankID signs, while the answer names the right person",
    Fault.WRONG_COMPANY: "the signature names another relying party",
    Fault.WRONG_POLICY: "a BankID of another kind signs than was asked for",
    Fault.FORGED_CHAIN: "a forged chain signs, with the same names up to its own root",
    Fault.OCSP_REVOKED: "the OCSP response says that the certificate is revoked",
    Fault.OCSP_OTHER: "the OCSP response is about another certificate",
    Fault.OCSP_NONCE: "the OCSP response belongs to another signature",
    Fault.OCSP_FORGED: "the OCSP response is signed by a forged responder of the same name",
    Fault.OCSP_MISSING: "there is no OCSP response",
    Fault.HIGH_RISK: "the risk is `high`",
    Fault.OTHER_ADDRESS: "the phone is at another address than the user",
    Fault.PLAIN_DATE: "the day of issue has no UTC offset, as in `2020-02-01`",
}
# fmt: on


@dataclass(slots=True)
class Plan:
    """A fault that is at work: in one call or all, for so many more times (None: until it is taken away)."""

    fault: Fault
    call: Call | None = None
    times: int | None = None
    seconds: float = SLOW_S

    @classmethod
    def parse(cls, text: str) -> "Plan":
        """Read `NAME`, with `=SECONDS`, `@CALL` and `*TIMES` behind it in that order. Raises ConfigError."""
        found = _PLAN.fullmatch(text)
        if found is None:
            raise ConfigError(f"{text!r} is no plan for a fault.", "Write NAME, NAME*3 or NAME@collect*3.")
        times, seconds = found["times"], found["seconds"]
        return cls(
            named(found["name"]),
            called(found["call"]) if found["call"] else None,
            int(times) if times else None,
            float(seconds) if seconds else SLOW_S,
        )

    def __post_init__(self) -> None:
        if not 0 <= self.seconds <= MOST_SECONDS:
            raise ConfigError(f"{self.seconds} seconds are not possible.", "Give 0 s up to an hour.")
        if self.times is not None and self.times < 1:
            raise ConfigError("A fault strikes once at least.", "Leave the number out, or give 1 or more.")


def named(name: str) -> Fault:
    """The fault of that name. Raises ConfigError."""
    try:
        return Fault(name)
    except ValueError:
        near = get_close_matches(name, list(Fault), n=3, cutoff=0.4) or list(Fault)
        raise ConfigError(f"There is no fault {name!r}.", f"The nearest known: {', '.join(near)}.") from None


def called(path: str) -> Call:
    """The call of that path. Raises ConfigError."""
    try:
        return Call(path)
    except ValueError:
        raise ConfigError(f"There is no call {path!r}.", f"Known: {', '.join(Call)}.") from None


class Faults:
    """The faults at work. Each strike uses one of a plan's times up."""

    def __init__(self, plans: Iterable[Plan] = ()) -> None:
        self._plans = list(plans)

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Those at work now."""
        return tuple(self._plans)

    def add(self, plan: Plan) -> None:
        """Put a fault to work. Raises ConfigError when there are too many."""
        if len(self._plans) >= MOST_PLANNED:
            raise ConfigError(f"There are {MOST_PLANNED} faults already.", "Take one away.")
        self._plans.append(plan)

    def remove(self, fault: Fault) -> None:
        """Take a fault away, wherever it is at work."""
        self._plans = [plan for plan in self._plans if plan.fault is not fault]

    def clear(self) -> None:
        """Take all of them away."""
        self._plans.clear()

    def strike(self, fault: Fault, call: Call) -> Plan | None:
        """The plan by which that fault happens in that call now; None: it does not."""
        for plan in self._plans:
            if plan.fault is fault and plan.call in (None, call):
                if plan.times is not None:
                    plan.times -= 1
                    if plan.times == 0:
                        self._plans.remove(plan)
                return plan
        return None
