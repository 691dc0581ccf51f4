"""Any meter's telegram as P1: P1 as it is, HDLC and what was encrypted written anew."""

from dataclasses import replace

import msgspec

from hanport.home.values import Sample
from hanport.port.profiles import PROFILES
from hanport.port.values import Protocol
from hanport.port.write import Unwritable, fit, write

# The rows of the Swedish recommendation under a name of our own: no maker wrote this telegram.
_PROFILE = replace(PROFILES["kamstrup-omnia"], name="p1-view", identification="HAN5HANPORT")


def as_p1(sample: Sample) -> bytes | None:
    """The telegram with its line end; None for a value or a time that no P1 row can say.

    Where the meter sent no time, the sample's stands in the clock row: readers of P1 need one.
    """
    telegram = sample.telegram
    if telegram.protocol is Protocol.P1 and telegram.raw.startswith(b"/"):
        return telegram.raw + b"\r\n"
    reading = msgspec.structs.replace(sample.reading, at=sample.reading.at or sample.at)
    try:
        return write(fit(reading, _PROFILE), _PROFILE)
    except Unwritable:
        return None
