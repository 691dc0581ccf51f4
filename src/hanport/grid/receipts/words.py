"""What a receipt says to people, line by line: on its page and in its PDF."""

from collections.abc import Iterator
from datetime import datetime

from hanport.grid.orders import Kind, State
from hanport.grid.receipts.receipt import Receipt
from hanport.grid.workdays import STOCKHOLM
from hanport.locale import text

CATALOG = "receipts"
_TIMES = ("asked_at", "signed_at", "deadline_at", "read_back_at", "withdrawn_at")


def lines(receipt: Receipt, language: str) -> Iterator[tuple[str, str]]:
    """Each line's label and what stands beside it; what there is not is left out."""
    for name, value in _facts(receipt, language):
        if value:
            yield text(CATALOG, f"label.{name}", language), value


def _facts(receipt: Receipt, language: str) -> Iterator[tuple[str, str]]:
    order = receipt.order
    yield "order", order.id
    yield "state", _state(receipt, language)
    yield "facility", receipt.place.gsrn
    yield "address", receipt.place.address
    yield "meters", ", ".join(receipt.meters or ())
    yield "terms", order.terms
    for name in _TIMES:
        yield name, _time(getattr(order, name), language)
    if receipt.evidence is not None:
        yield "identity", text(CATALOG, f"identity.{order.identity}", language)
        yield "checked_at", _time(order.identity_at, language)
        yield "note", receipt.evidence.note
    yield "issued_at", _time(receipt.issued_at, language)


def _state(receipt: Receipt, language: str) -> str:
    state, kind = receipt.order.state, receipt.order.kind
    more = f".{kind.value}" if state is State.READ_BACK and kind in (Kind.OPEN, Kind.CLOSE) else ""
    return text(CATALOG, f"state.{state.value}{more}", language)


def _time(at: datetime | None, language: str) -> str:
    if at is None:
        return ""
    there = at.astimezone(STOCKHOLM)
    return text(CATALOG, "time", language, day=f"{there:%Y-%m-%d}", time=f"{there:%H:%M:%S}")
