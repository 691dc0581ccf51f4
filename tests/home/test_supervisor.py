"""Parts of the hub: kept, shown, started again, stopped in time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from hanport.clock import ManualClock
from hanport.errors import ConfigError, SourceError
from hanport.home.supervisor import Part, Supervisor
from hanport.home.values import PartState, PartStatus

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Bench:
    """A supervisor with a clock that we move."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.statuses: dict[str, PartStatus] = {}
        self.supervisor = Supervisor(self.clock, self.statuses)
        self.until = asyncio.Event()
        self.log: list[str] = []

    async def run(self, parts: dict[str, Part], act: Callable[[], Awaitable[None]]) -> None:
        async def actor() -> None:
            await self.clock.advance(0)
            await act()
            self.until.set()

        await asyncio.gather(self.supervisor.run(parts, self.until), actor())

    def state(self, name: str) -> PartState:
        return self.statuses[name].state

    def part(self, name: str, *errors: Exception | None, once: bool = False, settings: object = None) -> Part:
        """A part that ends with each of these in turn, and then stays."""
        left = list(errors)

        async def run() -> None:
            self.log.append(f"{name} begins")
            if left:
                error = left.pop(0)
                if error is not None:
                    raise error
                return
            try:
                await asyncio.Event().wait()
            finally:
                self.log.append(f"{name} ends")

        return Part(run, settings, once)


async def test_a_part_that_fails_is_shown_and_started_again_after_growing_pauses() -> None:
    bench = Bench()

    async def act() -> None:
        assert bench.state("a") is PartState.FAILED
        assert bench.statuses["a"].problem == "The broker is gone. Start it."
        assert bench.statuses["a"].retry_in_s == 1
        assert bench.statuses["b"].state is PartState.RUNNING
        await bench.clock.advance(1)
        assert bench.statuses["a"].retry_in_s == 2
        await bench.clock.advance(1.9)
        assert bench.log.count("a begins") == 2
        await bench.clock.advance(0.2)
        assert bench.state("a") is PartState.RUNNING

    error = SourceError("The broker is gone.", "Start it.")
    await bench.run({"a": bench.part("a", error, error), "b": bench.part("b")}, act)
    assert bench.log[-2:] == ["b ends", "a ends"]  # the last that began stops first


async def test_what_was_not_foreseen_is_shown_by_its_kind_alone() -> None:
    bench = Bench()

    async def act() -> None:
        assert bench.statuses["a"].problem == "Unforeseen: KeyError."
        assert bench.statuses["g"].problem == "Unforeseen: ValueError. x"
        assert bench.statuses["r"].problem == "It ended by itself."

    group = ExceptionGroup("several", [ValueError("19121212-1212"), SourceError("x"), ValueError("y")])
    await bench.run(
        {"a": bench.part("a", KeyError("secret")), "g": bench.part("g", group), "r": bench.part("r", None)}, act
    )


async def test_a_wrong_setting_is_not_tried_every_second() -> None:
    bench = Bench()

    async def act() -> None:
        assert bench.statuses["a"].retry_in_s == 60

    await bench.run({"a": bench.part("a", ConfigError("No such host."))}, act)


async def test_a_part_that_may_end_is_not_started_again() -> None:
    bench = Bench()

    async def act() -> None:
        await bench.clock.advance(300)
        assert bench.statuses["a"].state is PartState.STOPPED
        assert bench.log == ["a begins"]

    await bench.run({"a": bench.part("a", None, once=True)}, act)


async def test_only_what_changed_is_started_anew() -> None:
    bench = Bench()

    async def act() -> None:
        bench.log.clear()
        await bench.supervisor.change(
            {"same": bench.part("same", settings=1), "other": bench.part("other", settings=2), "new": bench.part("new")}
        )
        await bench.clock.advance(0)
        assert sorted(bench.log) == ["gone ends", "new begins", "other begins", "other ends"]
        assert set(bench.statuses) == {"same", "other", "new"}

    parts = {name: bench.part(name, settings=1) for name in ("same", "other", "gone")}
    await bench.run(parts, act)


async def test_a_part_that_was_well_for_long_begins_with_a_short_pause() -> None:
    bench = Bench()
    runs = 0

    async def run() -> None:
        nonlocal runs
        runs += 1
        if runs == 4:
            await bench.clock.sleep(500)
        raise SourceError("gone")

    async def act() -> None:
        await bench.clock.advance(1 + 2 + 4)
        assert bench.statuses["a"].state is PartState.RUNNING
        await bench.clock.advance(500)
        assert bench.statuses["a"].retry_in_s == 1

    await bench.run({"a": Part(run)}, act)
