"""What Home Assistant exports, read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanport.errors import ConfigError
from hanport.home.store.csv_columns import Energies, Options, Readings
from hanport.home.store.importing import Kind
from hanport.home.store.importing_home_assistant import METER
from home.store.tables import instants, read, starts, values

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

HISTORY = """\
entity_id,state,last_changed
sensor.electricity_meter_energy_consumption_tarif_1,1000.000,2026-01-31T12:00:00.000Z
sensor.electricity_meter_energy_consumption_tarif_1,unavailable,2026-01-31T12:10:00.000Z
sensor.electricity_meter_energy_consumption_tarif_1,1000.5,2026-01-31T13:00:00.000Z
sensor.electricity_meter_energy_consumption_tarif_2,2000,2026-01-31T12:00:00.000Z
sensor.electricity_meter_energy_consumption_tarif_2,2000.25,2026-01-31T12:30:00.500Z
sensor.electricity_meter_power_consumption,1.25,2026-01-31T12:00:00.000Z
sensor.electricity_meter_energy_production_tarif_1,5,2026-01-31T11:00:00.000Z
sensor.electricity_meter_energy_production_tarif_1,6,2026-01-31T13:00:00.000Z
"""


def test_a_history_of_registers_by_tariff(tmp_path: Path) -> None:
    kind, (piece,), refusals = read(tmp_path / "x.csv", HISTORY)
    assert kind is Kind.HA_HISTORY
    assert isinstance(piece, Readings)
    assert piece.meter == METER
    assert instants(piece) == [NOON, NOON + timedelta(minutes=30, milliseconds=500), NOON + HOUR]
    assert values(piece.columns["energy_import_wh"]) == [3_000_000, 3_000_250, 3_000_750]
    assert values(piece.columns["energy_export_wh"]) == [5000, 5000, 6000]
    assert refusals.count == 0


def test_a_register_that_falls_to_zero_for_a_moment(tmp_path: Path) -> None:
    text = "entity_id,state,last_changed\n" + "".join(
        f"sensor.import,{kwh},2026-01-31T12:0{minute}:00Z\n" for minute, kwh in enumerate((7, 8, 0, 8, 9))
    )
    _, (piece,), refusals = read(tmp_path / "x.csv", text)
    assert isinstance(piece, Readings)
    assert values(piece.columns["energy_import_wh"]) == [7000, 8000, 8000, 9000]
    assert [refusal.line for refusal in refusals.kept] == [4]


STATISTICS = "statistic_id,unit,start,state,sum\n"


def statistics(*rows: tuple[str, int, float, float]) -> str:
    return STATISTICS + "".join(
        f"sensor.p1_energy_{name},kWh,{NOON + HOUR * hour:%Y-%m-%dT%H:%M:%SZ},{state},{total}\n"
        for name, hour, state, total in rows
    )


def test_statistics_tell_what_was_shown_at_the_end_of_each_hour(tmp_path: Path) -> None:
    text = statistics(
        ("import", 0, 10.5, 1), ("export", 0, 2, 1), ("import", 1, 11, 1.5), ("import", 3, 12, 2.5), ("export", 3, 3, 2)
    )
    kind, (piece,), refusals = read(tmp_path / "x.csv", text + "sensor.p1_energy_import,°C,2026-01-31T12:00:00Z,1,1\n")
    assert kind is Kind.HA_STATISTICS
    assert isinstance(piece, Readings)
    assert instants(piece) == [NOON + HOUR, NOON + 2 * HOUR, NOON + 4 * HOUR]
    assert values(piece.columns["energy_import_wh"]) == [10_500, 11_000, 12_000]
    assert values(piece.columns["energy_export_wh"]) == [2000, None, 3000]
    assert refusals.count == 0


def test_where_the_state_is_set_back_the_sum_stands(tmp_path: Path) -> None:
    text = statistics(("import", 0, 10.5, 100), ("import", 1, 0.25, 100.25), ("import", 2, 0.5, 100.5))
    _, (piece,), _ = read(tmp_path / "x.csv", text)
    assert isinstance(piece, Readings)
    assert values(piece.columns["energy_import_wh"]) == [100_000, 100_250, 100_500]


def test_statistics_as_the_database_has_them(tmp_path: Path) -> None:
    text = "statistic_id;unit_of_measurement;start_ts;state;sum\nsensor.a;Wh;1769860800.0;1000;10\nsensor.a;Wh;x;1;1\n"
    _, (piece,), refusals = read(tmp_path / "x.csv", text + "sensor.a;Wh;1769864400.0;oops;NULL\n")
    assert isinstance(piece, Readings)
    assert instants(piece) == [NOON + HOUR]
    assert values(piece.columns["energy_import_wh"]) == [1000]
    assert [refusal.line for refusal in refusals.kept] == [3, 4]


def test_five_minutes(tmp_path: Path) -> None:
    text = "statistic_id,unit,start_ts,sum\n" + "".join(f"sensor.a,kWh,{1769860800 + 300 * n},{n}\n" for n in range(3))
    _, (piece,), _ = read(tmp_path / "x.csv", text)
    assert isinstance(piece, Readings)
    assert instants(piece)[0] == NOON + timedelta(minutes=5)


def test_which_series_is_which_can_be_told(tmp_path: Path) -> None:
    text = "entity_id,state,last_changed\nsensor.a,1,2026-01-31T12:00:00Z\nsensor.b,2,2026-01-31T12:00:00Z\n"
    with pytest.raises(ConfigError, match="--import-series"):
        read(tmp_path / "x.csv", text)
    _, (piece,), _ = read(tmp_path / "x.csv", text, Options(imports=("sensor.b",), exports=("sensor.a",), unit="Wh"))
    assert isinstance(piece, Readings)
    assert values(piece.columns["energy_import_wh"]) == [2]
    assert values(piece.columns["energy_export_wh"]) == [1]
    with pytest.raises(ConfigError, match=r"no series sensor\.c"):
        read(tmp_path / "x.csv", text, Options(imports=("sensor.c",)))
    with pytest.raises(ConfigError, match="no unit of energy"):
        read(tmp_path / "x.csv", text, Options(unit="J"))


def test_a_total_goes_before_its_tariffs_and_two_totals_are_too_many(tmp_path: Path) -> None:
    def row(name: str, kwh: int) -> str:
        return f"sensor.{name},{kwh},2026-01-31T12:00:00Z\n"

    head = "entity_id,state,last_changed\n"
    total = row("p1_energy_import", 3) + row("p1_energy_import_tariff_1", 1) + row("p1_energy_import_tariff_2", 2)
    _, (piece,), _ = read(tmp_path / "x.csv", head + total)
    assert isinstance(piece, Readings)
    assert values(piece.columns["energy_import_wh"]) == [3000]
    with pytest.raises(ConfigError, match="Several series"):
        read(tmp_path / "x.csv", head + total + row("other_energy_import", 5))


PANEL = """\
entity_id,type,unit,2026-01-31T12:00:00.000Z,2026-01-31T13:00:00.000Z,2026-01-31T14:00:00.000Z
sensor.import_1,grid_consumption,kWh,0.5,0.25,
sensor.import_2,grid_consumption,kWh,0.5,1,
sensor.export,grid_return,kWh,0.125,,
sensor.cost,grid_consumption_cost,SEK,1,1,1
sensor.pv,solar_production,kWh,1,1,1
"""


def test_the_energy_panel(tmp_path: Path) -> None:
    kind, (piece,), refusals = read(tmp_path / "x.csv", PANEL)
    assert kind is Kind.HA_PANEL
    assert isinstance(piece, Energies)
    assert piece.span_s == 3600
    assert starts(piece) == [NOON, NOON + HOUR]
    assert values(piece.import_wh) == [1000, 1250]
    assert values(piece.export_wh) == [125, None]
    assert refusals.count == 0


def test_a_cell_of_the_panel_that_is_no_energy(tmp_path: Path) -> None:
    _, (piece,), refusals = read(tmp_path / "x.csv", PANEL.replace("1,\n", "-1,\n"))
    assert isinstance(piece, Energies)
    assert values(piece.import_wh) == [1000, 250]
    assert [refusal.line for refusal in refusals.kept] == [3]


def test_a_panel_of_days_is_refused_also_with_empty_hours_between(tmp_path: Path) -> None:
    times = [NOON + HOUR * hour for hour in range(49)]
    head = "entity_id,type,unit," + ",".join(f"{at:%Y-%m-%dT%H:%M:%S.000Z}" for at in times)
    cells = ["5" if hour % 24 == 0 else "" for hour in range(49)]
    with pytest.raises(ConfigError, match="whole days"):
        read(tmp_path / "x.csv", head + "\nsensor.a,grid_consumption,kWh," + ",".join(cells) + "\n")


def test_a_panel_without_the_grid_or_with_odd_headings(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="grid_consumption"):
        read(tmp_path / "x.csv", PANEL.replace("grid_consumption,", "gas,"))
    with pytest.raises(ConfigError, match="not all times"):
        read(tmp_path / "x.csv", PANEL.replace("2026-01-31T14:00:00.000Z", "total"))
