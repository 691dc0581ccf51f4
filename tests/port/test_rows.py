"""Rows of P1 as meters bend them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.port.rows import Row, is_plain, split_rows, to_register
from hanport.port.values import Register


def registers(body: str) -> list[Register]:
    rows, _ = split_rows(body)
    return [to_register(row) for row in rows]


def only(body: str) -> Register:
    (register,) = registers(body)
    return register


NUMBERS = {
    "1-0:1.8.0(00006678.394*kWh)": ("6678.394", "kWh"),
    "1-0:1.8.0*255(0052185.7831234*kWh)": ("52185.7831234", "kWh"),  # EasyMeter: 5.7
    "1-0:31.7.0.255(002*A)": ("2", "A"),  # five groups, current as 000
    "1-0:31.7.0(-000.6*A)": ("-0.6", "A"),  # Aidon 7534 when it exports
    "1-0:31.7.0(000.00*A)": ("0.00", "A"),
    "1-0:1.8.0(000020*kWh )": ("20", "kWh"),  # Holley
    "1-0:1.8.0(000123456*Wh)": ("123456", "Wh"),  # Aidon 6560, Austria
    "1-0:1.8.0(00041.160*MWh)": ("41.160", "MWh"),  # Aidon 7560 with constants
    "1-0:32.7.0(0041160.00*V)": ("41160.00", "V"),
    "1-0:3.7.0(00001*VAr)": ("1", "var"),
    "1-0:3.7.0(00.123*kVA)": ("0.123", "kVA"),
    "3.7.0(00.007)": ("0.007", None),  # Luxembourg: no unit, short code
    "1-0:1.8.0(000123.456kWh)": ("123.456", "kWh"),  # Belgium: no `*`
    "1-0:13.7.0(-0.987)": ("-0.987", None),  # Lithuania: the power factor has a sign
    "1-0:13.7.0(4.556)": ("4.556", None),  # Hungary: and is more than 1
    "0-1:24.2.1(101209112500W)(12785.123*m3)": ("12785.123", "m3"),
    "1-0:1.6.0(230201154500W)(04.329*kW)": ("4.329", "kW"),  # Belgium: the peak of the month
    "0-1:24.2.3(231120133955W)(00003.432*m3)": ("3.432", "m3"),
    "0-0:96.7.21(00004)": ("4", None),
    "1-0:1.8.0(12345678901234567890.12345678901234567890*kWh)": (
        "12345678901234567890.12345678901234567890",
        "kWh",
    ),
}


@pytest.mark.parametrize("row", NUMBERS)
def test_numbers(row: str) -> None:
    value, unit = NUMBERS[row]
    register = only(row + "\r\n")
    assert (register.value, register.unit) == (Decimal(value), unit)
    assert str(register.value) == value


@pytest.mark.parametrize(
    "row",
    [
        "0-0:1.0.0(220408135021)",  # numbers that name something, and none that count
        "0-0:0.9.1(124510)",
        "0-0:0.9.2(220905)",
        "0-0:42.0.0(1234)",
        "0-0:96.1.1(4530303331)",
        "0-0:96.1.4(50217)",  # Belgium: the version
        "0-0:96.13.0(3031)",
        "1-0:0.0.0(12345678)",
        "1-3:0.2.8(50)",
        "0-0:1.0.0(20240111 09:35:00)",  # NES
        "0-0:1.0.0(19-01-01 00:00:00)",  # ACE4000
        "0-0:96.50.68(ON)",  # Hungary
        "F.F(00000000000000000000001)",  # more than 20 digits
        "0-1:96.10.2(231120133955W)",  # a time is no power
        "1-0:1.8.0()",
        "1-0:1.8.0(12.*kWh)",
        "1-0:1.8.0(.5*kWh)",
        "1-0:1.8.0(1,5*kWh)",
        "1-0:1.8.0(1*kWh)(2*kWh)",
        "1-0:1.8.0(1)(2)",
        "1-0:1.8.0(1*k Wh)",
        "0-0:98.1.0(2)(1-0:1.6.0)(1-0:1.6.0)(230201000000W)(230117224500W)(04.329*kW)",  # Belgium: 13 months
        "1-0:99.97.0(1)(0-0:96.7.19)(000101000001W)(2147483647*s)",
    ],
)
def test_rows_that_are_no_number(row: str) -> None:
    register = only(row)
    assert (register.value, register.unit) == (None, None)
    assert register.raw is not None
    assert "".join(f"({content})" for content in register.raw) == row[row.index("(") :]


def test_gas_of_dsmr_3_in_two_lines() -> None:
    register = only("0-1:24.3.0(121030140000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00947.680)\r\n")
    assert (register.obis, register.value, register.unit) == ("0-1:24.3.0", Decimal("947.680"), "m3")
    assert register.raw == ("121030140000", "00", "60", "1", "0-1:24.2.1", "m3", "00947.680")
    register = only("0-1:24.3.0(121030140000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n()\r\n")
    assert register.value is None
    assert only("0-1:24.3.0(00947.680*m3)").value == Decimal("947.680")


def test_nested_brackets_and_the_suffix() -> None:
    register = only("1-0:97.97.0*255((ER11))\r\n")
    assert (register.obis, register.raw) == ("1-0:97.97.0", ("(ER11)",))


def test_text_wrapped_over_lines() -> None:
    rows, whole = split_rows("0-0:96.13.0(303132\r\n333435\r\n36)\r\n1-0:1.7.0(1*kW)\r\n")
    assert whole
    assert rows == [Row("0-0:96.13.0", ("30313233343536",)), Row("1-0:1.7.0", ("1*kW",))]


def test_the_same_code_comes_more_than_once() -> None:
    """0-0:17.0.0 three times (Poland), 7-0:23.1.0 24 times (ACE4000)."""
    found = registers("".join(f"7-0:23.1.0({hour})\r\n" for hour in range(24)))
    assert [register.raw for register in found] == [(str(hour),) for hour in range(24)]
    assert {register.obis for register in found} == {"7-0:23.1.0"}


def test_what_has_no_code_keeps_its_text() -> None:
    assert only("C.1.0(28342193)").obis == "C.1.0"
    assert only("0-0.1.0.0(220408135021W)").obis == "0-0:1.0.0"
    assert only("(00947.680)").obis == ""


def test_lines_without_brackets_are_kept_and_told() -> None:
    rows, whole = split_rows("\r\n1-0:1.7.0(1*kW)rest\r\nnothing\r\n \0\r\n1-0:2.7.0(2*kW)")
    assert not whole
    assert rows == [Row("1-0:1.7.0", ("1*kW",)), Row("rest", ()), Row("nothing", ()), Row("1-0:2.7.0", ("2*kW",))]
    assert split_rows("\r\n\0") == ([], True)
    assert to_register(Row("nothing", ())) == Register("nothing", ())


def test_an_open_bracket_costs_its_own_line_only() -> None:
    rows, whole = split_rows("1-0:1.7.0(1*kW\r\n1-0:2.7.0(2*kW)\r\n1-0:3.7.0(3)\r\n")
    assert not whole
    assert rows == [Row("1-0:1.7.0(1*kW", ()), Row("1-0:2.7.0", ("2*kW",)), Row("1-0:3.7.0", ("3",))]


def test_a_kilobyte_of_ff() -> None:
    """Hungary: 0-0:96.13.0 with 1 024 bytes FF."""
    assert only("0-0:96.13.0(" + "\xff" * 1024 + ")").raw == ("\xff" * 1024,)


@pytest.mark.parametrize("code", ["1-0:1.8.0", "1-0:1.8.0*255", "1.8.0", "3.7.0", "C.1.0", "F.F", "0.9.1", "P.01"])
def test_plain_rows(code: str) -> None:
    assert is_plain(Row(code, ("1",)))
    assert not is_plain(Row(code, ()))


@pytest.mark.parametrize("code", ["", "nothing", "1-0:1.8", "/KAM5", "1-0:1.8.0(", "a.b", "1.8.0 x"])
def test_rows_that_are_not_plain(code: str) -> None:
    assert not is_plain(Row(code, ("1",)))


@given(st.text(st.sampled_from("01.8:-()*kWh\r\n /!\xff"), max_size=200))
def test_no_character_is_dropped(body: str) -> None:
    rows, _ = split_rows(body)
    told = "".join(row.code + "".join(f"({content})" for content in row.contents) for row in rows)
    assert told.translate(str.maketrans("", "", "\r\n ")) == body.translate(str.maketrans("", "", "\r\n "))
    for row in rows:
        to_register(row)
