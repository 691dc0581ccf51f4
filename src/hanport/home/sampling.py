"""Telegrams to samples: when they were, which meter they are of, and what they say beyond a Reading."""

from datetime import datetime

from hanport.home.timekeeping import Timekeeper
from hanport.home.values import MeterIdentity, Sample
from hanport.port.fields import CLOCK, FIELDS
from hanport.port.telegram import Telegram
from hanport.port.values import Register

# Where meters send their own number (facts/port.md, sections 1 to 4): DSMR, Kaifa and Aidon, Kamstrup's later lists.
# 1-1:96.1.1 of Kamstrup is its type, 0-1:96.1.0 is a gas meter.
METER_NUMBER = ("0-0:96.1.1", "0-0:96.1.0", "1-1:96.1.0")
_NO_EXTRA = frozenset((*FIELDS, *CLOCK, *METER_NUMBER))


class Sampler:
    """Makes the samples of one source, in the order its telegrams come."""

    def __init__(self, *, live: bool = True) -> None:
        self._timekeeper = Timekeeper(live=live)
        self._meter: MeterIdentity | None = None

    def sample(self, telegram: Telegram, received_at: datetime) -> Sample:
        """The sample of a telegram whose last byte came at `received_at` (aware, UTC)."""
        reading = telegram.reading
        return Sample(
            at=self._timekeeper.instant(reading.at, received_at),
            received_at=received_at,
            telegram=telegram,
            reading=reading,
            meter=self._identity(telegram),
            extras=tuple(register for register in telegram.registers if register.obis not in _NO_EXTRA),
        )

    def _identity(self, telegram: Telegram) -> MeterIdentity:
        """Of a meter whose lists do not all carry its number, the number that it sent before still stands."""
        number = meter_number(telegram.registers)
        last = self._meter
        if number is None and last is not None and last.identification == telegram.identification:
            return last
        self._meter = MeterIdentity(telegram.identification, number)
        return self._meter


def meter_number(registers: tuple[Register, ...]) -> str | None:
    """The meter's own number, None where it sends none (in Sweden P1 has none)."""
    for code in METER_NUMBER:
        for register in registers:
            if register.obis == code:
                said = register.raw[0] if register.raw else register.text or register.value
                if said:
                    return str(said)
    return None
