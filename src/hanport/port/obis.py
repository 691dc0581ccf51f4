"""OBIS codes in one spelling, and the units that stand beside them."""

import re
from functools import lru_cache

# `1-0:1.8.0`, `1-0:1.8.0*255`, `1-0:31.7.0.255`, and `0-0.1.0.0` as annex 3 of the Swedish recommendation prints it.
_CODE = re.compile(r"(\d{1,3})-(\d{1,3})[:.](\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:[*.&](\d{1,3}))?")

_SPELLINGS = (
    *("W", "kW", "MW", "Wh", "kWh", "MWh", "var", "kvar", "Mvar", "varh", "kvarh", "Mvarh", "VA", "kVA", "VAh", "kVAh"),
    *("V", "kV", "A", "mA", "Hz", "s", "m3", "dm3", "MJ", "GJ"),
)
_UNITS = {unit.lower(): unit for unit in _SPELLINGS}


@lru_cache(maxsize=256)  # a meter repeats its codes in every telegram
def canonical(code: str) -> str | None:
    """`A-B:C.D.E`, or `A-B:C.D.E*F` where F is not 255; None for text that is no such code."""
    match = _CODE.fullmatch(code)
    if match is None:
        return None
    a, b, c, d, e, f = match.groups()
    name = f"{int(a)}-{int(b)}:{int(c)}.{int(d)}.{int(e)}"
    return name if f is None or f == "255" else f"{name}*{int(f)}"


def from_bytes(code: bytes) -> str:
    """The six bytes of a COSEM logical name in the same spelling."""
    a, b, c, d, e, f = code
    name = f"{a}-{b}:{c}.{d}.{e}"
    return name if f == 255 else f"{name}*{f}"


def to_bytes(code: str) -> bytes:
    """The six bytes of a code in canonical spelling.

    Raises ValueError for any other text.
    """
    match = _CODE.fullmatch(code)
    if match is None:
        raise ValueError(f"{code!r} is no OBIS code of the form A-B:C.D.E")
    return bytes(255 if group is None else int(group) for group in match.groups())


@lru_cache(maxsize=256)
def canonical_unit(unit: str) -> str:
    """One spelling for each unit: meters write kVArh, kvarh and kVarh, and `kWh ` with a space."""
    text = unit.strip()
    return _UNITS.get(text.lower(), text)
