"""What a person asks for, and what is answered."""

from dataclasses import dataclass
from datetime import datetime

from hanport.errors import HanportError
from hanport.grid.orders import Kind, State


class OrderError(HanportError):
    """The order cannot be taken as it is. Nothing has changed."""


class NotEligible(OrderError):
    """The port cannot be opened, whoever asks; said before anybody signs. `reason` is its word for programs."""

    def __init__(self, reason: str, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.reason = reason


class PriceNotAccepted(OrderError):
    """What is asked for costs `price_ore`, and nobody has said yes to that."""

    def __init__(self, price_ore: int) -> None:
        super().__init__(f"A new adapter costs {price_ore / 100:.2f} kr.", "Accept the price, or leave it.")
        self.price_ore = price_ore


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `on_behalf_of` is a customer key, for agents who have powers of several. `meter_serial` is
    needed where a facility has several meters, for a restart and for another adapter.
    """

    kind: Kind
    gsrn: str
    on_behalf_of: str = ""
    reason: str = ""
    meter_serial: str = ""
    accept_price: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """How an order stands after it was taken, or the one like it that stood already (`is_repeat`).

    `why` is a word for programs (docs/orders.md lists them), "" where there is nothing to say.
    """

    order_id: str
    state: State
    why: str
    deadline_at: datetime | None
    price_ore: int | None = None
    is_repeat: bool = False
