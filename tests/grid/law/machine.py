"""Months of a small town, played at random: the rules that hypothesis draws from, and what must hold at each step.

- No port is commanded open without right.
- Within one period after a right has ended, a closing is under way, and it is tried again until a reading confirms it.
- Whoever has the right is served, whoever has not is refused.
- Every change is in the log, and the log is whole.
- When the troubles end, every port is as the law says.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from grid.law import office, works
from grid.law.field import Fate
from grid.law.play import FACILITIES, METERS, PERSONS, Play
from grid.law.proof import prove
from grid.town import gsrn
from hanport.grid.reconcile.outbox import Leased

_facilities = st.integers(0, FACILITIES - 1).map(gsrn)
_persons = st.integers(0, PERSONS - 1)
_customers = st.one_of(_persons.map("K{}".format), st.sampled_from(["K-company", "K-estate"]))
_hours = st.integers(-72, 72).map(lambda hours: timedelta(hours=hours))
_ends = st.one_of(st.none(), _hours)
_cut = st.one_of(st.none(), st.none(), st.integers(0, 25))
_fates = st.lists(st.sampled_from(list(Fate)), min_size=1, max_size=4)


class Town(RuleBasedStateMachine):
    """The machine; `machine` gives it a kind of database."""

    opener: ClassVar[list[Callable[[], Play]]]
    play: Play
    hands: list[Leased]

    @initialize(homes=st.sets(st.integers(0, FACILITIES - 1)))
    def begin(self, homes: set[int]) -> None:
        """Some have their ports open already."""
        self.play, self.hands = self.opener[0](), []
        for n in sorted(homes):
            office.ask_open(self.play, n, gsrn(n))
        for _ in homes:
            works.period(self.play)
            for leased in works.hand_out(self.play, "a", 20):
                works.send(self.play, leased, Fate.DONE)

    @rule(person=_persons, facility=_facilities, cut=_cut)
    def ask_open(self, person: int, facility: str, cut: int | None) -> None:
        with self.play.power(cut):
            office.ask_open(self.play, person, facility)

    @rule(person=_persons, n=st.integers(0, FACILITIES - 1))
    def ask_open_at_home(self, person: int, n: int) -> None:
        office.ask_open(self.play, n, gsrn(n))

    @rule(person=_persons, facility=_facilities, cut=_cut)
    def ask_close(self, person: int, facility: str, cut: int | None) -> None:
        with self.play.power(cut):
            office.ask_close(self.play, person, facility)

    @rule(facility=_facilities)
    def staff_close(self, facility: str) -> None:
        office.staff_close(self.play, facility)

    @rule(n=st.integers(0, 20))
    def take_back(self, n: int) -> None:
        office.take_back(self.play, n)

    @rule(facility=_facilities, who=st.lists(_customers, min_size=1, max_size=2, unique=True), begins=_hours, cut=_cut)
    def move_in(self, facility: str, who: list[str], begins: timedelta, cut: int | None) -> None:
        with self.play.power(cut):
            self.play.contract(self.play.key("A"), facility, who, (begins, None))

    @rule(
        n=st.integers(0, 9),
        who=st.lists(_customers, min_size=1, max_size=2, unique=True),
        span=st.tuples(_hours, _ends),
        elsewhere=st.one_of(st.none(), st.none(), _facilities),
        cut=_cut,
    )
    def contract_changes(self, n: int, who: list[str], span: Any, elsewhere: str | None, cut: int | None) -> None:
        """Move out, another joint holder, or an import that was wrong: another place, another time."""
        keys = sorted(self.play.world.contracts)
        key = keys[n % len(keys)]
        facility = elsewhere or self.play.world.contracts[key].facility
        begins, ends = timedelta(days=-400), span[1]
        with self.play.power(cut):
            self.play.contract(key, facility, who, (begins, ends))

    @rule(n=_persons, died=st.one_of(st.none(), _hours), other=st.one_of(st.none(), _persons))
    def customer_changes(self, n: int, died: timedelta | None, other: int | None) -> None:
        """A death, or a number that was wrong."""
        at = None if died is None else self.play.instant(died)
        self.play.customer(f"K{n}", n if other is None else other, died=at)

    @rule(n=st.integers(0, 3), grantor=_customers, agent=_persons, facility=_facilities, ends=_ends)
    def power(self, n: int, grantor: str, agent: int, facility: str, ends: timedelta | None) -> None:
        where = facility if n % 2 else ""
        known = self.play.world.powers.get(f"P{n}")
        if known is None or (known.grantor, known.agent, known.facility) == (grantor, agent, where):
            self.play.give_power(f"P{n}", grantor, agent, where, ends)

    @rule(n=st.integers(0, 2), facility=_facilities, span=st.tuples(_hours, _ends), cut=_cut)
    def exempt(self, n: int, facility: str, span: Any, cut: int | None) -> None:
        with self.play.power(cut):
            self.play.exempt(f"U{n}", facility, span)

    @rule(n=st.integers(0, METERS - 1), facility=_facilities, since=_hours, cut=_cut)
    def exchange(self, n: int, facility: str, since: timedelta, cut: int | None) -> None:
        with self.play.power(cut):
            self.play.install(f"M{n}", facility, since)

    @rule(facility=_facilities, at=_hours, cut=_cut)
    def market_says_move(self, facility: str, at: timedelta, cut: int | None) -> None:
        with self.play.power(cut):
            self.play.market_move(facility, at)

    @rule(n=st.integers(0, 5))
    def market_takes_back(self, n: int) -> None:
        self.play.market_withdraws(n)

    @rule(serial=st.integers(0, METERS - 1).map("M{}".format), is_open=st.booleans())
    def found(self, serial: str, is_open: bool) -> None:
        if serial in self.play.field.is_open:
            works.find(self.play, serial, is_open)

    @rule(minutes=st.sampled_from([1, 5, 20, 90, 600, 1440, 4320]))
    def time_passes(self, minutes: int) -> None:
        self.play.clock.advance(timedelta(minutes=minutes))

    @rule(cut=_cut)
    def period(self, cut: int | None) -> None:
        with self.play.power(cut):
            works.period(self.play)

    @rule(worker=st.sampled_from(["a", "b"]), fates=_fates, cut=_cut)
    def work(self, worker: str, fates: list[Fate], cut: int | None) -> None:
        with self.play.power(cut):
            for n, leased in enumerate(works.hand_out(self.play, worker, 20)):
                works.send(self.play, leased, fates[n % len(fates)])

    @rule(fates=_fates)
    def period_and_work(self, fates: list[Fate]) -> None:
        works.period(self.play)
        for n, leased in enumerate(works.hand_out(self.play, "a", 20)):
            works.send(self.play, leased, fates[n % len(fates)])

    @rule(worker=st.sampled_from(["a", "b"]))
    def worker_stalls(self, worker: str) -> None:
        """It has commands in its hands, and does not come to send them."""
        self.hands += works.hand_out(self.play, worker, 20)

    @rule(fates=_fates, cut=_cut)
    def stalled_worker_goes_on(self, fates: list[Fate], cut: int | None) -> None:
        with self.play.power(cut):
            for n, leased in enumerate(self.hands):
                works.send(self.play, leased, fates[n % len(fates)])
        self.hands.clear()

    @rule(n=st.integers(0, 9))
    def slow_meter_wakes(self, n: int) -> None:
        if self.play.field.slow:
            self.play.field.wake(n, self.play.clock.now())

    @rule(n=st.integers(0, 9), twice=st.booleans(), cut=_cut)
    def answer_arrives(self, n: int, twice: bool, cut: int | None) -> None:
        if not self.play.field.answers:
            return
        answer = self.play.field.answers.pop(n % len(self.play.field.answers))
        with self.play.power(cut):
            works.say(self.play, answer)
            if twice:
                works.say(self.play, answer)

    @invariant()
    def is_possible(self) -> None:
        """No state that must not be."""
        if hasattr(self, "play"):
            prove(self.play)

    def teardown(self) -> None:
        if not hasattr(self, "play"):
            return
        try:
            works.calm(self.play)
            prove(self.play, is_calm=True)
        finally:
            self.play.end()


def machine(open_play: Callable[[], Play]) -> type[Town]:
    """The machine over a database of that kind."""
    return type("Town", (Town,), {"opener": [open_play]})
