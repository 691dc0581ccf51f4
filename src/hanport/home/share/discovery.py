"""What is published for Home Assistant's MQTT discovery: one retained message an entity. Pure.

The classic form (a topic for each entity), not the one for a whole device: that is known from 2024.11 on only, and the
classic one to all. `object_id` says the entity's id up to 2025.9, `default_entity_id` after that; each version passes
over what it does not know.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hanport import __version__, locale
from hanport.home.config import MqttTable
from hanport.home.share.entities import FIGURE_ENTITIES, PORT_ENTITIES, Entity
from hanport.home.share.figures import FRESH_S
from hanport.home.values import PortState, PortStatus, Sample
from hanport.models.catalog import MODELS
from hanport.models.model import Model
from hanport.models.recognise import recognise

ONLINE, OFFLINE = "online", "offline"
CATALOG = "share"

# Port states that a household need do nothing about.
_NO_PROBLEM = (PortState.STARTING, PortState.WELL)


@dataclass(frozen=True, slots=True)
class Topics:
    """Where what is published."""

    base: str
    discovery: str

    @property
    def availability(self) -> str:
        """`online`, or `offline` by the last will; retained."""
        return f"{self.base}/availability"

    @property
    def state(self) -> str:
        """One JSON object a telegram; not retained, so that nobody takes an old one for the present."""
        return f"{self.base}/state"

    @property
    def port(self) -> str:
        """How the port does; retained."""
        return f"{self.base}/port"

    @property
    def birth(self) -> str:
        """Where Home Assistant says `online` when it has started."""
        return f"{self.discovery}/status"


def topics(table: MqttTable) -> Topics:
    """The topics of the settings."""
    return Topics(table.topic.rstrip("/"), table.discovery_prefix.rstrip("/"))


@dataclass(frozen=True, slots=True)
class Hub:
    """Whose entities they are: its number, its name and language, and the models that its meter may be."""

    serial: str
    name: str
    language: str
    models: tuple[Model, ...] = ()


def models_of(sample: Sample) -> tuple[Model, ...]:
    """The models that send such telegrams; none where it is not known. Several may look the same."""
    found = recognise(sample.telegram.identification, (row.obis for row in sample.telegram.registers))
    return () if found is None else (found, *(MODELS[name] for name in found.alike))


def messages(hub: Hub, table: MqttTable, figures: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(topic, payload) of the port's entities and those of the figures, by name, in a steady order."""
    wanted = set(figures)
    for entity in (*PORT_ENTITIES, *(entity for key, entity in FIGURE_ENTITIES.items() if key in wanted)):
        yield _topic(hub, table, entity), _payload(hub, table, entity)


def port_message(status: PortStatus) -> dict[str, Any]:
    """The payload on the port's topic. `problem` is ON where somebody has to do something."""
    return {
        "state": status.state,
        "problem": "OFF" if status.state in _NO_PROBLEM else "ON",
        "since": status.since,
        "finding": status.finding or None,
        "last_telegram_at": status.last_telegram_at,
    }


def _topic(hub: Hub, table: MqttTable, entity: Entity) -> str:
    return f"{topics(table).discovery}/{entity.component}/hanport_{hub.serial}/{entity.key}/config"


def _payload(hub: Hub, table: MqttTable, entity: Entity) -> dict[str, Any]:
    where = topics(table)
    slug = re.sub(r"[^a-z0-9]+", "_", where.base.lower()).strip("_") or "hanport"
    own_id = f"{slug}_{entity.key}"
    payload: dict[str, Any] = {
        "name": locale.text(CATALOG, f"entity.{entity.key}", hub.language),
        "unique_id": f"hanport_{hub.serial}_{entity.key}",
        "object_id": own_id,
        "default_entity_id": f"{entity.component}.{own_id}",
        "availability_topic": where.availability,
        "device": _device(hub),
        "origin": {"name": "hanport", "sw_version": __version__},
        **_state(where, entity),
    }
    told = {
        "device_class": entity.device_class,
        "unit_of_measurement": entity.unit,
        "state_class": entity.state_class,
        "suggested_display_precision": entity.precision,
        "entity_category": "diagnostic" if entity.diagnostic else None,
        "enabled_by_default": None if entity.enabled else False,
        "options": list(entity.options) or None,
    }
    return payload | {key: value for key, value in told.items() if value is not None}


def _state(where: Topics, entity: Entity) -> dict[str, Any]:
    """Where its value comes from. What is missing in a message changes nothing; null is unknown."""
    match entity.key:
        case "port_problem":
            return {"state_topic": where.port, "value_template": "{{ value_json.problem }}"}
        case "port_state":
            return {"state_topic": where.port, "value_template": "{{ value_json.state }}"}
        case "last_telegram":
            return {"state_topic": where.state, "value_template": "{{ value_json.at }}"}
    template = f"{{{{ value_json.{entity.key} | default('') }}}}"
    return {"state_topic": where.state, "value_template": template, "expire_after": FRESH_S}


def _device(hub: Hub) -> dict[str, Any]:
    device: dict[str, Any] = {
        "identifiers": [f"hanport_{hub.serial}"],
        "name": hub.name,
        "sw_version": f"hanport {__version__}",
    }
    if not hub.models:
        return device | {"manufacturer": "hanport", "model": locale.text(CATALOG, "device.model", hub.language)}
    makers, names = ({model.maker: None for model in hub.models}, {model.display: None for model in hub.models})
    return device | {"manufacturer": " / ".join(makers), "model": " / ".join(names)}
