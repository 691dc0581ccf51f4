"""The tables of the makers' layouts: complete, and in the units of the industry's recommendation."""

import pytest

from hanport.port import obis
from hanport.port.fields import FIELD_NAMES, FIELDS
from hanport.port.profiles import PROFILES, Profile
from hanport.port.values import Protocol

SWEDISH = [p for p in PROFILES.values() if p.protocol is Protocol.P1]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: str(profile.name))
def test_rows_are_fields_under_their_own_codes(profile: Profile) -> None:
    assert PROFILES[profile.name] is profile
    assert len({row.code for row in profile.rows}) == len(profile.rows)
    assert sum(row.field is None for row in profile.rows) == 1  # the clock
    for row in profile.rows:
        assert obis.canonical(row.code) == row.code
        if row.field is not None:
            assert FIELDS[row.code].name == row.field


@pytest.mark.parametrize("profile", SWEDISH, ids=lambda profile: str(profile.name))
def test_swedish_lists_are_the_recommendations(profile: Profile) -> None:
    """Branschrekommendation v2.0, annex 3: 27 objects; 8.3 kWh, 4.3 kW, 3.1 V, 3.1 A."""
    assert {row.field for row in profile.rows[1:]} == set(FIELD_NAMES[1:])
    shapes = {row.unit.lower(): (row.digits, row.decimals, row.resolution) for row in profile.rows[1:]}
    assert shapes == {
        "kwh": (8, 3, 1), "kvarh": (8, 3, 1), "kw": (4, 3, 1), "kvar": (4, 3, 1), "v": (3, 1, 100), "a": (3, 1, 100),
    }  # fmt: skip


def test_orders_and_spellings_of_the_makers() -> None:
    phases = {p.name: [row.code.split(":")[1][:2] for row in p.rows[9:21]] for p in SWEDISH}
    assert phases["landisgyr-e360"][:6] == ["21", "22", "41", "42", "61", "62"]
    assert phases["kamstrup-omnia"][:6] == ["21", "41", "61", "22", "42", "62"]
    assert phases["sagemcom-s211"] == phases["kamstrup-omnia"]
    units = {p.name: {row.unit for row in p.rows if "var" in row.unit.lower()} for p in SWEDISH}
    assert units["sagemcom-s211"] == {"kvar", "kvarh"}
    assert units["aidon-6534"] == {"kVAr", "kVArh"}


def test_flags() -> None:
    """The Finnish Aidon 7534 sends S in May, the Swedish meters W all year."""
    assert {profile.name for profile in PROFILES.values() if profile.flag == "S"} == {"aidon-7534"}


def test_scalers_of_the_lists() -> None:
    """Kaifa counts mA and 0.1 V, Kamstrup 0.01 A and 1 V, Aidon 0.1 A and 0.1 V; all count 1 Wh in Sweden."""
    steps = {
        name: {row.field: row.resolution for row in PROFILES[name].rows if row.field}
        for name in ("kaifa-hdlc", "kamstrup-hdlc", "aidon-hdlc")
    }
    assert [s["current_l1_ma"] for s in steps.values()] == [1, 10, 100]
    assert [s["voltage_l1_mv"] for s in steps.values()] == [100, 1000, 100]
    assert [s["energy_import_wh"] for s in steps.values()] == [1, 1, 1]
    assert "power_import_l1_w" not in steps["kaifa-hdlc"]
    assert "power_import_l1_w" in steps["aidon-hdlc"]
