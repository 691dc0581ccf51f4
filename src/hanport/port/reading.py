"""Registers to a Reading, exactly: integers in the field's unit, never by way of a float."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal

from hanport.port import meter_time
from hanport.port.fields import CLOCK, FACTORS, FIELD_NAMES, FIELDS, MAX_DIGITS, P1_UNITS, TARIFFS, Field
from hanport.port.values import Reading, Register

# A row may have 20 digits before the point and 20 behind it; the usual 28 would round before the field's unit does.
_EXACT = Context(prec=64)


def amount(register: Register, field: Field) -> int | None:
    """The register's number in the field's unit, half to even. None where the row cannot be this field."""
    if register.value is None:
        return None
    unit = register.unit
    exponent = register.value.as_tuple().exponent
    if unit is None and register.raw is not None and isinstance(exponent, int) and exponent < 0:
        unit = P1_UNITS[field.quantity]
    factor = FACTORS[field.quantity].get(unit)
    if factor is None:
        return None
    scaled = _EXACT.multiply(register.value, factor)
    if scaled.adjusted() >= MAX_DIGITS:
        return None
    return int(scaled.to_integral_value(ROUND_HALF_EVEN))


def to_reading(registers: Iterable[Register], at: datetime | None) -> Reading:
    """The Reading of a telegram's registers. Of a code that comes more than once, the first number stands."""
    values: dict[str, int] = {}
    tariffs: dict[str, dict[str, int]] = {}
    for register in registers:
        field = FIELDS.get(register.obis)
        tariff = None if field else TARIFFS.get(register.obis)
        if field is not None and field.name not in values:
            number = amount(register, field)
            if number is not None:
                values[field.name] = number
        elif tariff is not None:
            number = amount(register, tariff)
            if number is not None:
                tariffs.setdefault(tariff.name, {}).setdefault(register.obis, number)
    for name, parts in tariffs.items():
        values.setdefault(name, sum(parts.values()))
    return Reading(at, *(values.get(name) for name in FIELD_NAMES[1:]))


def p1_time(identification: str, registers: Iterable[Register]) -> datetime | None:
    """The meter's time from the rows of a P1 telegram, in UTC."""
    rows: dict[str, str] = {}
    for register in registers:
        if register.raw:
            rows.setdefault(register.obis, register.raw[0])
    clock = next((rows[code] for code in CLOCK if code in rows), None)
    if clock is not None:
        return meter_time.from_p1(clock)
    if "0-0:0.9.1" in rows and "0-0:0.9.2" in rows:
        return meter_time.from_date_and_time(identification, rows["0-0:0.9.2"], rows["0-0:0.9.1"])
    return None


def scaled(coefficient: int, scaler: int) -> Decimal:
    """coefficient x 10^scaler, exactly; whole numbers are written without an exponent."""
    return Decimal(coefficient * 10**scaler) if scaler > 0 else Decimal(coefficient).scaleb(scaler)
