"""The discovery payloads that have to be published, key by key."""

from typing import Any

from hanport import __version__

ENERGY = {
    "device_class": "energy",
    "unit_of_measurement": "kWh",
    "state_class": "total_increasing",
    "suggested_display_precision": 1,
}
REACTIVE_ENERGY = {
    "unit_of_measurement": "kvarh",
    "state_class": "total_increasing",
    "suggested_display_precision": 1,
    "enabled_by_default": False,
}
POWER = {
    "device_class": "power",
    "unit_of_measurement": "W",
    "state_class": "measurement",
    "suggested_display_precision": 0,
}
REACTIVE_POWER = POWER | {"device_class": "reactive_power", "unit_of_measurement": "var", "enabled_by_default": False}
VOLTAGE = POWER | {"device_class": "voltage", "unit_of_measurement": "V", "suggested_display_precision": 1}
CURRENT = VOLTAGE | {"device_class": "current", "unit_of_measurement": "A"}

FIGURES: dict[str, tuple[str, dict[str, Any]]] = {
    "energy_import_kwh": ("Energi in", ENERGY),
    "energy_export_kwh": ("Energi ut", ENERGY),
    "reactive_energy_import_kvarh": ("Reaktiv energi in", REACTIVE_ENERGY),
    "reactive_energy_export_kvarh": ("Reaktiv energi ut", REACTIVE_ENERGY),
    "power_import_w": ("Effekt in", POWER),
    "power_export_w": ("Effekt ut", POWER),
    "reactive_power_import_var": ("Reaktiv effekt in", REACTIVE_POWER),
    "reactive_power_export_var": ("Reaktiv effekt ut", REACTIVE_POWER),
}
for _phase in ("l1", "l2", "l3"):
    FIGURES |= {
        f"power_import_{_phase}_w": (f"Effekt in {_phase.upper()}", POWER),
        f"power_export_{_phase}_w": (f"Effekt ut {_phase.upper()}", POWER),
        f"reactive_power_import_{_phase}_var": (f"Reaktiv effekt in {_phase.upper()}", REACTIVE_POWER),
        f"reactive_power_export_{_phase}_var": (f"Reaktiv effekt ut {_phase.upper()}", REACTIVE_POWER),
        f"voltage_{_phase}_v": (f"Spänning {_phase.upper()}", VOLTAGE),
        f"current_{_phase}_a": (f"Ström {_phase.upper()}", CURRENT),
    }


def expected(number: str) -> dict[str, dict[str, Any]]:
    """Topic -> payload of a hub with that number, named Villa Ek, in Swedish, on a meter that calls itself KAM5."""
    port = {"state_topic": "hanport/port", "entity_category": "diagnostic"}
    told: dict[str, dict[str, Any]] = {
        "port_problem": {
            "name": "Fel på HAN-porten",
            "value_template": "{{ value_json.problem }}",
            "device_class": "problem",
            **port,
        },
        "port_state": {
            "name": "HAN-portens tillstånd",
            "value_template": "{{ value_json.state }}",
            "device_class": "enum",
            "options": ["starting", "well", "ill", "silent", "lost"],
            **port,
        },
        "last_telegram": {
            "name": "Senaste telegram",
            "state_topic": "hanport/state",
            "value_template": "{{ value_json.at }}",
            "device_class": "timestamp",
            "entity_category": "diagnostic",
            "enabled_by_default": False,
        },
    }
    for key, (name, own) in FIGURES.items():
        told[key] = {
            "name": name,
            "state_topic": "hanport/state",
            "value_template": f"{{{{ value_json.{key} | default('') }}}}",
            "expire_after": 90,
            **own,
        }
    return dict(_whole(number, key, payload) for key, payload in told.items())


def _whole(number: str, key: str, own: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    component = "binary_sensor" if key == "port_problem" else "sensor"
    return f"homeassistant/{component}/hanport_{number}/{key}/config", own | {
        "unique_id": f"hanport_{number}_{key}",
        "object_id": f"hanport_{key}",
        "default_entity_id": f"{component}.hanport_{key}",
        "availability_topic": "hanport/availability",
        "device": {
            "identifiers": [f"hanport_{number}"],
            "name": "Villa Ek",
            "sw_version": f"hanport {__version__}",
            "manufacturer": "Kamstrup",
            "model": "Kamstrup OMNIA / Kamstrup OMNIPOWER (P1)",
        },
        "origin": {"name": "hanport", "sw_version": __version__},
    }
