"""Home Assistant itself, without its pages: sets up integrations, and prints all states for each line that it is given.

Arguments: a folder of its own, and for each integration its name and what a person would type, as JSON.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from homeassistant import auth, bootstrap, config_entries, core, data_entry_flow, loader  # type: ignore[import-not-found]
from homeassistant.helpers import device_registry, entity_registry  # type: ignore[import-not-found]


async def _add(hass: core.HomeAssistant, domain: str, typed: dict[str, Any]) -> None:
    """What a person does on the page of integrations."""
    flow = await hass.config_entries.flow.async_init(domain, context={"source": config_entries.SOURCE_USER})
    while flow["type"] == data_entry_flow.FlowResultType.FORM:
        assert not flow.get("errors"), flow
        flow = await hass.config_entries.flow.async_configure(flow["flow_id"], typed)
    assert flow["type"] == data_entry_flow.FlowResultType.CREATE_ENTRY, flow


def _known(hass: core.HomeAssistant) -> dict[str, Any]:
    """Every entity of the registry: how it is registered, on which device, and its state."""
    told = {}
    devices = device_registry.async_get(hass)
    for entry in entity_registry.async_get(hass).entities.values():
        state = hass.states.get(entry.entity_id)
        device = devices.async_get(entry.device_id) if entry.device_id else None
        told[entry.entity_id] = {
            "platform": entry.platform,
            "unique_id": entry.unique_id,
            "disabled": entry.disabled,
            "category": entry.entity_category,
            "device": device and {"name": device.name, "maker": device.manufacturer, "model": device.model},
            "state": state and state.state,
            "attributes": dict(state.attributes) if state else None,
        }
    return told


async def main(folder: str, *integrations: str) -> None:
    """Run until the input ends."""
    Path(folder, "configuration.yaml").touch()
    hass = core.HomeAssistant(folder)
    hass.config.skip_pip = False
    loader.async_setup(hass)
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    await bootstrap.async_load_base_functionality(hass)
    hass.auth = await auth.auth_manager_from_config(hass, [], [])
    await hass.async_start()
    for domain, typed in zip(integrations[::2], integrations[1::2], strict=True):
        await _add(hass, domain, json.loads(typed))
    print("ready", file=sys.stderr, flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(_known(hass), default=str), flush=True)
    await hass.async_stop()


asyncio.run(main(*sys.argv[1:]))
