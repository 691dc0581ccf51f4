"""A short play for each way in which the law can be broken: on the product it ends well, on a broken copy it does not.

They are the moves of the machine, chosen by hand, so that `make test` need not wait for chance to find them.
"""

from collections.abc import Callable
from datetime import timedelta

from grid.law import office, works
from grid.law.field import Fate
from grid.law.play import Play
from grid.law.proof import prove
from grid.town import gsrn
from hanport.grid.headend.contract import CommandKind

HOME = gsrn(0)


def _opened(play: Play) -> None:
    office.ask_open(play, 0, HOME)
    _work(play)  # opened
    _work(play)  # read back


def _work(play: Play, closings: Fate = Fate.DONE) -> None:
    works.period(play)
    for leased in works.hand_out(play, "a", 20):
        works.send(play, leased, closings if leased.command.kind is CommandKind.CLOSE else Fate.DONE)


def _end_well(play: Play) -> None:
    works.calm(play)
    prove(play, is_calm=True)


def withdrawn(play: Play) -> None:
    """A port is opened, and the customer asks for its closing."""
    _opened(play)
    office.ask_close(play, 0, HOME)
    _end_well(play)


def exempted(play: Play) -> None:
    """The meter is exempted before its port is opened."""
    office.ask_open(play, 0, HOME)
    play.exempt("U0", HOME, (timedelta(hours=-1), None))
    _end_well(play)


def moved_out_while_it_waits(play: Play) -> None:
    """The contract ends while the opening waits for a worker."""
    play.contract("A0", HOME, ["K0"], (timedelta(days=-400), timedelta(hours=1)))
    office.ask_open(play, 0, HOME)
    play.clock.advance(timedelta(hours=2))
    works.hand_out(play, "a", 20)
    _end_well(play)


def obeyed_in_words_alone(play: Play) -> None:
    """The head-end says that it has closed a port, and has not: the reading that follows finds it."""
    _opened(play)
    office.ask_close(play, 0, HOME)
    _work(play, closings=Fate.LIES)
    _end_well(play)


def withdrawn_while_it_is_sent(play: Play) -> None:
    """The customer asks for the closing while the opening is being sent; it is obeyed, and the connection breaks."""
    office.ask_open(play, 0, HOME)
    works.period(play)
    hands = works.hand_out(play, "a", 20)
    office.ask_close(play, 0, HOME)
    for leased in hands:
        works.send(play, leased, Fate.ANSWER_LOST)
    works.period(play)
    _end_well(play)


SHORT_PLAYS: dict[str, Callable[[Play], None]] = {
    "a withdrawn request stands": withdrawn,
    "an exempted meter is opened": exempted,
    "the right is not checked again before sending": moved_out_while_it_waits,
    "what was being sent is not looked at again": withdrawn_while_it_is_sent,
    "nothing is logged": withdrawn,
    "an unread closing is believed": obeyed_in_words_alone,
}
