"""What the pages are given by the hub."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from starlette.requests import Request
from starlette.routing import BaseRoute

from hanport.clock import Clock
from hanport.home.config import HomeConfig
from hanport.home.live import Live

if TYPE_CHECKING:
    from hanport.home.accounts import Accounts, User
    from hanport.home.health import Act, Guide, Health
    from hanport.home.store.thread import StoreThread


class TryNotice(Protocol):
    """Sends a notice for trial by one way ("mail" or "webhook"). Raises HanportError, which says why it did not go."""

    async def __call__(self, way: str, config: HomeConfig, language: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """All that pages read and change. `health` and `try_notice` are None where the hub runs without them."""

    clock: Clock
    config: Callable[[], HomeConfig]
    save_config: Callable[[HomeConfig], Awaitable[None]]  # raises ConfigError
    live: Live
    store: "StoreThread"
    accounts: "Accounts"
    health: "Callable[[], Health] | None" = None
    try_notice: TryNotice | None = None
    act: "Callable[[Act], Awaitable[Guide]] | None" = None  # a step of the restart guide: HealthWatch.act
    extra_routes: Sequence[BaseRoute] = ()  # API and metrics: they check their own tokens


def user_of(request: Request) -> "User":
    """Who looks, on a page that nobody sees without login."""
    user: User = request.scope["user"]
    return user
