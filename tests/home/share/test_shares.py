"""What is switched on is what runs."""

from datetime import timedelta

import httpx
from starlette.applications import Starlette

from hanport.clock import ManualClock, SystemClock
from hanport.home.accounts import Accounts
from hanport.home.config import HomeConfig, HubTable, ShareTable, parse
from hanport.home.share.shares import route_parts, share_parts
from hanport.home.store.thread import StoreThread
from share_house import ON
from share_samples import NOW, live, running, sample, until

ALL = parse(
    """
[share.relay]
enabled = true
host = "127.0.0.1"
port = 0
[share.mqtt]
enabled = true
[share.homewizard]
enabled = true
host = "127.0.0.1"
port = 0
"""
)


async def test_all_is_off_until_it_is_switched_on(store: StoreThread) -> None:
    assert share_parts(HomeConfig(), live(), store, SystemClock()) == {}
    assert HomeConfig().share == ShareTable()


async def test_what_is_on_runs(store: StoreThread) -> None:
    hub = live()
    parts = share_parts(ALL, hub, store, SystemClock())
    assert list(parts) == ["relay", "mqtt", "homewizard"]
    async with running(parts["relay"].run), running(parts["homewizard"].run):
        await until(lambda: len(hub.raw) == 1)


async def test_a_part_starts_anew_for_its_own_settings_only(store: StoreThread) -> None:
    def settings(config: HomeConfig) -> dict[str, object]:
        parts = share_parts(config, live(), store, SystemClock())
        return {name: part.settings for name, part in parts.items()}

    renamed = HomeConfig(hub=HubTable(name="Stugan"), share=ALL.share)
    before, after = settings(ALL), settings(renamed)
    assert before["relay"] == after["relay"]
    assert before["mqtt"] != after["mqtt"], "entities bear the hub's name"


async def test_the_routes_follow_the_settings_and_the_accounts(store: StoreThread) -> None:
    clock, config = ManualClock(NOW), HomeConfig()
    accounts = Accounts(store, clock, lambda: timedelta(days=1))
    read = await accounts.make_token("graph", ["read"])
    measure = await accounts.make_token("prometheus", ["metrics"])
    app = Starlette(routes=route_parts(lambda: config, live(sample()), store, accounts, clock))

    async def status(path: str, token: str) -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
            return (await client.get(path, headers={"authorization": f"Bearer {token}"})).status_code

    assert await status("/api/v1/reading", read) == 404
    config = ON
    assert await status("/api/v1/reading", read) == 200
    assert await status("/api/v1/reading", measure) == 403
    assert await status("/metrics", measure) == 200
    assert await status("/metrics", read) == 403
    assert await status("/metrics", "hp_unknown") == 401
    assert await status("/api/v1/openapi.json", "") == 200
