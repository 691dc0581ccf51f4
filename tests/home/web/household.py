"""A house with a past, quick to make and the same each time: readings as columns, and as telegrams."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from hanport.home.values import MeterIdentity, Sample
from hanport.port.bulk import NONE
from hanport.port.decoder import Decoder
from hanport.port.fields import FIELD_NAMES
from hanport.port.profiles import PROFILES
from hanport.port.telegram import Telegram
from hanport.port.values import Reading
from hanport.port.write import fit, write

METER = MeterIdentity("KAM5", None)
INDEX = {name: number for number, name in enumerate(FIELD_NAMES)}
_VOLTS = 231
_DAY_S = 86_400


def past(begin: datetime, end: datetime, every_s: int, *, solar: bool = True, seed: int = 1) -> NDArray[np.int64]:
    """Readings of a house as columns (`hanport.port.bulk`): warm in summer, cold in winter, a sauna on Saturdays."""
    at = np.arange(int(begin.timestamp()), int(end.timestamp()), every_s, dtype=np.int64)
    phases = _phases(at, solar=solar, seed=seed)
    columns = np.full((len(FIELD_NAMES), len(at)), NONE, np.int64)
    columns[0] = at
    net = phases[0] + phases[1] + phases[2]
    _put(columns, "power", "", net)
    for number, phase in enumerate(phases, 1):
        _put(columns, "power", f"_l{number}", phase)
        columns[INDEX[f"voltage_l{number}_mv"]] = (2310 + (at // 60 * (7 + number) % 41) - 20) * 100
        columns[INDEX[f"current_l{number}_ma"]] = np.abs(phase) * 1000 // _VOLTS // 100 * 100
    for direction, part in (("import", np.maximum(net, 0)), ("export", np.maximum(-net, 0))):
        # What the registers have counted by then, since a fixed day: so that two pasts join.
        columns[INDEX[f"energy_{direction}_wh"]] = 1_000_000 + np.cumsum(part) * every_s // 3600
    return columns


def _put(columns: NDArray[np.int64], quantity: str, phase: str, net: NDArray[np.int64]) -> None:
    columns[INDEX[f"{quantity}_import{phase}_w"]] = np.maximum(net, 0)
    columns[INDEX[f"{quantity}_export{phase}_w"]] = np.maximum(-net, 0)


def _phases(at: NDArray[np.int64], *, solar: bool, seed: int) -> list[NDArray[np.int64]]:
    day = at // _DAY_S
    hour = (at + 3600) % _DAY_S / 3600
    season = np.cos(2 * np.pi * (at / _DAY_S / 365.25 - 0.04))  # 1 in mid-January, -1 in July
    chance = _chance(day, seed)
    cooking = np.exp(-(((hour - 17.8 + chance) / 0.5) ** 2)) * (2200 + 2200 * chance)
    morning = np.exp(-(((hour - 7.0) / 0.6) ** 2)) * 900
    heating = np.maximum(0, 700 + 900 * season) * (0.75 + 0.25 * np.sin(at / 700.0))
    sauna = np.where((day % 7 == 2) & (hour > 18.5) & (hour < 20.2), 6600, 0)
    car = np.where((chance > 0.4) & (hour > 0.5) & (hour < 3.5), 3700 + 5000 * chance, 0)
    kettle = np.where((at // 60 + day * 13) % 157 < 4, 1900, 0)
    sun = np.maximum(0, np.sin((hour - 6.5 + 2 * season) / (11 - 5 * season) * np.pi))
    roof = (
        np.where((hour > 4) & (hour < 21), sun, 0) * (3600 - 2900 * season) * (0.35 + 0.65 * _chance(at // 1800, seed))
    )
    roof = roof if solar else np.zeros_like(roof)
    third = (heating + sauna + car - roof) / 3
    base = 190 + 60 * ((at // 900) % 3)
    return [
        (third + base + kettle).astype(np.int64),
        (third + cooking * 0.6 + morning).astype(np.int64),
        (third + cooking * 0.4 + 120).astype(np.int64),
    ]


def _chance(number: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """A share of 0 to 1 for each number, always the same."""
    mixed = (number.astype(np.uint64) + np.uint64(seed)) * np.uint64(0x9E3779B97F4A7C15)
    return ((mixed >> np.uint64(40)) & np.uint64(1023)).astype(np.float64) / 1023


def reading_of(columns: NDArray[np.int64], number: int = -1) -> Reading:
    """One reading of the columns."""
    values = {name: int(columns[row, number]) for name, row in INDEX.items() if columns[row, number] != NONE}
    at = datetime.fromtimestamp(values.pop("at"), UTC)
    return msgspec.structs.replace(Reading(at), **values)


def sample_of(reading: Reading, *, late_s: float = 0.4) -> Sample:
    """The telegram of a Kamstrup OMNIA that says a reading, as the hub heard it so much later."""
    profile = PROFILES["kamstrup-omnia"]
    (telegram,) = Decoder().feed(write(fit(reading, profile), profile))
    assert isinstance(telegram, Telegram) and telegram.at is not None
    return Sample(telegram.at, telegram.at + timedelta(seconds=late_s), telegram, telegram.reading, METER, ())


def present_reading(at: datetime, **fields: int | None) -> Reading:
    """A quiet moment of the house, with what a test wants otherwise."""
    usual: dict[str, int | None] = {
        "energy_import_wh": 12_345_678,
        "energy_export_wh": 2_345_678,
        "power_import_w": 2436,
        "power_export_w": 0,
        "power_import_l1_w": 1420,
        "power_import_l2_w": 612,
        "power_import_l3_w": 404,
        "voltage_l1_mv": 230_900,
        "voltage_l2_mv": 231_800,
        "voltage_l3_mv": 229_700,
        "current_l1_ma": 6_200,
        "current_l2_ma": 2_700,
        "current_l3_ma": 1_800,
    }
    for name in FIELD_NAMES[1:]:
        usual.setdefault(name, 0)  # a meter of the Swedish list sends all of its 27 rows
    return msgspec.structs.replace(Reading(at), **{**usual, **fields})
