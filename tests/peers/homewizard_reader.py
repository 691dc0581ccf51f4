"""Asks a HomeWizard P1 meter, or what is compatible with it, with that maker's own client; prints JSON."""

import asyncio
import json
import sys
from dataclasses import asdict
from typing import Any

from homewizard_energy import HomeWizardEnergy  # type: ignore[import-not-found]
from homewizard_energy.errors import UnsupportedError  # type: ignore[import-not-found]


async def main(host: str) -> None:
    """Print what the device is, what it measures, and what it refuses."""
    refused: list[str] = []
    async with HomeWizardEnergy(host) as api:
        told: dict[str, Any] = {
            "device": asdict(await api.device()),
            "data": asdict(await api.data()),
            "system": asdict(await api.system()),
        }
        try:
            await api.state()
        except UnsupportedError:
            refused.append("state")
        try:
            await api.identify()
        except UnsupportedError:
            refused.append("identify")
        told["telegram"] = await api.request("api/v1/telegram")
    print(json.dumps(told | {"refused": refused}, default=str))


asyncio.run(main(sys.argv[1]))
