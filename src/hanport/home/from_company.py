"""What the network company tells the hub of its meter: the file that its page gives, or the text of its QR code.

The form is in docs/hand-over.md. It helps the set-up; what the meter sends counts all the same. Fields that are not
known are of a later version, and passed over.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

import msgspec

from hanport.errors import ConfigError
from hanport.home.config import SourceTable
from hanport.locale import fill, has_text
from hanport.sources.address import SerialAddress, parse_address

LONGEST = 65_536  # characters
_CATALOG = "hand_over"
_SETTING = re.compile(r"([1-9][0-9]{1,6}) ([5-8][NEOMS][12])")
_REMEDY = "Give the file that the network company's page gives, or all of the text of its QR code."

Line: TypeAlias = Annotated[str, msgspec.Meta(max_length=200)]


class Company(msgspec.Struct, frozen=True):
    """Who hands over."""

    name: Line = ""


class Meter(msgspec.Struct, frozen=True):
    """The meter, as the company's register has it."""

    serial: Line = ""
    maker: Line = ""
    model: Line = ""


class Supply(msgspec.Struct, frozen=True):
    """Pin 1 of the plug, and how sure that is, in the words of `hanport.models`."""

    feed: Line
    sure: Line
    voltage_mv: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    current_ma: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None


class Port(msgspec.Struct, frozen=True):
    """One model that the meter may be, with its port. `rows` are the OBIS codes that are expected."""

    name: Line
    plug: Line
    supply: Supply
    serial: Annotated[str, msgspec.Meta(pattern=f"^{_SETTING.pattern}$")]
    interval_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)]
    display: Line = ""
    inverted: bool | None = None
    rows: Annotated[tuple[Line, ...], msgspec.Meta(max_length=200)] = ()


class HandOver(msgspec.Struct, frozen=True):
    """All of it. `may_be`: the likeliest first; none where the company does not know the model."""

    format: Literal["hanport-handover-v1"]
    company: Company = Company()
    meter: Meter = Meter()
    may_be: Annotated[tuple[Port, ...], msgspec.Meta(max_length=20)] = ()

    @property
    def setting(self) -> str | None:
        """The line setting that all models have, `115200 8N1`; None where they differ or are not known."""
        settings = {port.serial for port in self.may_be}
        return settings.pop() if len(settings) == 1 else None

    def applied(self, source: SourceTable) -> SourceTable:
        """The source, with the setting tried first where it is a serial device and nobody has chosen another."""
        found = _SETTING.fullmatch(self.setting or "")
        address = parse_address(source.address) if source.address else None
        if found is None or not isinstance(address, SerialAddress) or address != SerialAddress(address.device):
            return source
        told = str(SerialAddress(address.device, int(found[1]), found[2]))
        try:
            parse_address(told)
        except ConfigError:  # no speed that there is
            return source
        return msgspec.structs.replace(source, address=told)


def read(text: str) -> HandOver:
    """What a file or a code says. Raises ConfigError."""
    if len(text) > LONGEST:
        raise ConfigError("This is too long for the hand-over of a network company.", _REMEDY)
    try:
        return msgspec.json.decode(text.strip().removeprefix("\ufeff"), type=HandOver)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise ConfigError("This is no hand-over of a network company.", _REMEDY) from None


def lines(handed: HandOver, language: str) -> Iterator[str]:
    """What it means for whoever sets the hub up."""
    company = handed.company.name or fill(_CATALOG, "company", language, {})
    yield fill(_CATALOG, "meter", language, {"company": company, "serial": handed.meter.serial or "–"})
    if not handed.may_be:
        yield fill(_CATALOG, "unknown", language, {})
    for port in handed.may_be:
        line = {"plug": port.plug, "serial": port.serial, "interval_s": port.interval_s}
        said = f"{fill('doctor', 'label.line', language, line)} {_supply(port.supply, language)}"
        yield f"{port.display or port.name}: {said}"
    if len(handed.may_be) > 1:
        yield fill(_CATALOG, "several", language, {})


def _supply(supply: Supply, language: str) -> str:
    """In the doctor's words; what is not known whole is said not to be known."""
    key = f"supply.{supply.feed}-{supply.sure}"
    numbers = {"volts": (supply.voltage_mv or 0) // 1000, "current_ma": supply.current_ma or 0}
    lacks = not supply.voltage_mv or (supply.feed == "gives" and not supply.current_ma)
    if not has_text("doctor", key) or lacks:
        key = "supply.unknown-unconfirmed"
    return fill("doctor", key, language, numbers)
