"""Every end of an order is told of, but for those that name themselves here."""

from hanport.grid.notices.occasion import STEPS, WITH_LINK, Occasion
from hanport.grid.orders import ENDED, Kind, State

# A closing is overtaken by the order to open it again, and that one is told of.
_NOT_TOLD = {(Kind.CLOSE, State.CANCELLED)} | {(kind, State.EXPIRED) for kind in Kind}


def test_all_ends_are_told_of() -> None:
    ends = {(kind, state) for kind in Kind for state in ENDED}
    assert ends - STEPS.keys() == _NOT_TOLD


def test_an_opening_is_told_of_as_soon_as_it_is_ordered() -> None:
    assert STEPS[Kind.OPEN, State.RIGHT_CHECKED] in WITH_LINK
    assert STEPS[Kind.OPEN, State.READ_BACK] in WITH_LINK
    assert Occasion.CLOSED not in WITH_LINK
