"""Lets one thing be played at a time: the start, a situation, or the beginning anew."""

import asyncio

from hanport.clock import Clock
from hanport.demo.journal import Journal, Outcome
from hanport.demo.play import Play
from hanport.demo.situations import PLAYS, Situation
from hanport.demo.stage import Stage
from hanport.demo.watch import Watch
from hanport.errors import HanportError

START = "start"
ANEW = "anew"


class Busy(HanportError):
    """Something else is being played, or the parties are not there yet."""


class Director:
    """Plays what is asked for. The journal has what was done."""

    def __init__(self, stage: Stage, watch: Watch, journal: Journal, clock: Clock) -> None:
        self.journal = journal
        self._stage = stage
        self._play = Play(stage, watch, journal, clock)
        self._asked: asyncio.Queue[str] = asyncio.Queue()
        journal.begin(START)

    @property
    def is_free(self) -> bool:
        """Whether something can be played now."""
        return self._stage.is_ready and self.journal.run.outcome is not Outcome.RUNNING

    def begin(self, name: str) -> None:
        """Play a situation, or begin anew. Raises Busy."""
        if not self.is_free:
            raise Busy("Something else is being played.", "Wait until it is over.")
        self.journal.begin(name)
        self._asked.put_nowait(name)

    async def run(self) -> None:
        """Set everything up, and play what is asked for, until cancelled. Raises what ends the demonstration: when
        programs do not start. A situation that does not end as it should is only said to have failed.
        """
        await self._stage.set_up(self.journal)
        self.journal.end(Outcome.DONE)
        while True:
            name = await self._asked.get()
            if name == ANEW:
                await self._stage.begin_anew(self.journal)
                self.journal.end(Outcome.DONE)
            else:
                await self._perform(Situation(name))

    async def _perform(self, situation: Situation) -> None:
        try:
            await PLAYS[situation](self._play)
        except HanportError as error:
            self.journal.end(Outcome.FAILED, str(error))
        else:
            self.journal.end(Outcome.DONE)
