"""A telegram as clients of the HomeWizard P1 meter (local API v1) know it. Pure.

Names and units by the public documentation of that API. What our meter does not say is left out, and so is what only
that device has (Wi-Fi). Totals and momentary values are exact decimals.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from hanport.home.share.figures import scaled
from hanport.home.values import Sample
from hanport.port.values import Reading, Register

PHASES = ("l1", "l2", "l3")

# Rows that are told as they are: name there -> (OBIS code, whole number).
_ROWS: dict[str, tuple[str, bool]] = {
    "active_tariff": ("0-0:96.14.0", True),
    "active_frequency_hz": ("1-0:14.7.0", False),
    **{
        f"total_power_{way}_t{tariff}_kwh": (f"1-0:{group}.8.{tariff}", False)
        for way, group in (("import", 1), ("export", 2))
        for tariff in (1, 2, 3, 4)
    },
    **{f"voltage_sag_{phase}_count": (f"1-0:{32 + 20 * n}.32.0", True) for n, phase in enumerate(PHASES)},
    **{f"voltage_swell_{phase}_count": (f"1-0:{32 + 20 * n}.36.0", True) for n, phase in enumerate(PHASES)},
    "any_power_fail_count": ("0-0:96.7.21", True),
    "long_power_fail_count": ("0-0:96.7.9", True),
}
# What hangs on the meter's M-Bus, by its device type (EN 13757-3, table 4).
_DEVICES = {
    3: "gas_meter",
    4: "heat_meter",
    6: "warm_water_meter",
    7: "water_meter",
    12: "inlet_heat_meter",
}


def measurement(sample: Sample, *, fresh: bool) -> dict[str, Any]:
    """The answer of /api/v1/data. Momentary values are left out unless the sample is `fresh`."""
    rows = {register.obis: register for register in sample.telegram.registers}
    told = {**_about(sample, rows), **_totals(sample.reading), **_plain(rows)}
    if fresh:
        told |= _momentary(sample.reading)
    devices = list(_external(rows))
    gas = next((device for device in devices if device["type"] == "gas_meter"), None)
    if gas is not None:
        told |= {
            "total_gas_m3": gas["value"],
            "gas_timestamp": gas["timestamp"],
            "gas_unique_id": gas["unique_id"],
        }
    told["external"] = devices or None
    return {name: value for name, value in told.items() if value is not None}


def _about(sample: Sample, rows: dict[str, Register]) -> dict[str, Any]:
    version = rows.get("1-3:0.2.8") or rows.get("0-0:96.1.4")
    said = version.raw[0] if version is not None and version.raw else ""
    return {
        "unique_id": sample.meter.number,
        "smr_version": int(said) if said.isascii() and said.isdigit() and len(said) <= 5 else None,
        "meter_model": sample.telegram.identification or None,
    }


def _totals(reading: Reading) -> dict[str, Any]:
    return {
        "total_power_import_kwh": _number(reading.energy_import_wh, 3),
        "total_power_export_kwh": _number(reading.energy_export_wh, 3),
    }


def _plain(rows: dict[str, Register]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, (code, whole) in _ROWS.items():
        value = rows[code].value if code in rows else None
        if value is not None:
            told[name] = int(value) if whole else msgspec.Raw(f"{value:f}".encode())
    return told


def _momentary(reading: Reading) -> dict[str, Any]:
    """Power is + for import. A current has the direction of its phase's power: most meters send it without a sign."""
    told: dict[str, Any] = {"active_power_w": _net(reading.power_import_w, reading.power_export_w)}
    for phase in PHASES:
        power_w = _net(getattr(reading, f"power_import_{phase}_w"), getattr(reading, f"power_export_{phase}_w"))
        current_ma = getattr(reading, f"current_{phase}_ma")
        if current_ma is not None and power_w is not None and power_w < 0:
            current_ma = -abs(current_ma)
        told[f"active_power_{phase}_w"] = power_w
        told[f"active_voltage_{phase}_v"] = _number(getattr(reading, f"voltage_{phase}_mv"), 3)
        told[f"active_current_{phase}_a"] = _number(current_ma, 3)
    return told


def _net(imported: int | None, exported: int | None) -> int | None:
    if imported is None and exported is None:
        return None
    return (imported or 0) - (exported or 0)


def _number(value: int | None, decimals: int) -> msgspec.Raw | None:
    return None if value is None else msgspec.Raw(scaled(value, decimals).encode())


def _external(rows: dict[str, Register]) -> Iterator[dict[str, Any]]:
    """The meters on M-Bus channels 1 to 4 that say what they are, when they were read, and how they are called."""
    for channel in range(1, 5):
        kind, name, read = (rows.get(f"0-{channel}:{code}") for code in ("24.1.0", "96.1.0", "24.2.1"))
        if kind is None or name is None or read is None or not (name.raw and read.raw):
            continue
        device, time = _DEVICES.get(int(kind.value or 0)), read.raw[0][:12]
        if device is not None and read.value is not None and time.isascii() and time.isdigit():
            yield {
                "unique_id": name.raw[0],
                "type": device,
                "timestamp": int(time),
                "value": msgspec.Raw(f"{read.value:f}".encode()),
                "unit": read.unit,
            }
