"""Answers as JSON that BankID could give, and that nobody would."""

from typing import Any

import msgspec
from hypothesis import strategies as st

ORDER_REF = "131daac9-16c6-4618-beb0-365768f37288"

_NAMES: tuple[str, ...] = (
    "orderRef",
    "status",
    "hintCode",
    "completionData",
    "user",
    "device",
    "personalNumber",
    "name",
    "signature",
)
_NAMES += ("ocspResponse", "risk", "bankIdIssueDate", "ipAddress", "autoStartToken", "qrStartToken", "qrStartSecret")
_NAMES += ("errorCode", "details", "givenName", "surname", "uhi")
_WORDS = (
    "pending",
    "failed",
    "complete",
    "started",
    "userSign",
    "191212121212",
    "alreadyInProgress",
    "c2ln",
    ORDER_REF,
)
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from((*_WORDS, ORDER_REF))
)
values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=5), inner),
    max_leaves=12,
)


def complete(**changes: Any) -> dict[str, Any]:
    """A completed answer; a change replaces a field of completionData, None takes it out."""
    data: dict[str, Any] = {
        "user": {
            "personalNumber": "191212121212",
            "name": "Tolvan Tolvansson",
            "givenName": "Tolvan",
            "surname": "Tolvansson",
        },
        "device": {"ipAddress": "192.0.2.7", "uhi": "OZvYM9VvyiAmG7NA5jU5zqGcVpo="},
        "bankIdIssueDate": "2023-11-29Z",
        "signature": "c2lnbmF0dXJl",
        "ocspResponse": "b2NzcA==",
        "risk": "low",
    }
    data |= changes
    data = {name: value for name, value in data.items() if value is not None}
    return {"orderRef": ORDER_REF, "status": "complete", "completionData": data}


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A completed answer in which one value, anywhere, is another, or is missing."""
    answer = complete()
    places = [(answer, name) for name in answer]
    data = answer["completionData"]
    places += [(data, name) for name in data] + [(data["user"], name) for name in data["user"]]
    where, name = draw(st.sampled_from(places))
    if draw(st.booleans()):
        del where[name]
    else:
        where[name] = draw(values)
    return msgspec.json.encode(answer)


anything = st.one_of(st.binary(max_size=300), values.map(msgspec.json.encode), damaged())
