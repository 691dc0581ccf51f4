"""Telegrams to samples: when they were, which meter they are of, and what they say beyond a Reading."""

from dataclasses import replace
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
        self._identify = Identities()

    def sample(self, telegram: Telegram, received_at: datetime) -> Sample:
        """The sample of a telegram whose last byte came at `received_at` (aware, UTC)."""
        reading = telegram.reading
        return Sample(
            at=self._timekeeper.instant(reading.at, received_at),
            received_at=received_at,
            telegram=telegram,
            reading=reading,
            meter=self._identify(telegram),
            extras=tuple(register for register in telegram.registers if register.obis not in _NO_EXTRA),
        )


class Identities:
    """Which meter a telegram is of; where its lists do not all carry its number, the one that it sent before stands."""

    def __init__(self) -> None:
        self._last: MeterIdentity | None = None

    def __call__(self, telegram: Telegram) -> MeterIdentity:
        """The meter of the next telegram."""
        number, last = meter_number(telegram.registers), self._last
        if number is None and last is not None and last.identification == telegram.identification:
            return last
        self._last = MeterIdentity(telegram.identification, number)
        return self._last


def to_store(sample: Sample) -> Sample:
    """The sample for those who store it: its telegram without the rows read of it, which hold most of its memory."""
    heard = sample.telegram
    return replace(sample, telegram=Telegram(heard.protocol, heard.identification, heard.checksum, heard.raw))


def meter_number(registers: tuple[Register, ...]) -> str | None:
    """The meter's own number, None where it sends none (in Sweden P1 has none)."""
    for code in METER_NUMBER:
        for register in registers:
            if register.obis == code:
                said = register.raw[0] if register.raw else register.text or register.value
                if said:
                    return str(said)
    return None
