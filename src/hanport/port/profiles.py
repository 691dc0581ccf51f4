"""How the makers lay out their telegrams: rows, order, widths and spelling. Tables.

Source: the captures in tests/corpus, which `write` gives back byte for byte, and facts of the Swedish recommendation
(Branschrekommendation v2.0, annex 3). The Kaifa P1 list has no Swedish capture: it is the recommendation's order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from hanport.port.fields import FACTORS, FIELDS
from hanport.port.values import Protocol


@dataclass(frozen=True, slots=True)
class RowForm:
    """One row. `field` is a field of Reading, or None for the clock.

    P1 writes at least `digits` digits, a point and `decimals` digits; DLMS an integer of the A-XDR type `tag` with the
    scaler -decimals. `resolution` is the step of the field's own unit: 100 for a voltage_mv that is sent as 230.1 V.
    """

    code: str
    field: str | None
    digits: int = 0
    decimals: int = 0
    unit: str = ""
    tag: int = 0
    resolution: int = 1


@dataclass(frozen=True, slots=True)
class Profile:
    """A maker's telegram. `flag` is what the clock says of daylight saving: W (UTC+1) or S (UTC+2)."""

    name: str
    protocol: Protocol
    identification: str
    rows: tuple[RowForm, ...]
    flag: str = "W"


_ENERGY = ("1.8.0", "2.8.0")
_REACTIVE_ENERGY = ("3.8.0", "4.8.0")
_POWER = ("1.7.0", "2.7.0")
_REACTIVE_POWER = ("3.7.0", "4.7.0")
_TOTALS = (*_ENERGY, *_REACTIVE_ENERGY, *_POWER, *_REACTIVE_POWER)
_VOLTAGES = ("32.7.0", "52.7.0", "72.7.0")
_CURRENTS = ("31.7.0", "51.7.0", "71.7.0")
_BY_PHASE = tuple(f"{c}.7.0" for c in (21, 22, 41, 42, 61, 62, 23, 24, 43, 44, 63, 64))
_BY_DIRECTION = tuple(f"{c}.7.0" for c in (21, 41, 61, 22, 42, 62, 23, 43, 63, 24, 44, 64))

_UINT32, _INT16, _UINT16 = 0x06, 0x10, 0x12


def _row(code: str, digits: int, decimals: int, unit: str, tag: int = 0) -> RowForm:
    field = FIELDS[code]
    canonical = {"kVAr": "kvar", "kVArh": "kvarh"}.get(unit, unit)
    resolution = FACTORS[field.quantity][canonical] / Decimal(10) ** decimals
    return RowForm(code, field.name, digits, decimals, unit, tag, int(resolution))


def _swedish(phases: tuple[str, ...], reactive: str) -> tuple[RowForm, ...]:
    """The 27 rows of the recommendation: 8.3 kWh, 4.3 kW, 3.1 V and 3.1 A."""
    rows = [RowForm("0-0:1.0.0", None)]
    for code in (*_TOTALS, *phases):
        group = int(code.split(".")[0])
        letters = reactive if group % 20 in (3, 4) else "kW"
        rows.append(_row(f"1-0:{code}", *((8, 3, letters + "h") if code.endswith("8.0") else (4, 3, letters))))
    rows += [_row(f"1-0:{code}", 3, 1, "V") for code in _VOLTAGES]
    rows += [_row(f"1-0:{code}", 3, 1, "A") for code in _CURRENTS]
    return tuple(rows)


def _unscaled(prefix: str, codes: tuple[str, ...], unit: str) -> tuple[RowForm, ...]:
    return tuple(_row(f"{prefix}{code}", 0, 0, unit, _UINT32) for code in codes)


def _aidon() -> tuple[RowForm, ...]:
    rows = [RowForm("0-0:1.0.0", None), *_unscaled("1-0:", _POWER, "W"), *_unscaled("1-0:", _REACTIVE_POWER, "var")]
    rows += [_row(f"1-0:{code}", 0, 1, "A", _INT16) for code in _CURRENTS]
    rows += [_row(f"1-0:{code}", 0, 1, "V", _UINT16) for code in _VOLTAGES]
    for phase in (20, 40, 60):
        rows += _unscaled("1-0:", (f"{phase + 1}.7.0", f"{phase + 2}.7.0"), "W")
        rows += _unscaled("1-0:", (f"{phase + 3}.7.0", f"{phase + 4}.7.0"), "var")
    return (*rows, *_unscaled("1-0:", _ENERGY, "Wh"), *_unscaled("1-0:", _REACTIVE_ENERGY, "varh"))


def _without_phases(prefix: str, clock: str, current_decimals: int, volts: tuple[int, int]) -> tuple[RowForm, ...]:
    """The lists of Kaifa and Kamstrup: totals, currents, voltages, then the clock and the registers."""
    return (
        *_unscaled(prefix, _POWER, "W"),
        *_unscaled(prefix, _REACTIVE_POWER, "var"),
        *(_row(f"{prefix}{code}", 0, current_decimals, "A", _UINT32) for code in _CURRENTS),
        *(_row(f"{prefix}{code}", 0, volts[0], "V", volts[1]) for code in _VOLTAGES),
        RowForm(clock, None),
        *_unscaled(prefix, _ENERGY, "Wh"),
        *_unscaled(prefix, _REACTIVE_ENERGY, "varh"),
    )


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile("kamstrup-omnia", Protocol.P1, "KAM5", _swedish(_BY_DIRECTION, "kVAr")),
            Profile("aidon-6534", Protocol.P1, "ADN9 6534", _swedish(_BY_PHASE, "kVAr")),
            Profile("aidon-7534", Protocol.P1, "ADN9 7534", _swedish(_BY_PHASE, "kVAr"), flag="S"),
            Profile("landisgyr-e360", Protocol.P1, "LGF5E360", _swedish(_BY_PHASE, "kVAr")),
            Profile("sagemcom-s211", Protocol.P1, "ELL5\\253833635_A", _swedish(_BY_DIRECTION, "kvar")),
            Profile("kaifa-ma304", Protocol.P1, "KFM5KAIFA-METER", _swedish(_BY_PHASE, "kVAr")),
            Profile("aidon-hdlc", Protocol.HDLC, "", _aidon()),
            Profile("kaifa-hdlc", Protocol.HDLC, "KFM_001", _without_phases("1-0:", "0-0:1.0.0", 3, (1, _UINT32))),
            Profile(
                "kamstrup-hdlc",
                Protocol.HDLC,
                "Kamstrup_V0001",
                _without_phases("1-1:", "0-1:1.0.0", 2, (0, _UINT16)),
            ),
        )
    }
)
