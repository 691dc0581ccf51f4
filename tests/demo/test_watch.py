"""The look at all parties: who does not answer is not there, and the newest look counts."""

import asyncio
from pathlib import Path

import httpx
import msgspec
import pytest

from demo.staged import Staged, meter
from hanport.demo.parties import Cabinet
from hanport.demo.stage import Stage
from hanport.demo.story import Seen
from hanport.demo.wire import Wire


async def test_nobody_answers_and_whoever_listens_is_woken(tmp_path: Path) -> None:
    staged = Staged(tmp_path).ready()
    with staged.news.listen() as event:
        assert await staged.watch.look() == Seen()
        assert event.is_set()
    staged.news.tell()
    assert staged.stage.story.done == ()


async def test_a_slow_look_does_not_take_back_what_a_later_one_has_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a lever that somebody has just pulled goes back by itself, until the next look."""
    before, after, may_answer = meter(cable_in=True), meter(cable_in=False), asyncio.Event()
    answers = [before, after]

    async def answer(request: httpx.Request) -> httpx.Response:
        told = answers.pop(0)
        if told is before:
            await may_answer.wait()
        return httpx.Response(200, content=msgspec.json.encode(told))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://127.0.0.1") as there:
        cabinet = Cabinet(Wire(there, "The meter"))
        monkeypatch.setattr(Stage, "cabinet", property(lambda stage: cabinet))
        staged = Staged(tmp_path).ready()
        slow = asyncio.create_task(staged.watch.look())
        while len(answers) == 2:
            await asyncio.sleep(0)
        await staged.watch.look()
        assert staged.watch.seen.meter == after
        may_answer.set()
        assert (await slow).meter == before
        assert staged.watch.seen.meter == after
