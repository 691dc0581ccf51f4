"""The rows of a P1 telegram: bracketed contents behind a code, as IEC 62056-21 writes them and meters bend it."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from hanport.port import obis
from hanport.port.values import Register


class Row(NamedTuple):
    """What stands before the first bracket, and the contents of the brackets in order."""

    code: str
    contents: tuple[str, ...]


# One bracket, which may hold a nested pair (`((ER11))`) and may be wrapped over lines (long hex texts). The quantifiers
# are possessive, so that the work is linear whatever the input.
_BRACKET = r"\((?:[^()]++|\([^()]*+\))*+\)"
_ROW = re.compile(rf"([^()\r\n]*+)((?:{_BRACKET}\s*+)+)")
_CONTENT = re.compile(_BRACKET)
_WRAP = str.maketrans("", "", "\r\n")
_NUMBER = re.compile(r"(-?\d{1,20}(?:\.\d{1,20})?)(?:\*?([A-Za-z]+[0-9]? ?))?")

# `(231120133955W)` is when, not how many watts.
_TIME = re.compile(r"\d{12}[WS]")
# Reduced codes (IEC 62056-6-1): 1.8.0, C.1.0, F.F.
_REDUCED = re.compile(r"[A-Z\d]{1,3}\.[A-Z\d]{1,3}(\.\d{1,3})?(\*\d{1,3})?")

# Rows that look like numbers and are none: identities, texts, dates and times.
_NO_NUMBERS = re.compile(r"0-\d+:(1\.0\.0|0\.9\.[12]|42\.0\.0|96\.1\.\d+|96\.13\.\d+)|\d-\d+:0\.0\.\d+|\d-3:0\.2\.8")
# Rows that list many values (IEC 62056-6-1: profiles, logs): each bracket stays readable in `raw`.
_LISTS = re.compile(r"\d-\d+:9[89]\.\d+\.\d+")
# DSMR 2.2 and 3.0 gas: (time)(status)(minutes)(count)(code)(unit)(value).
_DSMR3_GAS = re.compile(r"0-\d+:24\.3\.0")


def split_rows(body: str) -> tuple[list[Row], bool]:
    """The rows of a telegram's body, and whether every character of it belonged to one.

    A line without brackets becomes a row without contents: nothing is dropped.
    """
    rows: list[Row] = []
    whole = True
    position = 0
    while position < len(body):
        match = _ROW.match(body, position)
        if match is not None:
            contents = tuple(found[1:-1].translate(_WRAP) for found in _CONTENT.findall(match.group(2)))
            rows.append(Row(match.group(1).strip(), contents))
            position = match.end()
            continue
        end = body.find("\n", position)
        end = len(body) if end < 0 else end + 1
        line = body[position:end].strip("\r\n\0 ")
        if line:
            whole = False
            rows.append(Row(line, ()))
        position = end
    return rows, whole


def is_plain(row: Row) -> bool:
    """Whether this is a row of a sound telegram: an OBIS code, full or short, and contents."""
    known = obis.canonical(row.code) is not None or _REDUCED.fullmatch(row.code) is not None
    return known and bool(row.contents)


def to_register(row: Row) -> Register:
    """The register of a row, with its number and unit where it has one."""
    code = obis.canonical(row.code) or row.code
    value, unit = _value(code, row.contents)
    return Register(code, row.contents, value, unit)


@lru_cache(maxsize=256)
def _is_number(code: str) -> bool:
    return not (_NO_NUMBERS.fullmatch(code) or _LISTS.fullmatch(code))


def _value(code: str, contents: tuple[str, ...]) -> tuple[Decimal | None, str | None]:
    if len(contents) == 7 and _DSMR3_GAS.fullmatch(code):
        number = _NUMBER.fullmatch(contents[6])
        return (Decimal(number.group(1)), obis.canonical_unit(contents[5])) if number else (None, None)
    if not _is_number(code):
        return None, None
    numbers = [match for text in contents if not _TIME.fullmatch(text) and (match := _NUMBER.fullmatch(text))]
    with_unit = [match for match in numbers if match.group(2)]
    if len(with_unit) == 1:
        return Decimal(with_unit[0].group(1)), obis.canonical_unit(with_unit[0].group(2))
    if len(contents) == 1 and numbers and not with_unit:
        return Decimal(numbers[0].group(1)), None
    return None, None
