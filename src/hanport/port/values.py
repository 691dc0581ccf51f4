"""The values that come out of the port: telegrams, rejections, registers and readings."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec


class Protocol(StrEnum):
    """How a telegram was framed."""

    P1 = "p1"
    HDLC = "hdlc"
    MBUS = "mbus"
    APDU = "apdu"


class Checksum(StrEnum):
    """What is known of a telegram's integrity. A wrong checksum makes a `Rejected`, never a telegram."""

    OK = "ok"
    ABSENT = "absent"


class Reason(StrEnum):
    """Why bytes were rejected."""

    NOISE = "noise"  # no telegram begins here
    FRAMING = "framing"  # began like a telegram, and broke the rules of its framing
    TRUNCATED = "truncated"  # cut off by the start of the next one, or by the end of the input
    CRC = "crc"  # the checksum is wrong, or missing from a source that sends one
    CIPHER = "cipher"  # encrypted: no key was given, or the key is wrong
    STRUCTURE = "structure"  # framed and intact, but not a push list that can be understood


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """Bytes that are no telegram. A value, never an exception: nothing read is lost."""

    reason: Reason
    raw: bytes
    hint: str = ""  # what to do about it, where that is known (English, for logs and machines)


class Register(msgspec.Struct, frozen=True):
    """One row of a telegram.

    `obis` is `A-B:C.D.E` (a group F of 255 is left out); a row that has no such code keeps what stands before
    its first bracket. `raw` holds the bracket contents of a P1 row, None for DLMS. `value` is the number with the
    scaler applied and `unit` its unit in one spelling (kWh, kvarh, Wh, W, kW, var, kvar, V, A, Hz, m3 ...); both are
    None where the row is no number. `text` is what a DLMS row says when that is no number.
    """

    obis: str
    raw: tuple[str, ...] | None
    value: Decimal | None = None
    unit: str | None = None
    text: str | None = None


class Reading(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One instant of one meter, in whole units. None where the meter said nothing: None is not 0.

    Import is what the house draws from the grid, export what it feeds. `at` is the meter's own time, in UTC.
    Energies are register states since the meter was fitted. Currents have a sign only where the meter sends one.
    Values finer than the unit are rounded to the nearest, half to even. A struct of msgspec instead of a frozen
    dataclass: made in a twentieth of the time, which the decoder needs.
    """

    at: datetime | None = None
    energy_import_wh: int | None = None
    energy_export_wh: int | None = None
    reactive_energy_import_varh: int | None = None
    reactive_energy_export_varh: int | None = None
    power_import_w: int | None = None
    power_export_w: int | None = None
    reactive_power_import_var: int | None = None
    reactive_power_export_var: int | None = None
    power_import_l1_w: int | None = None
    power_import_l2_w: int | None = None
    power_import_l3_w: int | None = None
    power_export_l1_w: int | None = None
    power_export_l2_w: int | None = None
    power_export_l3_w: int | None = None
    reactive_power_import_l1_var: int | None = None
    reactive_power_import_l2_var: int | None = None
    reactive_power_import_l3_var: int | None = None
    reactive_power_export_l1_var: int | None = None
    reactive_power_export_l2_var: int | None = None
    reactive_power_export_l3_var: int | None = None
    voltage_l1_mv: int | None = None
    voltage_l2_mv: int | None = None
    voltage_l3_mv: int | None = None
    current_l1_ma: int | None = None
    current_l2_ma: int | None = None
    current_l3_ma: int | None = None
