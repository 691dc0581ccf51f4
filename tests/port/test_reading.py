"""Registers to readings: exact, within 64 bits, and None where a row is not what its code says."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.port.fields import FIELDS, Field
from hanport.port.reading import amount, p1_time, scaled, to_reading
from hanport.port.values import Reading, Register

ENERGY, POWER = FIELDS["1-0:1.8.0"], FIELDS["1-0:1.7.0"]
REACTIVE, VOLTAGE, CURRENT = FIELDS["1-0:3.7.0"], FIELDS["1-0:32.7.0"], FIELDS["1-0:31.7.0"]


def p1(value: str, unit: str | None, code: str = "1-0:1.7.0") -> Register:
    return Register(code, (value,), Decimal(value), unit)


@pytest.mark.parametrize(
    ("value", "unit", "field", "expected"),
    [
        ("6678.394", "kWh", ENERGY, 6_678_394),
        ("123456", "Wh", ENERGY, 123_456),
        ("41.160", "MWh", ENERGY, 41_160_000),
        ("1.011", "kW", POWER, 1011),  # by way of a float it would be 1010
        ("0.007", None, REACTIVE, 7),  # Luxembourg: decimals without a unit are P1's
        ("7", None, REACTIVE, None),  # W or kW? nobody knows
        ("0.123", "kVA", REACTIVE, 123),  # kVA where reactive power is meant
        ("5", "VA", REACTIVE, 5),
        ("41160.00", "V", VOLTAGE, 41_160_000),
        ("0.0", "V", VOLTAGE, 0),  # Belgium: three phases of 230 V without neutral
        ("-0.6", "A", CURRENT, -600),
        ("5", "mA", CURRENT, 5),
        ("1.7", "kWh", POWER, None),  # the unit of another quantity
        ("1.7", "furlong", POWER, None),
        ("0.0005", "kW", POWER, 0),  # half to even
        ("0.0015", "kW", POWER, 2),
        ("52185.7831234", "kWh", ENERGY, 52_185_783),
        ("123456789.00050000000000000001", "kW", POWER, 123_456_789_001),  # more digits than decimals usually keep
        ("999999999999999", "W", POWER, 999_999_999_999_999),
        ("1000000000000000", "W", POWER, None),  # no measurement
        ("99999999999999999999", "MWh", ENERGY, None),
    ],
)
def test_amounts(value: str, unit: str | None, field: Field, expected: int | None) -> None:
    assert amount(p1(value, unit), field) == expected


def test_a_row_without_a_number_has_no_amount() -> None:
    assert amount(Register("1-0:1.7.0", ("",)), POWER) is None


def test_a_list_without_units_is_not_guessed() -> None:
    assert amount(Register("1-0:1.7.0", None, Decimal("1.5")), POWER) is None
    assert amount(Register("1-0:1.7.0", None, Decimal("NaN")), POWER) is None


@given(st.integers(0, 10**20), st.integers(0, 20), st.sampled_from(["W", "kW", "MW"]))
def test_amounts_are_exact_to_half_a_unit(digits: int, places: int, unit: str) -> None:
    value = Decimal(digits).scaleb(-places)
    number = amount(p1(f"{value:f}", unit), POWER)
    exact = Fraction(digits, 10**places) * {"W": 1, "kW": 1000, "MW": 10**6}[unit]
    if number is None:
        assert exact >= 10**15
    else:
        assert number == round(exact)  # of fractions, this rounds half to even


def test_the_first_number_of_a_code_stands() -> None:
    rows = [Register("1-0:1.7.0", ("",)), p1("1.0", "kW"), p1("2.0", "kW"), p1("3.0", "kW", "1-1:1.7.0")]
    assert to_reading(rows, None) == Reading(power_import_w=1000)


def test_tariffs_are_summed_where_the_total_is_not_sent() -> None:
    low, high = p1("1581.123", "kWh", "1-0:1.8.1"), p1("1435.706", "kWh", "1-0:1.8.2")
    assert to_reading([low, high, low], None).energy_import_wh == 1_581_123 + 1_435_706
    total = p1("9.000", "kWh", "1-0:1.8.0")
    assert to_reading([low, high, total], None).energy_import_wh == 9000
    broken = Register("1-0:1.8.2", ("x",))
    assert to_reading([low, broken], None).energy_import_wh == 1_581_123


def test_other_registers_have_no_field() -> None:
    gas = Register("0-1:24.2.1", ("1*m3",), Decimal(1), "m3")
    assert to_reading([gas, p1("1", "kW", "1-0:9.7.0")], None) == Reading()


def test_a_voltage_of_zero_is_not_none() -> None:
    reading = to_reading([p1("0.0", "V", "1-0:52.7.0")], None)
    assert reading.voltage_l2_mv == 0
    assert reading.voltage_l1_mv is None


@given(st.lists(st.tuples(st.sampled_from(sorted(FIELDS)), st.decimals(0, 10**6, places=3))))
def test_order_of_different_codes_changes_nothing(rows: list[tuple[str, Decimal]]) -> None:
    fields = {FIELDS[code].name: (code, value) for code, value in rows}
    registers = [
        Register(code, ("",), value, unit)
        for code, value in fields.values()
        for unit in ("kWh", "kvarh", "kW", "kvar", "V", "A")
    ]
    assert to_reading(registers, None) == to_reading(registers[::-1], None)
    said = {name: value for name, value in msgspec.structs.asdict(to_reading(registers, None)).items() if value}
    assert said == {name: int(value * 1000) for name, (_, value) in fields.items() if value}


def clock(code: str, *contents: str) -> Register:
    return Register(code, contents)


def test_p1_time() -> None:
    at = datetime(2022, 4, 8, 12, 50, 21, tzinfo=UTC)
    assert p1_time("KAM5", [clock("0-0:1.0.0", "220408135021W")]) == at
    assert p1_time("KAM5", [clock("0-1:1.0.0", "220408135021W")]) == at
    assert p1_time("KAM5", [p1("1", "kW"), clock("0-0:1.0.0"), clock("0-0:1.0.0", "220408135021W")]) == at
    assert p1_time("KAM5", [clock("0-0:1.0.0", "000101010000W"), clock("0-0:1.0.0", "220408135021W")]) is None
    assert p1_time("KAM5", []) is None


def test_iskraemeco_sends_date_and_time_apart() -> None:
    rows = [clock("0-0:0.9.1", "124510"), clock("0-0:0.9.2", "220905")]
    assert p1_time(r"ISk5\2M550T-2006", rows) == datetime(2022, 9, 5, 11, 45, 10, tzinfo=UTC)
    assert p1_time(r"ISk5\2M550T-2006", rows[:1]) is None
    assert p1_time("KAM5", rows) is None


@pytest.mark.parametrize(
    ("number", "power", "text"),
    [(245, -1, "24.5"), (7745250, 1, "77452500"), (5, 0, "5"), (0, 3, "0"), (-6, -1, "-0.6"), (1, -3, "0.001")],
)
def test_scaled(number: int, power: int, text: str) -> None:
    assert str(scaled(number, power)) == text


@given(st.integers(-(2**63), 2**64), st.integers(-128, 127))
def test_any_scaler_is_exact(number: int, power: int) -> None:
    assert Fraction(scaled(number, power)) == number * Fraction(10) ** power
