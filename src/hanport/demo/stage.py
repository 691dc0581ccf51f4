"""Assembly: which programs play, with which files and places; how they are started, exchanged, and begun anew."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx

from hanport.clock import Clock
from hanport.demo import register
from hanport.demo.children import Child, Children
from hanport.demo.household import MODEL, Household
from hanport.demo.journal import Journal, Party
from hanport.demo.network_company import NetworkCompany
from hanport.demo.parties import Cabinet, HeadEnd, Hub, Office, Phone
from hanport.demo.places import HERE, Places, control_url
from hanport.demo.register import Person
from hanport.demo.story import Story
from hanport.demo.wire import Wire, client
from hanport.errors import HanportError

_FACTORY = "14,0,2,6"  # what the registers of a new meter show: it was tried in the factory


class Standing(StrEnum):
    """How a party's programs are."""

    STARTING = "starting"
    READY = "ready"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user asked for: the folder, `days` of history, the seconds between telegrams, which house, the
    language, where the hub is to be (0: any port), and where the others are.
    """

    folder: Path
    days: int
    interval: int
    seed: int
    language: str
    hub_port: int
    places: Places


@dataclass(slots=True)
class Cast:
    """Who plays which part now: the holder of the contract, its key, and which of the house's meters hangs there."""

    holder: Person = register.ASTRID
    contract: str = register.FIRST_CONTRACT
    meter: int = 0
    adapter: str = register.FIRST_ADAPTER

    @property
    def serial(self) -> str:
        """The number of the meter that hangs there."""
        return register.HOUSE_METERS[self.meter]

    @property
    def has_spare_meter(self) -> bool:
        """Whether it can be exchanged once more."""
        return self.meter + 1 < len(register.HOUSE_METERS)


# The programs of each party, by the roles that they play.
_ROLES = {
    Party.PORTAL: ("service", "head-end", "bakehouse"),
    Party.PHONE: ("identity",),
    Party.METER: ("meter",),
    Party.HUB: ("hub",),
}


class Stage:
    """All programs, and the ways to them. `changed` is called when one of them stands otherwise than before."""

    def __init__(self, wishes: Wishes, clock: Clock, changed: Callable[[], None]) -> None:
        self.wishes = wishes
        self.places = wishes.places
        self.clock = clock
        self.standing = dict.fromkeys(_ROLES, Standing.STARTING)
        self.cast = Cast()
        self.story = Story(clock.now())
        self.hub_place = self.staff_link = ""
        self.household = Household(wishes.folder, wishes.seed, wishes.language, wishes.hub_port)
        self.company = NetworkCompany(
            wishes.folder / "network-company", wishes.folder / "test-identity", wishes.language, self.places
        )
        self.children = Children()
        self.office: Office | None = None
        self.hub: Hub | None = None
        self._played: dict[str, Child] = {}
        self._changed = changed
        self._clients: list[httpx.AsyncClient] = []
        self.head_end = HeadEnd(self._wire(control_url(self.places.head_end_control), "The head-end"))
        self.phone = Phone(self._wire(self.places.phone_url, "The phone"))
        self._cabinets = [Cabinet(self._wire(control_url(port), "The meter")) for port in self.places.controls]

    @property
    def cabinet(self) -> Cabinet:
        """That of the meter that hangs there now."""
        return self._cabinets[self.cast.meter]

    @property
    def is_ready(self) -> bool:
        """Whether all parties can be spoken with."""
        return all(each is Standing.READY for each in self.standing.values())

    async def set_up(self, journal: Journal) -> None:
        """Start everything, as much as possible at the same time. Raises HanportError, or a group of them."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._settle_house(journal))
            group.create_task(self._found_company(journal))

    async def begin_anew(self, journal: Journal) -> None:
        """Another company, another meter in its place, a new story; the hub goes on. Raises as `set_up`."""
        registers = (await self.cabinet.state()).registers
        journal.say(Party.PORTAL, "run.anew.end")
        parties = (Party.PORTAL, Party.PHONE, Party.METER)
        for party in parties:
            self._stand(Standing.STARTING, party)
        await asyncio.gather(*(self._end(role, journal) for party in parties for role in _ROLES[party]))
        self.office, self.staff_link = None, ""
        self.cast, self.story = Cast(), Story(self.clock.now())
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hang_meter(registers, journal))
            group.create_task(self._found_company(journal))

    async def exchange_meter(self, journal: Journal) -> None:
        """Take the meter down, and hang the next one in its place, its port closed. Raises HanportError."""
        self._stand(Standing.STARTING, Party.METER)
        await self._end("meter", journal)
        self.cast.meter += 1
        await self._hang_meter(_FACTORY, journal)

    async def close(self) -> None:
        """End all programs."""
        await self.children.end_all()
        for each in self._clients:
            await each.aclose()

    def look_who_fell(self) -> None:
        """Programs have ended by themselves: find out whose."""
        for party, roles in _ROLES.items():
            children = [self._played[role] for role in roles if role in self._played]
            if any(child.process.returncode is not None for child in children):
                self._stand(Standing.ENDED, party)

    async def _settle_house(self, journal: Journal) -> None:
        journal.say(Party.HUB, "run.start.past", days=self.wishes.days)
        self.household.write(self.places.telegrams)
        registers = await self.household.move_in(self.wishes.days)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hang_meter(registers, journal))
            group.create_task(self._start_hub(journal))

    async def _start_hub(self, journal: Journal) -> None:
        arguments = ["home", "--config", str(self.household.config), "--or-any-port"]
        self.hub_place = (await self._start("hub", arguments, says=["hub on "])).place
        hub = Hub(self._wire(self.hub_place, "The hub"), self.hub_place, self.household.token_file)
        await hub.enter()
        self.hub = hub
        journal.say(Party.HUB, "run.start.hub")
        self._stand(Standing.READY, Party.HUB)

    async def _hang_meter(self, registers: str, journal: Journal) -> None:
        control = f"{HERE}:{self.places.controls[self.cast.meter]}"
        arguments = ["meter", "--listen", self.places.telegrams, "--interval", str(self.wishes.interval)]
        arguments += ["--model", MODEL, "--seed", str(self.wishes.seed), "--registers", registers]
        says = ["telegrams on ", "control on "]
        meter = await self._start("meter", [*arguments, "--closed", "--control", control], says=says)
        if meter.place != self.places.telegrams or control not in meter.places[1]:
            raise HanportError("Another program has taken the meter's place.", "Start the demonstration again.")
        journal.say(Party.METER, "run.start.meter", serial=self.cast.serial)
        self._stand(Standing.READY, Party.METER)

    async def _found_company(self, journal: Journal) -> None:
        journal.say(Party.PORTAL, "run.start.company", company=self.company.name)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._start_identity(journal))
            founded = group.create_task(self.company.found(self.clock.now().date()))
        secrets = founded.result()
        self.office = Office(self._wire(self.places.portal_url, "The company", f"Bearer {secrets.office}"))
        commands = self.company.commands(secrets)
        async with asyncio.TaskGroup() as group:
            for role, (arguments, says) in commands.items():
                group.create_task(self._start(role, arguments, says=[says]))
        journal.say(Party.PORTAL, "run.start.portal")
        self._stand(Standing.READY, Party.PORTAL)
        self.staff_link = await self.company.staff_link()
        self._changed()

    async def _start_identity(self, journal: Journal) -> None:
        arguments = ["testid", "--folder", str(self.company.identity), "--company", self.company.name]
        arguments += ["--listen", f"{HERE}:{self.places.identity}", "--page", f"{HERE}:{self.places.phone}"]
        await self._start("identity", arguments, says=["phone on "])
        journal.say(Party.PHONE, "run.start.phone")
        self._stand(Standing.READY, Party.PHONE)

    async def _start(self, role: str, arguments: Sequence[str], *, says: Sequence[str]) -> Child:
        self._played[role] = child = await self.children.start(arguments, says=says)
        return child

    async def _end(self, role: str, journal: Journal) -> None:
        child = self._played.pop(role, None)
        if child is not None:
            await self.children.end(child)
            journal.call(f"hanport {child.name}", "SIGTERM")

    def _stand(self, standing: Standing, party: Party) -> None:
        self.standing[party] = standing
        self._changed()

    def _wire(self, base: str, called: str, authorization: str = "") -> Wire:
        headers = {"authorization": authorization} if authorization else {}
        self._clients.append(client(base, **headers))
        return Wire(self._clients[-1], called)
