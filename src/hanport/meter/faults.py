"""Faults by name: each is one small thing that spoils a reading, a telegram, the line or the module."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hanport.meter.line import Line
from hanport.meter.module import HanModule
from hanport.port.uart import Setting
from hanport.port.values import Reading

# The keys of the DLMS green book's examples. They open the telegrams of the fault `encrypted`, and nothing else.
ENCRYPTION_KEY = bytes.fromhex("000102030405060708090A0B0C0D0E0F")
AUTHENTICATION_KEY = bytes.fromhex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF")
SYSTEM_TITLE = b"HPT\0\0\0\0\1"

WRONG_SETTING = Setting(9600, 7, "E", 1)
SLOW_S = 30
CLOCK_JUMP = timedelta(hours=1)

_P1_CHECKSUM = re.compile(rb"!([0-9A-Fa-f]{4})\r\n\Z")
_MISSING = (("current", "ma"), ("voltage", "mv"))


@runtime_checkable
class ReadingFault(Protocol):
    """Spoils what the meter measured, before it is written."""

    def change(self, reading: Reading) -> Reading:
        """The reading that is written instead."""
        ...


@runtime_checkable
class TelegramFault(Protocol):
    """Spoils the bytes of a telegram that would leave at a moment."""

    def damage(self, telegram: bytes, at: datetime) -> bytes:
        """What leaves instead; nothing at all if empty."""
        ...


@runtime_checkable
class LineFault(Protocol):
    """Spoils how the line is driven."""

    def drive(self, line: Line) -> Line:
        """The line as it is driven instead."""
        ...


@runtime_checkable
class ModuleFault(Protocol):
    """Strikes the module itself while it sends something that takes `sending_s` (0 if it sends nothing)."""

    def strike(self, module: HanModule, at: datetime, sending_s: float) -> None:
        """Do it to the module."""
        ...


Fault = ReadingFault | TelegramFault | LineFault | ModuleFault


class Cut:
    """Every telegram ends somewhere in its middle."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def damage(self, telegram: bytes, at: datetime) -> bytes:
        return telegram[: int(len(telegram) * self._random.uniform(0.2, 0.9))]


class Flip:
    """One to three bytes of every telegram are other bytes."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def damage(self, telegram: bytes, at: datetime) -> bytes:
        spoiled = bytearray(telegram)
        for place in self._random.sample(range(len(spoiled)), min(len(spoiled), self._random.randint(1, 3))):
            spoiled[place] ^= self._random.randint(1, 255)
        return bytes(spoiled)


class Noise:
    """Random bytes before and after every telegram, and within one of three."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def damage(self, telegram: bytes, at: datetime) -> bytes:
        within = self._random.randrange(len(telegram)) if telegram and self._random.random() < 1 / 3 else 0
        inner = self._bytes() if within else b""
        return self._bytes() + telegram[:within] + inner + telegram[within:] + self._bytes()

    def _bytes(self) -> bytes:
        return self._random.randbytes(self._random.randint(1, 40))


class Stall:
    """The line stops in the middle of a telegram, and nothing comes for a while."""

    def __init__(self) -> None:
        self._stopped = False

    def damage(self, telegram: bytes, at: datetime) -> bytes:
        left = b"" if self._stopped else telegram[: len(telegram) // 2]
        self._stopped = True
        return left


class Repeat:
    """Every telegram comes twice."""

    def damage(self, telegram: bytes, at: datetime) -> bytes:
        return telegram + telegram


class Slow:
    """A telegram at most every 30 s."""

    def __init__(self) -> None:
        self._last: datetime | None = None

    def damage(self, telegram: bytes, at: datetime) -> bytes:
        if self._last is not None and at - self._last < timedelta(seconds=SLOW_S):
            return b""
        self._last = at
        return telegram


class WrongChecksum:
    """Every telegram is whole but for its checksum."""

    def __init__(self, random: Random) -> None:
        self._wrong = random.randint(1, 0xFFFF)

    def damage(self, telegram: bytes, at: datetime) -> bytes:
        if telegram[:1] == telegram[-1:] == b"\x7e":  # HDLC: the two bytes before the last flag
            spoiled = int.from_bytes(telegram[-3:-1], "big") ^ self._wrong
            return telegram[:-3] + spoiled.to_bytes(2, "big") + telegram[-1:]
        return _P1_CHECKSUM.sub(lambda found: b"!%04X\r\n" % (int(found[1], 16) ^ self._wrong), telegram)


class Encrypted:
    """P1 telegrams inside general-global-ciphering, AES-128-GCM with a 12-byte tag, as in Luxembourg."""

    def __init__(self, random: Random) -> None:
        self._counter = random.randint(1, 1_000_000)
        self._cipher = AESGCM(ENCRYPTION_KEY)

    def damage(self, telegram: bytes, at: datetime) -> bytes:
        counter = self._counter.to_bytes(4, "big")
        self._counter += 1
        security = b"\x30"  # authenticated and encrypted, suite 0
        sealed = self._cipher.encrypt(SYSTEM_TITLE + counter, telegram, security + AUTHENTICATION_KEY)
        body = security + counter + sealed[:-4]  # 12 of the tag's 16 bytes are sent
        return b"\xdb\x08" + SYSTEM_TITLE + b"\x82" + len(body).to_bytes(2, "big") + body


class Frozen:
    """The values stand still while the clock goes on."""

    def __init__(self) -> None:
        self._first: Reading | None = None

    def change(self, reading: Reading) -> Reading:
        self._first = self._first or reading
        return msgspec.structs.replace(self._first, at=reading.at)


class ClockJump:
    """The meter's clock is an hour ahead."""

    def change(self, reading: Reading) -> Reading:
        return reading if reading.at is None else msgspec.structs.replace(reading, at=reading.at + CLOCK_JUMP)


class RowsMissing:
    """The currents and the voltages are not sent."""

    def change(self, reading: Reading) -> Reading:
        fields = [f"{quantity}_l{phase}_{unit}" for quantity, unit in _MISSING for phase in (1, 2, 3)]
        return msgspec.structs.replace(reading, **dict.fromkeys(fields))


class WrongSerial:
    """The module sends with another speed and format than its reader expects."""

    def drive(self, line: Line) -> Line:
        return replace(line, setting=WRONG_SETTING)


class Inverted:
    """The signal is upside down, as without the inverting transistor that an open collector needs."""

    def drive(self, line: Line) -> Line:
        return replace(line, inverted=not line.inverted)


class Hang:
    """The module hangs, once, until the meter is power-cycled."""

    def strike(self, module: HanModule, at: datetime, sending_s: float) -> None:
        module.hang(at)


class BrownOut:
    """At every third telegram the supply sags: it is cut off, and the module starts anew with its silence."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._telegrams = 0

    def strike(self, module: HanModule, at: datetime, sending_s: float) -> None:
        if not sending_s:
            return
        if self._telegrams % 3 == 0:
            module.power_cycle(at + timedelta(seconds=sending_s * self._random.uniform(0.2, 0.8)))
        self._telegrams += 1


@dataclass(frozen=True, slots=True)
class FaultKind:
    """How a fault is made, and how long it lasts where nobody says (None: until taken away; 0: one strike)."""

    make: Callable[[Random], Fault]
    summary: str
    lasts_s: float | None = None
    p1_only: bool = False


FAULTS: Mapping[str, FaultKind] = MappingProxyType(
    {
        "cut": FaultKind(Cut, "every telegram is cut off in its middle"),
        "flip": FaultKind(Flip, "one to three bytes of every telegram are flipped"),
        "noise": FaultKind(Noise, "random bytes between telegrams, and within one of three"),
        "stall": FaultKind(
            lambda _: Stall(), "the line stops in mid-telegram, for 60 s where nothing is said", lasts_s=60
        ),
        "repeat": FaultKind(lambda _: Repeat(), "every telegram comes twice"),
        "frozen": FaultKind(lambda _: Frozen(), "values stand still while the clock goes on"),
        "clock-jump": FaultKind(lambda _: ClockJump(), "the meter's clock is an hour ahead"),
        "wrong-serial": FaultKind(lambda _: WrongSerial(), f"the module sends with {WRONG_SETTING}"),
        "inverted": FaultKind(lambda _: Inverted(), "the signal is inverted"),
        "hang": FaultKind(lambda _: Hang(), "the module hangs until the meter is power-cycled", lasts_s=0),
        "brown-out": FaultKind(BrownOut, "the supply sags: cut telegrams, restarts with silence"),
        "encrypted": FaultKind(Encrypted, "telegrams are encrypted, as in Luxembourg", p1_only=True),
        "slow": FaultKind(lambda _: Slow(), f"a telegram every {SLOW_S} s at most"),
        "rows-missing": FaultKind(lambda _: RowsMissing(), "no currents and voltages"),
        "crc": FaultKind(WrongChecksum, "every checksum is wrong"),
    }
)
