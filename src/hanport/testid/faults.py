"""What can go wrong between an identity service and those who use it, planned by name."""

from enum import StrEnum

from hanport.errors import ConfigError
from hanport.planned_faults import PlannedFault, PlannedFaults


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


class Plan(PlannedFault[Fault]):
    """A fault in one call or all."""

    kinds = Fault
    example = "NAME@collect*3"
    most_s = 3600.0

    @classmethod
    def placed(cls, text: str) -> Call:
        """The call of that path. Raises ConfigError."""
        try:
            return Call(text)
        except ValueError:
            raise ConfigError(f"There is no call {text!r}.", f"Known: {', '.join(Call)}.") from None


Faults = PlannedFaults[Fault]
