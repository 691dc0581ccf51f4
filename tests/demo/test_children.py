"""Programs as children: heard, ended, and missed when they fall."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from hanport.demo.children import Children, run
from hanport.errors import HanportError

CHILDREN = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
METER = ["meter", "--control", "127.0.0.1:0"]


def command_of(pid: str) -> bytes:
    """What runs, "" for what has just ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


async def test_a_program_says_where_it_is_and_is_ended_without_a_fall() -> None:
    children = Children()
    child = await children.start(METER, says=["telegrams on ", "control on "])
    assert child.name == "meter"
    assert child.place.startswith("tcp://127.0.0.1:")
    assert child.places[1].startswith("http://127.0.0.1:")
    await children.end(child)
    assert child.process.returncode == 0
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(children.fallen(), 0.1)


async def test_a_program_that_falls_is_named() -> None:
    children = Children()
    child = await children.start(METER, says=["control on "])
    os.kill(child.process.pid, signal.SIGKILL)
    with pytest.raises(HanportError, match="`hanport meter` has ended"):
        await asyncio.wait_for(children.fallen(), 30)
    await children.end_all()


async def test_a_program_that_does_not_start_is_named() -> None:
    children = Children()
    with pytest.raises(HanportError, match="`hanport meter head-end` did not start"):
        await children.start(["meter", "head-end", "--meter", "wrong"], says=["CIM form on "])
    await children.end_all()


async def test_all_are_ended_also_who_had_said_nothing_yet() -> None:
    children = Children()
    starting = asyncio.create_task(children.start(METER, says=["what it never says"]))
    child = await children.start(METER, says=["control on "])
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await children.end_all()
    assert child.process.returncode is not None
    assert not [pid for pid in CHILDREN.read_text().split() if b"hanport" in command_of(pid)]


async def test_a_command_is_run_to_its_end() -> None:
    assert (await run(["--version"])).startswith("hanport, version")
    with pytest.raises(HanportError, match="`hanport decode` failed"):
        await run(["decode", "/nowhere/at/all"])
