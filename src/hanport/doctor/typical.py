"""Telegrams as a house usually sends them, one of each maker's layout."""

from datetime import UTC, datetime
from functools import cache

from hanport.port.profiles import PROFILES
from hanport.port.values import Reading
from hanport.port.write import fit, write

# A winter evening in a house with a heat pump: small loads, all three phases, nothing exported.
TYPICAL = Reading(
    at=datetime(2026, 1, 31, 17, 0, 10, tzinfo=UTC),
    energy_import_wh=38_412_766,
    energy_export_wh=0,
    reactive_energy_import_varh=1_204_355,
    reactive_energy_export_varh=5_870_021,
    power_import_w=2_436,
    power_export_w=0,
    reactive_power_import_var=0,
    reactive_power_export_var=391,
    power_import_l1_w=1_204,
    power_import_l2_w=365,
    power_import_l3_w=867,
    power_export_l1_w=0,
    power_export_l2_w=0,
    power_export_l3_w=0,
    reactive_power_import_l1_var=0,
    reactive_power_import_l2_var=0,
    reactive_power_import_l3_var=0,
    reactive_power_export_l1_var=182,
    reactive_power_export_l2_var=95,
    reactive_power_export_l3_var=114,
    voltage_l1_mv=231_400,
    voltage_l2_mv=233_700,
    voltage_l3_mv=232_900,
    current_l1_ma=5_300,
    current_l2_ma=1_600,
    current_l3_ma=3_800,
)


@cache
def typical_telegrams() -> tuple[bytes, ...]:
    """One telegram of each layout."""
    return tuple(write(fit(TYPICAL, profile), profile) for profile in PROFILES.values())
