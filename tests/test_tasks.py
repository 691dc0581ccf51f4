"""A task that was asked to end ends, also when the request was swallowed on its way."""

import asyncio

from hanport.tasks import end_if_cancelled


async def test_a_swallowed_cancellation_is_made_good() -> None:
    turns = 0

    async def work() -> None:
        nonlocal turns
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                turns += 1  # as wait_for does
            end_if_cancelled()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=1)
    assert task.cancelled()
    assert turns == 1


async def test_a_task_that_nobody_asked_goes_on() -> None:
    end_if_cancelled()
