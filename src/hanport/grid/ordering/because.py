"""Why an order went the way it went, in words for programs.

They are the law's reasons (`right.Why`), what stands in the way of every opening (`Obstacle`), and the orders' own.
"""

from enum import StrEnum

from hanport.grid.register.eligibility import Obstacle
from hanport.grid.right import Why


class Because(StrEnum):
    """What else decides on an order than the law."""

    ASKED_ALREADY = "asked_already"
    CLOSED = "closed"
    OPENED_AGAIN = "opened_again"
    RIGHT_OF_ANOTHER = "right_of_another"
    CANNOT_RESTART = "cannot_restart"
    IN_WARRANTY = "in_warranty"
    OUT_OF_WARRANTY = "out_of_warranty"


MEANINGS: dict[str, str] = {
    Why.NOT_INSTALLED: "no meter is installed at the facility",
    Why.EXEMPTED: "an authority has exempted the meter (mätförordningen 32 §)",
    Why.NO_REQUEST: "nobody has asked for an open port",
    Why.WITHDRAWN: "the request was withdrawn",
    Why.NO_CONTRACT: "the contract does not hold, or not any more",
    Why.USER_CHANGED: "another user has moved in since",
    Why.NOT_HOLDER: "the person holds no contract for the facility",
    Why.NO_POWER: "the power did not hold when the order was signed",
    Why.NO_IDENTITY: "nobody has checked who asked",
    Obstacle.NO_METER: "no meter is installed at the facility, said before anybody signs",
    Obstacle.MODEL_CANNOT: "the port of that model cannot be opened from afar",
    Because.ASKED_ALREADY: "an earlier order of the same kind stands, and is the answer",
    Because.CLOSED: "an order to close has withdrawn the request",
    Because.OPENED_AGAIN: "an order to open has overtaken the closing",
    Because.RIGHT_OF_ANOTHER: "withdrawn as asked; the port stays open, for somebody else has the right to it",
    Because.CANNOT_RESTART: "the meter cannot be restarted from afar: somebody goes there",
    Because.IN_WARRANTY: "the adapter is exchanged free of charge",
    Because.OUT_OF_WARRANTY: "the adapter is exchanged at the price that was accepted",
}
