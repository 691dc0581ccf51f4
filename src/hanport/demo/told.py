"""What the parties tell of themselves, as far as the demonstration needs it: the fields of their JSON."""

from datetime import datetime

from msgspec import Struct


class Module(Struct, frozen=True):
    """The HAN module of the virtual meter. `awake_at`: it is silent until then, after power-on."""

    open: bool
    awake_at: datetime
    powered: bool
    hung: bool
    cable_in: bool
    reader_supply: bool


class Fault(Struct, frozen=True):
    """A fault of the virtual meter."""

    name: str
    active: bool


class Reading(Struct, frozen=True):
    """What the meter measured; None where it said nothing."""

    power_import_w: int | None = None
    power_export_w: int | None = None
    energy_import_wh: int | None = None
    energy_export_wh: int | None = None
    reactive_energy_import_varh: int | None = None
    reactive_energy_export_varh: int | None = None

    @property
    def power_w(self) -> int | None:
        """Import positive, export negative."""
        if self.power_import_w is None:
            return None
        return self.power_import_w - (self.power_export_w or 0)


class Meter(Struct, frozen=True):
    """The virtual meter as it stands. `sends` is nothing, identification or telegram."""

    at: datetime
    sends: str
    chunks_sent: int
    module: Module
    faults: tuple[Fault, ...]
    reading: Reading

    @property
    def is_in_order(self) -> bool:
        """Whether nothing but a closed port keeps it from sending whole telegrams."""
        module = self.module
        return module.cable_in and module.reader_supply and not module.hung and not self.faults

    @property
    def registers(self) -> str:
        """As `hanport meter --registers` takes them."""
        of = self.reading
        states = (
            of.energy_import_wh,
            of.energy_export_wh,
            of.reactive_energy_import_varh,
            of.reactive_energy_export_varh,
        )
        return ",".join(str(state or 0) for state in states)


class Port(Struct, frozen=True):
    """A port as the company knows it: what the meter has said, and whether it may be open."""

    reported: str
    has_right: bool
    reported_at: datetime | None = None


class InstalledMeter(Struct, frozen=True):
    """A meter at a facility."""

    serial: str
    ends_at: datetime | None = None
    port: Port | None = None


class Order(Struct, frozen=True):
    """An order of a facility."""

    id: str
    kind: str
    state: str
    why: str
    created_at: datetime
    signed_at: datetime | None = None
    deadline_at: datetime | None = None


class Facility(Struct, frozen=True):
    """A facility with its meters, and its orders, the newest first."""

    meters: tuple[InstalledMeter, ...]
    orders: tuple[Order, ...]

    def port(self, serial: str) -> Port | None:
        """The port of a meter that is there."""
        return next((each.port for each in self.meters if each.serial == serial), None)

    def newest(self, kind: str) -> Order | None:
        """The last order of that kind."""
        return next((each for each in self.orders if each.kind == kind), None)


class Command(Struct, frozen=True):
    """A command that the head-end was given: close, open, read or restart; how it ended, and how the port was then."""

    kind: str
    meter: str
    state: str
    port: str


class HeadEnd(Struct, frozen=True):
    """All commands since the head-end was started, in that order."""

    commands: tuple[Command, ...]

    def has_read(self, serial: str, port: str) -> bool:
        """Whether the last thing that was done with a meter was to read its port, which was so."""
        done = [each for each in self.commands if each.meter == serial and each.state == "done"]
        return bool(done) and done[-1].kind == "read" and done[-1].port == port


class PhoneOrder(Struct, frozen=True):
    """Something that a phone was asked for: how it stands, and who has taken it up (the name, "" for nobody)."""

    order: str
    call: str
    state: str
    hint: str
    person: str
    return_url: str = ""


class Phone(Struct, frozen=True):
    """All that was asked since the service was started, in that order."""

    orders: tuple[PhoneOrder, ...]


class HubStatus(Struct, frozen=True):
    """How the port does by the hub: starting, well, ill, silent or lost; and what its doctor has found."""

    state: str
    finding: str | None = None
    age_s: float | None = None


class HubReading(Struct, frozen=True):
    """The hub's last telegram since it was started."""

    received_at: datetime
    age_s: float
    reading: Reading
