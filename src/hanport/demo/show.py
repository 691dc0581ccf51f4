"""The whole demonstration: the start page first, then all programs behind it, until it is ended or one falls."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hanport import serving
from hanport.clock import Clock
from hanport.demo.director import Director
from hanport.demo.household import PASSWORD, USER
from hanport.demo.journal import Journal
from hanport.demo.page import make_page
from hanport.demo.places import HERE
from hanport.demo.situations import Situation
from hanport.demo.stage import Stage, Wishes
from hanport.demo.watch import News, Watch
from hanport.errors import HanportError
from hanport.locale import text

_SEEN_S = 2.0  # so that the page shows who has fallen before it is gone itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """What is played: the port of the start page (0: any), whether the customer's part is played as well, and who is
    told where everything is.
    """

    wishes: Wishes
    start_port: int
    is_auto: bool
    say: Callable[[str], None]


async def run(show: Show, clock: Clock, until: asyncio.Event) -> None:
    """Play until the event. Raises HanportError where a program cannot start, or ends by itself."""
    news = News()
    stage = Stage(show.wishes, clock, news.tell)
    work = asyncio.create_task(_work(show, stage, news, clock))
    stop = asyncio.create_task(until.wait())
    try:
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        if work.done() and not until.is_set():
            await work
    except BaseExceptionGroup as group:
        raise _said_best(group) from group
    finally:
        for task in (work, stop):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        await stage.close()


async def _work(show: Show, stage: Stage, news: News, clock: Clock) -> None:
    watch = Watch(stage, news, clock)
    director = Director(stage, watch, Journal(clock, news.tell), clock)
    listener = serving.listen(HERE, show.start_port, or_any=True)
    address = f"http://{HERE}:{listener.getsockname()[1]}/"
    show.say(text("demo", "terminal.start", show.wishes.language, start=address))
    async with asyncio.TaskGroup() as group:
        group.create_task(serving.serve(make_page(stage, watch, director, news), listener))
        group.create_task(watch.run())
        group.create_task(director.run())
        group.create_task(_fall(stage))
        group.create_task(_tell(show, stage, director, news))


async def _tell(show: Show, stage: Stage, director: Director, news: News) -> None:
    """Say where everything is, once it is there; then play the customer's part, where that is asked for."""
    with news.listen() as event:
        while not director.is_free:
            await event.wait()
            event.clear()
    places = {"hub": stage.hub_place, "portal": stage.places.portal_url, "phone": stage.places.phone_url}
    places |= {"meter": stage.places.telegrams, "user": USER, "password": PASSWORD}
    show.say(text("demo", "terminal.places", show.wishes.language, **places))
    if show.is_auto:
        director.begin(Situation.OPEN)


async def _fall(stage: Stage) -> None:
    try:
        await stage.children.fallen()
    except HanportError:
        stage.look_who_fell()
        await stage.clock.sleep(_SEEN_S)
        raise


def _said_best(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What a person can do something about, where there is such a thing; else all of it."""
    for each in group.exceptions:
        found = _said_best(each) if isinstance(each, BaseExceptionGroup) else each
        if isinstance(found, HanportError):
            return found
    return group
