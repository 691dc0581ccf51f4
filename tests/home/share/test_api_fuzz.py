"""The OpenAPI document against the API as it runs on a socket, by schemathesis."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import CHECKS, load_all_checks

from hanport import serving
from hanport.home.config import StoreTable
from hanport.home.share.openapi import ROOT, document
from hanport.home.store.thread import StoreThread
from share_house import READ, House, fill

# `begin` before `end` is a rule that no schema says; and a date of 1800 is a date, but none of this hub.
load_all_checks()
EXCLUDED: list[Any] = CHECKS.get_by_names(["positive_data_acceptance"])


def _serve(listener: socket.socket, path: Path, stop: threading.Event) -> None:
    """A hub in a thread and a loop of its own: schemathesis asks it as any program does."""

    async def run() -> None:
        store = await StoreThread.open(path, StoreTable(commit_every_s=3600))
        house = House(store)
        await fill(house)
        serving_task = asyncio.create_task(serving.serve(house.app(), listener))
        while not stop.is_set():
            await asyncio.sleep(0.05)
        serving_task.cancel()
        await asyncio.gather(serving_task, return_exceptions=True)
        await store.close()

    asyncio.run(run())


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    place = f"http://127.0.0.1:{listener.getsockname()[1]}"
    stop = threading.Event()
    thread = threading.Thread(target=_serve, args=(listener, tmp_path_factory.mktemp("hub") / "hub.db", stop))
    thread.start()
    try:
        yield place
    finally:
        stop.set()
        thread.join()


# That what is served is this document is shown in test_api.py; a stream does not end.
schema = schemathesis.openapi.from_dict(document()).exclude(path=f"{ROOT}/stream")


@schema.auth()
class Token:
    """Its token is put in by schemathesis itself, so that it can ask without one, too."""

    def get(self, case: schemathesis.Case[Any], context: schemathesis.AuthContext) -> str:
        return READ["authorization"]

    def set(self, case: schemathesis.Case[Any], data: str, context: schemathesis.AuthContext) -> None:
        case.headers["Authorization"] = data


@schema.parametrize()
@settings(max_examples=25, deadline=None)
def test_the_api_does_what_its_document_says(case: schemathesis.Case[Any], address: str) -> None:
    case.call_and_validate(base_url=address, excluded_checks=EXCLUDED, timeout=20)
