"""A message for trial, to whoever sets the service up."""

from dataclasses import dataclass
from datetime import datetime

from hanport.errors import ConfigError
from hanport.grid.config import GridConfig
from hanport.grid.notices.channels import Channels
from hanport.grid.notices.envelope import new_id
from hanport.grid.notices.outgoing import Outgoing
from hanport.grid.notices.texts import voice_for
from hanport.grid.notices.ways import Way, mail_address, mobile_number


@dataclass(frozen=True, slots=True)
class Trial:
    """By which way, and where to."""

    way: Way
    to: str


async def send_trial(config: GridConfig, channels: Channels, trial: Trial, at: datetime) -> None:
    """Send it. Raises ConfigError where there is no such way or address, and NotDelivered."""
    to = mail_address(trial.to) if trial.way is Way.MAIL else mobile_number(trial.to)
    if not to:
        raise ConfigError(f"{trial.to} is no address for {trial.way.value}.", "Compare it.")
    if trial.way not in channels.by_way:
        raise ConfigError(f"Nothing is sent by {trial.way.value}.", f"Set [{trial.way.value}] in grid.toml.")
    voice = voice_for(config, None)
    subject = f"{voice.company}: {voice.say('trial.subject')}"
    await channels.send(Outgoing(new_id(), trial.way, to, subject, voice.say("trial.text"), at))
