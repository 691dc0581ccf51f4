"""The shares that are switched on, for the hub to run, and the web routes of the others."""

from collections.abc import Callable

from starlette.routing import BaseRoute

from hanport.clock import Clock
from hanport.home.config import HomeConfig
from hanport.home.live import Live
from hanport.home.share import api, metrics
from hanport.home.share.access import Allowance, Door, Tokens
from hanport.home.share.api_endpoints import Knowledge
from hanport.home.share.homewizard import HomeWizard
from hanport.home.share.mqtt import Mqtt
from hanport.home.share.relay import Relay
from hanport.home.store.thread import StoreThread
from hanport.home.supervisor import Part


def share_parts(config: HomeConfig, live: Live, store: StoreThread, clock: Clock) -> dict[str, Part]:
    """The parts by name; each starts anew when the settings that it was made of change."""
    share, parts = config.share, dict[str, Part]()
    if share.relay.enabled:
        parts["relay"] = Part(Relay(live, share.relay, clock).run, share.relay)
    if share.mqtt.enabled:
        settings = (share.mqtt, config.hub)
        parts["mqtt"] = Part(Mqtt(live, settings, store, clock).run, settings)
    if share.homewizard.enabled:
        parts["homewizard"] = Part(HomeWizard(live, share.homewizard, store, clock).run, share.homewizard)
    return parts


def route_parts(
    config: Callable[[], HomeConfig], live: Live, store: StoreThread, tokens: Tokens, clock: Clock
) -> list[BaseRoute]:
    """The routes of the API and the metrics. Each asks the settings anew whether it is on."""
    allowance = Allowance(clock)
    to_read = Door("read", "share.api", api.is_on(config), tokens, allowance)
    to_measure = Door("metrics", "share.metrics", metrics.is_on(config), tokens, allowance)
    knowledge = Knowledge(config, live, store, clock)
    return [*metrics.routes(live, clock, to_measure), *api.routes(knowledge, to_read)]
