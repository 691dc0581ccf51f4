"""What a REST and a CIM head-end are both told by the configuration."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hanport.clock import Clock


@dataclass(frozen=True, slots=True)
class Terms:
    """`url` has no slash at its end; `reply_url` is "" where answers are asked for. A command stays good `within` that
    time of its sending.
    """

    name: str
    url: str
    reply_url: str
    within: timedelta
    clock: Clock

    def expires_at(self) -> datetime:
        """Until when a command that is sent now may be begun."""
        return self.clock.now() + self.within
