"""Scalers that a list leaves out: known by its maker, and else not guessed."""

import pytest

from hanport.port.fields import FACTORS, FIELDS, TARIFFS
from hanport.port.scalers import _SCALERS, NUMBERS_BY_UNIT, UNITS_BY_NUMBER, ListMaker, list_maker, scaler_for

ENERGY, VOLTAGE, CURRENT, POWER = "1-0:1.8.0", "1-0:32.7.0", "1-0:31.7.0", "1-0:1.7.0"
SWEDISH, NORWEGIAN = "6841138BN245101090", "6861111BN242101040"


@pytest.mark.parametrize(
    ("name", "type_number", "title", "maker"),
    [
        ("KFM_001", None, None, ListMaker.KAIFA),
        (None, None, b"KFM\x10\x20\x00\x00\x01", ListMaker.KAIFA),  # Austria
        ("Kamstrup_V0001", SWEDISH, None, ListMaker.KAMSTRUP),
        ("Kamstrup_V0001", NORWEGIAN, None, ListMaker.KAMSTRUP_NORWAY),
        ("Kamstrup_V0001", None, None, ListMaker.KAMSTRUP),
        (None, None, b"LGZgs\x00\x00\x01", ListMaker.LANDIS_GYR),
        ("AIDON_V0001", None, None, None),  # sends its scalers
        ("EMBRIQ_V1_1", None, None, None),
        (None, None, b"ISK\x00\x00\x00\x00\x01", None),
        (None, None, None, None),
    ],
)
def test_makers(name: str | None, type_number: str | None, title: bytes | None, maker: ListMaker | None) -> None:
    assert list_maker(name, type_number, title) is maker


@pytest.mark.parametrize(
    ("maker", "code", "number", "type_number", "expected"),
    [
        (ListMaker.KAIFA, POWER, 2816, None, (0, "W")),
        (ListMaker.KAIFA, CURRENT, 6781, None, (-3, "A")),
        (ListMaker.KAIFA, VOLTAGE, 2289, None, (-1, "V")),
        (ListMaker.KAIFA, ENERGY, 4_786_979, None, (0, "Wh")),
        (ListMaker.KAMSTRUP, ENERGY, 32_014_158, SWEDISH, (0, "Wh")),  # 32014.158 kWh
        (ListMaker.KAMSTRUP_NORWAY, ENERGY, 7_745_250, NORWEGIAN, (1, "Wh")),
        (ListMaker.KAMSTRUP, ENERGY, 32_014_158, None, (0, None)),  # DLMS push 1: 1 or 10 Wh, nobody says
        (ListMaker.KAMSTRUP, "1-1:4.8.0", 1, None, (0, None)),
        (ListMaker.KAMSTRUP, CURRENT, 237, SWEDISH, (-2, "A")),
        (ListMaker.KAMSTRUP, VOLTAGE, 236, SWEDISH, (0, "V")),
        (ListMaker.KAMSTRUP, VOLTAGE, 1000, None, (0, "V")),
        (ListMaker.KAMSTRUP, VOLTAGE, 22_199, None, (-2, "V")),  # Denmark, 2025
        (ListMaker.KAMSTRUP_NORWAY, VOLTAGE, 22_199, NORWEGIAN, (-2, "V")),
        (ListMaker.KAMSTRUP, "1-1:1.8.1", 5, SWEDISH, (0, "Wh")),
        (ListMaker.LANDIS_GYR, ENERGY, 4_408_736, None, (0, "Wh")),
        (ListMaker.LANDIS_GYR, VOLTAGE, 22_199, None, (0, None)),  # not known, so not guessed
        (ListMaker.KAIFA, "1-0:13.7.0", 987, None, (0, None)),  # a power factor has no field
        (None, POWER, 5, None, (0, None)),
    ],
)
def test_scalers(
    maker: ListMaker | None, code: str, number: int, type_number: str | None, expected: tuple[int, str | None]
) -> None:
    assert scaler_for(maker, code, number, type_number) == expected


def test_units_by_number_go_both_ways() -> None:
    """Green Book, table of physical units."""
    assert {number: UNITS_BY_NUMBER[number] for number in (27, 29, 30, 32, 33, 35)} == {
        27: "W", 29: "var", 30: "Wh", 32: "varh", 33: "A", 35: "V",
    }  # fmt: skip
    assert {NUMBERS_BY_UNIT[unit]: unit for unit in NUMBERS_BY_UNIT} == UNITS_BY_NUMBER


def test_every_unit_of_the_tables_is_one_of_its_quantity() -> None:
    for table in _SCALERS.values():
        for quantity, (_, unit) in table.items():
            assert unit in FACTORS[quantity]
    assert {field.quantity for field in (*FIELDS.values(), *TARIFFS.values())} == set(FACTORS)
