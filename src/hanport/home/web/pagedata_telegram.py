"""The last telegram, row by row and raw, with what each row means."""

import re
from dataclasses import dataclass

from hanport.home.web.pagedata_words import UNKNOWN, HomeWords
from hanport.port.telegram import Telegram
from hanport.port.values import Protocol, Register

_PARTS = re.compile(r"(?:(\d+)-(\d+):)?(\d+)\.(\d+)(?:\.(\d+))?")
_BYTES_A_LINE = 16
# What only one code says is looked up whole (`obis.0-0:96.1.0`), the rest by its groups C.D.E (`obis.1.8.0`).
_TARIFF = re.compile(r"(\d+\.8)\.[1-9]")
_CHANNEL = re.compile(r"0-[1-9]:(.+)")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a telegram: its code, what that means, and what it says."""

    obis: str
    meaning: str
    value: str
    unit: str


def rows(telegram: Telegram, words: HomeWords) -> list[Row]:
    """All rows in the order sent."""
    return [_row(register, words) for register in telegram.registers]


def _row(register: Register, words: HomeWords) -> Row:
    if register.value is not None:
        value = words.n(register.value)
    elif register.text is not None:
        value = register.text
    else:
        value = " ".join(register.raw or ()) or UNKNOWN
    return Row(register.obis, meaning(register.obis, words), value, register.unit or "")


def meaning(obis: str, words: HomeWords) -> str:
    """What a code stands for; a plain "not known to us" where it is not."""
    found = _PARTS.fullmatch(obis)
    if found is None:
        return words.t("obis.unknown")
    groups = ".".join(part for part in found.groups()[2:] if part is not None)
    tariff = _TARIFF.fullmatch(groups)
    if tariff and words.has(f"obis.{tariff[1]}.0"):
        return words.t("obis.tariff", register=words.t(f"obis.{tariff[1]}.0"), tariff=groups.rpartition(".")[2])
    channel = _CHANNEL.fullmatch(obis)
    if channel and words.has(f"obis.{groups}"):
        return words.t(f"obis.{groups}")
    for key in (f"obis.{obis}", f"obis.{groups}"):
        if words.has(key):
            return words.t(key)
    return words.t("obis.unknown")


def raw_text(telegram: Telegram) -> str:
    """As it came: P1 as text, everything else as bytes in hexadecimal, 16 a line."""
    raw = telegram.raw
    text = raw.decode("latin-1")
    if telegram.protocol is Protocol.P1 and all(sign.isprintable() or sign in "\r\n\t" for sign in text):
        return text.replace("\r\n", "\n").strip("\n")
    return "\n".join(raw[at : at + _BYTES_A_LINE].hex(" ") for at in range(0, len(raw), _BYTES_A_LINE))
