"""Which register is which field of a Reading, and how its unit becomes the field's unit. Tables."""

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

import msgspec

from hanport.port.values import Reading


class Quantity(StrEnum):
    """What a field measures. It decides which units may stand in the row."""

    ENERGY = "energy"
    REACTIVE_ENERGY = "reactive energy"
    POWER = "power"
    REACTIVE_POWER = "reactive power"
    VOLTAGE = "voltage"
    CURRENT = "current"


class Field(NamedTuple):
    """A field of Reading, and what it measures."""

    name: str
    quantity: Quantity


FIELD_NAMES: tuple[str, ...] = tuple(field.name for field in msgspec.structs.fields(Reading))

# Groups C.D.E of IEC 62056-6-1: 1 active import, 2 active export, 3 and 4 reactive, 21 ff. by phase; D 7 is the
# instantaneous value, 8 the register; E 0 is the total.
_CODES: tuple[tuple[str, str, Quantity], ...] = (
    ("1.8.0", "energy_import_wh", Quantity.ENERGY),
    ("2.8.0", "energy_export_wh", Quantity.ENERGY),
    ("3.8.0", "reactive_energy_import_varh", Quantity.REACTIVE_ENERGY),
    ("4.8.0", "reactive_energy_export_varh", Quantity.REACTIVE_ENERGY),
    ("1.7.0", "power_import_w", Quantity.POWER),
    ("2.7.0", "power_export_w", Quantity.POWER),
    ("3.7.0", "reactive_power_import_var", Quantity.REACTIVE_POWER),
    ("4.7.0", "reactive_power_export_var", Quantity.REACTIVE_POWER),
    ("21.7.0", "power_import_l1_w", Quantity.POWER),
    ("41.7.0", "power_import_l2_w", Quantity.POWER),
    ("61.7.0", "power_import_l3_w", Quantity.POWER),
    ("22.7.0", "power_export_l1_w", Quantity.POWER),
    ("42.7.0", "power_export_l2_w", Quantity.POWER),
    ("62.7.0", "power_export_l3_w", Quantity.POWER),
    ("23.7.0", "reactive_power_import_l1_var", Quantity.REACTIVE_POWER),
    ("43.7.0", "reactive_power_import_l2_var", Quantity.REACTIVE_POWER),
    ("63.7.0", "reactive_power_import_l3_var", Quantity.REACTIVE_POWER),
    ("24.7.0", "reactive_power_export_l1_var", Quantity.REACTIVE_POWER),
    ("44.7.0", "reactive_power_export_l2_var", Quantity.REACTIVE_POWER),
    ("64.7.0", "reactive_power_export_l3_var", Quantity.REACTIVE_POWER),
    ("32.7.0", "voltage_l1_mv", Quantity.VOLTAGE),
    ("52.7.0", "voltage_l2_mv", Quantity.VOLTAGE),
    ("72.7.0", "voltage_l3_mv", Quantity.VOLTAGE),
    ("31.7.0", "current_l1_ma", Quantity.CURRENT),
    ("51.7.0", "current_l2_ma", Quantity.CURRENT),
    ("71.7.0", "current_l3_ma", Quantity.CURRENT),
)

# The prefixes under which electricity comes: channel 0 nearly everywhere, channel 1 from Kamstrup's DLMS lists, and
# the short form without groups A and B that some meters of Luxembourg send.
_PREFIXES = ("1-0:", "1-1:", "")

FIELDS: dict[str, Field] = {
    prefix + code: Field(name, quantity) for prefix in _PREFIXES for code, name, quantity in _CODES
}

# Registers by tariff. They are summed where the total register (1.8.0, 2.8.0 ...) is not sent.
TARIFFS: dict[str, Field] = {
    prefix + code[:-1] + str(tariff): FIELDS[prefix + code]
    for prefix in _PREFIXES
    for code, _, quantity in _CODES
    if quantity in (Quantity.ENERGY, Quantity.REACTIVE_ENERGY)
    for tariff in (1, 2, 3, 4)
}

CLOCK = ("0-0:1.0.0", "0-1:1.0.0")

_K = Decimal(1000)
_M = Decimal(1_000_000)

# Unit in canonical spelling -> what it is times the field's unit (W, Wh, var, varh, mV, mA). Reactive power comes as
# kVA from some meters.
FACTORS: dict[Quantity, dict[str | None, Decimal]] = {
    Quantity.ENERGY: {"Wh": Decimal(1), "kWh": _K, "MWh": _M},
    Quantity.REACTIVE_ENERGY: {"varh": Decimal(1), "kvarh": _K, "Mvarh": _M, "VAh": Decimal(1), "kVAh": _K},
    Quantity.POWER: {"W": Decimal(1), "kW": _K, "MW": _M},
    Quantity.REACTIVE_POWER: {"var": Decimal(1), "kvar": _K, "Mvar": _M, "VA": Decimal(1), "kVA": _K},
    Quantity.VOLTAGE: {"V": _K, "kV": _M},
    Quantity.CURRENT: {"A": _K, "mA": Decimal(1)},
}

# A row without a unit but with decimals is in the unit of P1, `3.7.0(00.007)` in Luxembourg for one. Without decimals
# it might be W as well as kW, so it stays a register.
P1_UNITS: dict[Quantity, str] = {
    Quantity.ENERGY: "kWh",
    Quantity.REACTIVE_ENERGY: "kvarh",
    Quantity.POWER: "kW",
    Quantity.REACTIVE_POWER: "kvar",
    Quantity.VOLTAGE: "V",
    Quantity.CURRENT: "A",
}

# More digits than this is no measurement. It keeps every field within 64 bits.
MAX_DIGITS = 15
