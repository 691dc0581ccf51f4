"""What a situation has to do with: the parties with each call taken down, and waiting for what they tell."""

from collections.abc import Callable
from datetime import datetime

from hanport.clock import Clock
from hanport.demo import told
from hanport.demo.browser import Browser
from hanport.demo.journal import Journal, Party
from hanport.demo.parties import Cabinet, Office, Phone
from hanport.demo.register import HOUSE, Person
from hanport.demo.stage import Cast, Stage
from hanport.demo.story import Seen, Story
from hanport.demo.watch import Watch
from hanport.demo.wire import PartyError

LONGEST_S = 180.0  # for what takes seconds on a machine that has nothing else to do
_LOOKS_EVERY_S = 0.3


class Play:
    """The means of one run."""

    def __init__(self, stage: Stage, watch: Watch, journal: Journal, clock: Clock) -> None:
        self.stage = stage
        self.clock = clock
        self._watch = watch
        self._journal = journal

    @property
    def cast(self) -> Cast:
        """Who plays which part."""
        return self.stage.cast

    @property
    def cabinet(self) -> Cabinet:
        """The meter cabinet."""
        return self.stage.cabinet.heard_by(self._journal)

    @property
    def phone(self) -> Phone:
        """The phones."""
        return self.stage.phone.heard_by(self._journal)

    @property
    def office(self) -> Office:
        """The company's API."""
        assert self.stage.office is not None
        return self.stage.office.heard_by(self._journal)

    @property
    def seen(self) -> Seen:
        """What was seen last."""
        return self._watch.seen

    @property
    def story(self) -> Story:
        """The five steps."""
        return self.stage.story

    def browser(self) -> Browser:
        """Another browser at the portal, nobody's yet."""
        return Browser(self.stage.places.portal_url, self._journal, self.clock, language=self.stage.wishes.language)

    def say(self, party: Party, key: str, /, **facts: object) -> None:
        """A step begins."""
        self._journal.say(party, f"run.{key}", **facts)

    def leave_out_of_story(self, is_apart: bool) -> None:
        """What phones are asked for is no part of the story, until it is again."""
        self._watch.is_apart = is_apart

    async def exchange_meter(self) -> None:
        """Take the meter down, and hang the next one."""
        await self.stage.exchange_meter(self._journal)

    async def until(self, holds: Callable[[Seen], bool], problem: str, *, within_s: float = LONGEST_S) -> Seen:
        """Look until something is so. Raises PartyError with the problem when that takes too long."""
        ends_s = self.clock.monotonic() + within_s
        while self.clock.monotonic() < ends_s:
            seen = await self._watch.look()
            if holds(seen):
                return seen
            await self.clock.sleep(_LOOKS_EVERY_S)
        raise PartyError(problem, "Look at the parties, or begin the story anew.")

    async def until_heard(self, since: datetime) -> told.HubReading:
        """Wait for a telegram that the hub has received after that instant."""

        def is_heard(seen: Seen) -> bool:
            return seen.reading is not None and seen.reading.received_at > since

        seen = await self.until(is_heard, "The hub hears no telegram.")
        assert seen.reading is not None
        return seen.reading

    async def until_reported(self, port: str) -> None:
        """Wait until the meter has told the company that its port is open or closed, as the company wants it to be."""
        is_right = port == "open"

        def is_so(seen: Seen) -> bool:
            found = seen.facility.port(self.cast.serial) if seen.facility else None
            return found is not None and found.reported == port and found.has_right == is_right

        await self.until(is_so, f"The port is not reported {port}.")
        await self.office.facility(HOUSE)

    async def until_read_closed(self, serial: str) -> None:
        """Wait until a meter has been closed and read back: it may not be out of reach before the company is sure."""
        head_end = self.stage.head_end
        ends_s = self.clock.monotonic() + LONGEST_S
        while not (await head_end.state()).has_read(serial, "closed"):
            if self.clock.monotonic() > ends_s:
                raise PartyError(f"The port of {serial} is not read as closed.", "Begin the story anew.")
            await self.clock.sleep(_LOOKS_EVERY_S)
        await head_end.heard_by(self._journal).state()

    async def customer_at_portal(self, browser: Browser, person: Person) -> None:
        """A customer identifies at the portal."""
        self.say(Party.CUSTOMER, "identify", name=person.name)
        await browser.identify(person, self.phone)

    async def latest(self) -> told.Facility:
        """How the house stands at the company now."""
        assert self.stage.office is not None
        return await self.stage.office.facility(HOUSE)
