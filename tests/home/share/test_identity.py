"""The hub's number."""

import asyncio
import re
from pathlib import Path

from hanport.home.share.identity import serial
from hanport.home.store.thread import StoreThread


async def test_it_is_made_once(store: StoreThread) -> None:
    made = await asyncio.gather(*(serial(store) for _ in range(5)))
    assert len(set(made)) == 1
    assert await serial(store) == made[0]


async def test_it_is_an_address_that_nobody_was_given(store: StoreThread) -> None:
    number = await serial(store)
    assert re.fullmatch(r"[0-9a-f]{12}", number)
    assert int(number[:2], 16) & 3 == 2


async def test_it_survives_a_restart_and_another_hub_has_another(store: StoreThread, tmp_path: Path) -> None:
    number = await serial(store)
    await store.close()
    again = await StoreThread.open(store.path)
    other = await StoreThread.open(tmp_path / "other.db")
    assert await serial(again) == number != await serial(other)
    await again.close()
    await other.close()
