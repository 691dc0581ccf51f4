"""The channels that the configuration names, ready to send."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hanport.grid.config import GridConfig
from hanport.grid.notices.mail import mail_channel
from hanport.grid.notices.outgoing import Channel, Outgoing
from hanport.grid.notices.sms import sms_channel
from hanport.grid.notices.ways import Way, ways_of


@dataclass(frozen=True, slots=True)
class Channels:
    """Each way that needs no paper, and its channel."""

    by_way: Mapping[Way, Channel]

    async def send(self, message: Outgoing) -> None:
        """Hand it to its channel. Raises NotDelivered."""
        await self.by_way[message.way].send(message)

    async def close(self) -> None:
        """Let go of all connections."""
        for each in self.by_way.values():
            await each.close()


def build(config: GridConfig, folder: Path) -> Channels:
    """The channels of the configuration; their files count from `folder`. Raises ConfigError."""
    offered = ways_of(config)
    made: dict[Way, Channel] = {}
    if Way.MAIL in offered:
        made[Way.MAIL] = mail_channel(config, folder)
    if Way.SMS in offered:
        made[Way.SMS] = sms_channel(config, folder)
    return Channels(made)
