"""The tables of fields: complete, without doubles, and within 64 bits."""

from decimal import Decimal

from hanport.port import obis
from hanport.port.fields import FACTORS, FIELD_NAMES, FIELDS, MAX_DIGITS, P1_UNITS, TARIFFS, Quantity


def test_every_field_has_a_code_and_every_code_a_field() -> None:
    assert {field.name for field in FIELDS.values()} == set(FIELD_NAMES) - {"at"}
    for prefix in ("1-0:", "1-1:", ""):
        names = [field.name for code, field in FIELDS.items() if code.rpartition(":")[0] == prefix.rstrip(":")]
        assert len(names) == len(set(names)) == 26


def test_codes_are_in_canonical_spelling() -> None:
    for code in {*FIELDS, *TARIFFS}:
        assert (obis.canonical(code) or code) == code


def test_the_unit_in_a_fields_name_is_what_its_factors_lead_to() -> None:
    one = {Quantity.ENERGY: "Wh", Quantity.POWER: "W", Quantity.CURRENT: "mA"}
    one |= {Quantity.REACTIVE_ENERGY: "varh", Quantity.REACTIVE_POWER: "var"}
    for field in FIELDS.values():
        if field.quantity in one:
            assert FACTORS[field.quantity][one[field.quantity]] == 1
            assert field.name.endswith("_" + one[field.quantity].lower())
    assert FACTORS[Quantity.VOLTAGE]["V"] == 1000


def test_phases_and_directions_of_the_swedish_list() -> None:
    """Branschrekommendation v2.0, annex 3: 21 22 23 24 are L1, 41 ff. L2, 61 ff. L3; odd is import."""
    assert FIELDS["1-0:21.7.0"].name == "power_import_l1_w"
    assert FIELDS["1-0:42.7.0"].name == "power_export_l2_w"
    assert FIELDS["1-0:63.7.0"].name == "reactive_power_import_l3_var"
    assert FIELDS["1-0:24.7.0"].name == "reactive_power_export_l1_var"
    assert FIELDS["1-0:72.7.0"].name == "voltage_l3_mv"
    assert FIELDS["1-1:51.7.0"].name == "current_l2_ma"


def test_tariffs_belong_to_registers_only() -> None:
    assert TARIFFS["1-0:1.8.2"].name == "energy_import_wh"
    assert TARIFFS["1-0:2.8.4"].name == "energy_export_wh"
    assert TARIFFS["4.8.1"].name == "reactive_energy_export_varh"
    assert "1-0:1.7.1" not in TARIFFS
    assert not set(TARIFFS) & set(FIELDS)


def test_units_are_in_their_one_spelling_and_differ_by_powers_of_ten() -> None:
    for quantity, factors in FACTORS.items():
        assert P1_UNITS[quantity] in factors
        for unit, factor in factors.items():
            assert unit is not None
            assert obis.canonical_unit(unit) == unit
            assert factor in (Decimal(1), Decimal(1000), Decimal(1_000_000))


def test_the_largest_sum_fits_64_bits() -> None:
    most = max(sum(f.name == name for f in TARIFFS.values()) for name in FIELD_NAMES)
    assert most * 10**MAX_DIGITS < 2**63
