"""The compatible API on a real socket."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

from hanport import __version__
from hanport.clock import ManualClock
from hanport.errors import ConfigError
from hanport.home.config import HomeWizardTable
from hanport.home.live import Live
from hanport.home.share.figures import FRESH_S
from hanport.home.share.homewizard import BURST, HomeWizard, is_local_name
from hanport.home.share.homewizard_mdns import SERVICE, addresses, announced
from hanport.home.share.identity import serial
from hanport.home.store.thread import StoreThread
from share_samples import NOW, READING, live, running, sample, telegram_bytes, until


class Served:
    """The API as it runs, with a client of plain HTTP."""

    def __init__(self, store: StoreThread) -> None:
        self.store = store
        self.live: Live = live()
        self.clock = ManualClock(NOW)
        self.share = HomeWizard(self.live, HomeWizardTable(enabled=True, host="127.0.0.1", port=0), store, self.clock)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[httpx.AsyncClient]:
        async with running(self.share.run):
            await until(lambda: self.share.address)
            assert self.share.address is not None
            base = "http://{}:{}".format(*self.share.address)
            async with httpx.AsyncClient(base_url=base, timeout=10) as client:
                yield client


@pytest.fixture
async def served(store: StoreThread) -> Served:
    return Served(store)


@pytest.fixture
async def client(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with served.running() as made:
        yield made


async def test_what_it_is(client: httpx.AsyncClient, store: StoreThread) -> None:
    answer = await client.get("/api")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "product_type": "HWE-P1",
        "product_name": "hanport",
        "serial": await serial(store),
        "firmware_version": __version__,
        "api_version": "v1",
    }


async def test_data(client: httpx.AsyncClient, served: Served) -> None:
    early = await client.get("/api/v1/data")
    assert (early.status_code, early.json()["error"]["id"]) == (503, 901), "no telegram yet: clients try again"
    served.live.heard(sample())
    assert (await client.get("/api/v1/data")).json()["active_power_w"] == 1727
    await served.clock.advance(FRESH_S + 1)
    stale = (await client.get("/api/v1/data")).json()
    assert "active_power_w" not in stale
    assert stale["total_power_import_kwh"] == 60995.424


async def test_the_telegram(client: httpx.AsyncClient, served: Served) -> None:
    assert (await client.get("/api/v1/telegram")).status_code == 503
    served.live.heard(sample())
    answer = await client.get("/api/v1/telegram")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.content == telegram_bytes()
    served.live.heard(sample(READING, "kaifa-hdlc"))
    assert (await client.get("/api/v1/telegram")).text.startswith("/HAN5HANPORT\r\n")


async def test_nothing_can_be_changed(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/system")).json() == {"cloud_enabled": False}
    answer = await client.put("/api/v1/system", json={"cloud_enabled": True})
    assert (answer.status_code, answer.json()["error"]["id"]) == (400, 8)
    for method, path in (("PUT", "/api/v1/identify"), ("GET", "/api/v1/state"), ("GET", "/"), ("GET", "/api/v2")):
        assert (await client.request(method, path)).status_code == 404


async def test_who_asks_too_often_is_told_so(client: httpx.AsyncClient) -> None:
    codes = [(await client.get("/api")).status_code for _ in range(int(BURST) + 1)]
    assert codes == [200] * int(BURST) + [429]


async def test_a_web_page_of_the_outside_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api", headers={"host": "evil.example"})).status_code == 403
    assert (await client.get("/api", headers={"host": "hub.local:80"})).status_code == 200


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("192.168.1.4", True),
        ("192.168.1.4:8080", True),
        ("[fe80::1]", True),
        ("[fe80::1]:80", True),
        ("p1meter-AABBCC.local", True),
        ("hub.lan:80", True),
        ("hub", True),
        ("localhost:8080", True),
        ("hub.example.com", False),
        ("local.example", False),
        ("", False),
    ],
)
def test_names(host: str, local: bool) -> None:
    assert is_local_name(host) is local


async def test_it_is_found_by_mdns(served: Served) -> None:
    found: asyncio.Queue[str] = asyncio.Queue()
    network = AsyncZeroconf(interfaces=["127.0.0.1"])
    browser = AsyncServiceBrowser(
        network.zeroconf,
        SERVICE,
        handlers=[lambda zeroconf, service_type, name, state_change: found.put_nowait(f"{state_change.name} {name}")],
    )
    try:
        async with served.running():
            number = await serial(served.store)
            name = f"p1meter-{number[-6:].upper()}.{SERVICE}"
            assert await asyncio.wait_for(found.get(), 10) == f"Added {name}"
            info = await network.async_get_service_info(SERVICE, name, 5000)
            assert info is not None and served.share.address is not None
            assert info.decoded_properties == {
                "api_enabled": "1",
                "path": "/api/v1",
                "serial": number,
                "product_name": "hanport",
                "product_type": "HWE-P1",
            }
            assert (info.parsed_addresses(), info.port) == (["127.0.0.1"], served.share.address[1])
        assert await asyncio.wait_for(found.get(), 10) == f"Removed {name}"
    finally:
        await browser.async_cancel()
        await network.async_close()


def test_where_it_is_found() -> None:
    assert addresses("192.0.2.7") == ["192.0.2.7"]
    assert "0.0.0.0" not in addresses("0.0.0.0")
    assert addresses("0.0.0.0")


async def test_a_port_that_is_taken(store: StoreThread) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        table = HomeWizardTable(host="127.0.0.1", port=other.getsockname()[1])
        with pytest.raises(ConfigError, match=r"taken by another program.*CAP_NET_BIND_SERVICE"):
            await HomeWizard(live(), table, store, ManualClock(NOW)).run()


# zeroconf forgets to close a socket when it cannot join; that is found when it is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_without_mdns_it_is_said_and_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    await asyncio.wait_for(announced(("192.0.2.1", 80), {"serial": "020304050607"}), 10)
    gc.collect()
    assert "not announced by mDNS" in caplog.text


async def test_two_hubs_with_one_number_do_not_take_each_others_name(caplog: pytest.LogCaptureFixture) -> None:
    txt = {"serial": "020304050607", "product_name": "hanport", "product_type": "HWE-P1"}
    async with running(lambda: announced(("127.0.0.1", 4001), txt)) as first:
        await asyncio.sleep(1.5)
        await asyncio.wait_for(announced(("127.0.0.1", 4002), txt), 10)
        assert not first.done()
    assert "NonUniqueNameException" in str([record.__dict__ for record in caplog.records])
