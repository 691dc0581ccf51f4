"""The situations that a network company's customers meet, each played by the parties' own interfaces."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from hanport.demo import register, told
from hanport.demo.browser import place_of, token_of
from hanport.demo.journal import Party
from hanport.demo.play import Play
from hanport.demo.register import ASTRID, EMIL, HOUSE, INGRID
from hanport.demo.story import Seen
from hanport.demo.wire import PartyError

# The hub is sure of a silence after 65 s; a machine that has other things to do is given time.
_FINDS_WITHIN_S = 300.0
# A phone somewhere else: an address for documentation (RFC 5737).
_ASTRIDS_PHONE = "198.51.100.7"


class Situation(StrEnum):
    """What can be played."""

    OPEN = "open"  # the story, played for the visitor
    MOVE_OUT = "move-out"
    METER_EXCHANGE = "meter-exchange"
    PORT_HANGS = "port-hangs"
    ADAPTER_BROKEN = "adapter-broken"
    STRANGER = "stranger"


# Those with a button of their own among the situations.
SEED = tuple(each for each in Situation if each is not Situation.OPEN)


async def open_port(play: Play) -> None:
    """The customer asks, identifies, signs; the company opens; the hub hears."""
    begun_at, person = play.clock.now(), play.cast.holder
    async with play.browser() as browser:
        await play.customer_at_portal(browser, person)
        play.say(Party.CUSTOMER, "order", name=person.name)
        await browser.order(HOUSE, person, play.phone)
    play.say(Party.PORTAL, "opens")
    await play.until_reported("open")
    play.say(Party.HUB, "waits")
    heard = await play.until_heard(begun_at)
    play.say(Party.HUB, "heard", power_w=heard.reading.power_w or 0)


async def move_out(play: Play) -> None:
    """Somebody else moves in: the right ends by itself, and the port is closed."""
    await _opened(play)
    leaves, comes = play.cast.holder, INGRID if play.cast.holder is ASTRID else ASTRID
    play.say(Party.PORTAL, "move.event", leaves=leaves.name)
    await play.office.happened("move_in", play.clock.now(), facility=HOUSE)
    play.say(Party.PORTAL, "move.closes")
    await play.until_reported("closed")
    play.say(Party.METER, "move.silent")
    await play.until(_is_silent, "The meter goes on sending.")
    play.say(Party.PORTAL, "move.contract", comes=comes.name)
    moved_at = play.clock.now() + timedelta(seconds=1)
    play.cast.contract = f"A{moved_at:%y%m%d%H%M%S}"
    facts = {"facility": HOUSE, "customer": comes.key, "from": moved_at.isoformat()}
    await play.office.put("contracts", play.cast.contract, **facts)
    play.cast.holder = comes
    play.say(Party.CUSTOMER, "move.next", comes=comes.name, leaves=leaves.name)


async def exchange_meter(play: Play) -> None:
    """Another meter hangs there, and the right goes with the contract."""
    if not play.cast.has_spare_meter:
        raise PartyError("There is no more meter in store.", "Begin the story anew.")
    await _opened(play)
    old = play.cast.serial
    new = register.HOUSE_METERS[play.cast.meter + 1]
    play.say(Party.PORTAL, "exchange.event", old=old, new=new)
    at = play.clock.now()
    facts = {"old_meter": old, "new_meter": new, "maker": register.MAKER, "model": register.MODEL}
    await play.office.happened("meter_exchange", at, facility=HOUSE, **facts)
    play.cast.adapter = f"H{at:%y%m%d%H%M%S}"
    await play.office.put("adapters", play.cast.adapter, meter=new, fitted=at.date().isoformat())
    play.say(Party.PORTAL, "exchange.closes", old=old)
    await play.until_read_closed(old)
    play.say(Party.METER, "exchange.swap", old=old, new=new)
    swapped_at = play.clock.now()
    await play.exchange_meter()
    play.say(Party.PORTAL, "exchange.opens", new=new)
    await play.until_reported("open")
    play.say(Party.HUB, "waits")
    heard = await play.until_heard(swapped_at)
    play.say(Party.HUB, "heard", power_w=heard.reading.power_w or 0)


async def port_hangs(play: Play) -> None:
    """The module hangs; the hub finds it; the customer reads the guide, and orders a restart."""
    await _opened(play)
    play.say(Party.METER, "hang.fault")
    await play.cabinet.act("fault", {"name": "hang"})
    await play.until(lambda seen: seen.meter is not None and seen.meter.module.hung, "The module does not hang.")
    hung_at = play.clock.now()
    play.say(Party.HUB, "hang.waits")
    seen = await play.until(_is_found_silent_or_mended, "The hub finds nothing.", within_s=_FINDS_WITHIN_S)
    if seen.meter is None or seen.meter.module.hung:
        play.say(Party.HUB, "hang.found")
        async with play.browser() as browser:
            await play.customer_at_portal(browser, play.cast.holder)
            play.say(Party.CUSTOMER, "hang.guide")
            await browser.look(f"/facilities/{HOUSE}/restart")
            play.say(Party.CUSTOMER, "hang.order")
            place_of(await browser.send(f"/facilities/{HOUSE}/restart"))
        play.say(Party.METER, "hang.restarts")
        await play.until(lambda seen: seen.meter is not None and not seen.meter.module.hung, "The meter still hangs.")
        await play.cabinet.state()
    else:
        play.say(Party.METER, "hang.mended")
    play.say(Party.HUB, "hang.wakes")
    heard = await play.until_heard(hung_at)
    play.say(Party.HUB, "heard", power_w=heard.reading.power_w or 0)


async def adapter_breaks(play: Play) -> None:
    """The adapter sends damaged telegrams; the hub finds it; another one is free within the warranty."""
    await _opened(play)
    play.say(Party.METER, "adapter.fault", adapter=play.cast.adapter)
    await play.cabinet.act("fault", {"name": "crc"})
    play.say(Party.HUB, "adapter.waits")
    await play.until(
        lambda seen: bool(seen.hub and seen.hub.finding), "The hub finds nothing.", within_s=_FINDS_WITHIN_S
    )
    play.say(Party.HUB, "adapter.found")
    async with play.browser() as browser:
        await play.customer_at_portal(browser, play.cast.holder)
        play.say(Party.CUSTOMER, "adapter.order")
        await browser.look(f"/facilities/{HOUSE}/adapter")
        place = place_of(await browser.send(f"/facilities/{HOUSE}/adapter", price="0", way="session"))
    order_id = place.rpartition("/")[2]
    mended_at = play.clock.now()
    fitted = f"H{mended_at:%y%m%d%H%M%S}"
    play.say(Party.PORTAL, "adapter.visit", adapter=fitted)
    await play.cabinet.mend("crc")
    await play.office.visited(order_id, staff="Karin", new_serial=fitted)
    play.cast.adapter = fitted
    play.say(Party.HUB, "waits")
    heard = await play.until_heard(mended_at)
    play.say(Party.HUB, "heard", power_w=heard.reading.power_w or 0)


async def stranger_tries(play: Play) -> None:
    """Somebody else's facility, and somebody else's signature: both are refused."""
    play.leave_out_of_story(True)
    try:
        before = await play.latest()
        async with play.browser() as emils:
            await play.customer_at_portal(emils, EMIL)
            play.say(Party.CUSTOMER, "stranger.asks", name=EMIL.name)
            looked = await emils.look(f"/facilities/{HOUSE}")
            ordered = await emils.send("/order", facility=HOUSE, way="same_device")
            _must_be_refused(looked.status_code, ordered.status_code)
        play.say(Party.PORTAL, "stranger.refused")
        await _send_link(play)
        after = await play.latest()
        if after != before:
            raise PartyError("Something has changed at the facility.", "That must not be: please report it.")
        play.say(Party.PORTAL, "stranger.unchanged")
    finally:
        play.story.leave_out(await play.stage.phone.state())
        play.leave_out_of_story(False)


async def _send_link(play: Play) -> None:
    """A login that Emil begins and Astrid signs: she is misled, and he gets nothing by it."""
    async with play.browser() as emils, play.browser() as astrids:
        play.say(Party.CUSTOMER, "stranger.link", name=EMIL.name, victim=ASTRID.name)
        waiting = await emils.begin_to_identify()
        token = token_of(await emils.start_link(waiting))
        play.say(Party.PHONE, "stranger.signs", victim=ASTRID.name)
        signed = await play.phone.sign(token, ASTRID.number, address=_ASTRIDS_PHONE)
        led = await astrids.look(signed.return_url)
        play.say(Party.CUSTOMER, "stranger.locked", name=EMIL.name)
        kept_out = await emils.look("/facilities")
        _must_be_refused(led.status_code)
        if not place_of(kept_out).startswith("/identify"):
            raise PartyError("The link let a stranger in.", "That must not be: please report it.")


def _must_be_refused(*statuses: int) -> None:
    if not all(400 <= status < 500 for status in statuses):
        raise PartyError(f"A stranger was answered {statuses}.", "That must not be: please report it.")


async def _opened(play: Play) -> None:
    """The situations begin with an open port whose telegrams come: where it is closed, it is opened first."""
    seen = await play.until(lambda seen: seen.meter is not None and seen.facility is not None, "The meter is silent.")
    assert seen.meter is not None
    if not seen.meter.is_in_order:
        await _put_in_order(play, seen.meter)
    if not seen.meter.module.open:
        await open_port(play)
    else:
        play.say(Party.HUB, "waits")
        await play.until_heard(play.clock.now())


async def _put_in_order(play: Play, meter: told.Meter) -> None:
    """What the visitor has pulled out is put in, and what was broken before is whole."""
    play.say(Party.METER, "order_in_cabinet")
    await play.cabinet.act("cable", {"in": True})
    await play.cabinet.act("supply", {"on": True})
    for fault in meter.faults:
        await play.cabinet.mend(fault.name)
    if meter.module.hung:
        await play.cabinet.act("power-cycle")


def _is_silent(seen: Seen) -> bool:
    return seen.meter is not None and seen.meter.sends == "nothing"


def _is_found_silent_or_mended(seen: Seen) -> bool:
    is_found = seen.hub is not None and seen.hub.finding == "silent-since"
    return is_found or (seen.meter is not None and not seen.meter.module.hung)


PLAYS: Mapping[Situation, Callable[[Play], Awaitable[None]]] = MappingProxyType(
    {
        Situation.OPEN: open_port,
        Situation.MOVE_OUT: move_out,
        Situation.METER_EXCHANGE: exchange_meter,
        Situation.PORT_HANGS: port_hangs,
        Situation.ADAPTER_BROKEN: adapter_breaks,
        Situation.STRANGER: stranger_tries,
    }
)
