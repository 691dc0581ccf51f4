"""The entities that Home Assistant gets to see: which figure is what, by the classes it knows. A table.

Classes and units: those of Home Assistant's sensor component, the same from 2024.3 on. It has no class for reactive
energy in that version, so that has none.
"""

from dataclasses import dataclass

from hanport.home.share.figures import FIGURES
from hanport.home.values import PortState


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity. Its name is the text `entity.<key>` of the catalog `share`.

    `enabled`: shown without being asked for. `diagnostic`: about the hub, not the house.
    """

    key: str
    component: str
    device_class: str | None
    unit: str | None = None
    state_class: str | None = None
    precision: int | None = None
    enabled: bool = True
    diagnostic: bool = False
    options: tuple[str, ...] = ()


# Unit of a figure -> device class, unit as Home Assistant writes it, state class, decimals shown, shown unasked.
_KINDS: dict[str, tuple[str | None, str, str, int, bool]] = {
    "kwh": ("energy", "kWh", "total_increasing", 1, True),
    "kvarh": (None, "kvarh", "total_increasing", 1, False),
    "w": ("power", "W", "measurement", 0, True),
    "var": ("reactive_power", "var", "measurement", 0, False),
    "v": ("voltage", "V", "measurement", 1, True),
    "a": ("current", "A", "measurement", 1, True),
}


def _of_figure(name: str, unit: str) -> Entity:
    device_class, spelled, state_class, precision, enabled = _KINDS[unit]
    return Entity(name, "sensor", device_class, spelled, state_class, precision, enabled)


# Told of as soon as the meter has sent them.
FIGURE_ENTITIES: dict[str, Entity] = {name: _of_figure(name, figure.unit) for name, figure in FIGURES.items()}

# Told of from the start: how the port does.
PORT_ENTITIES: tuple[Entity, ...] = (
    Entity("port_problem", "binary_sensor", "problem", diagnostic=True),
    Entity("port_state", "sensor", "enum", diagnostic=True, options=tuple(state.value for state in PortState)),
    Entity("last_telegram", "sensor", "timestamp", diagnostic=True, enabled=False),
)
