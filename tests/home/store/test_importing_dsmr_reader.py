"""What dsmr-reader exports, read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanport.errors import ConfigError
from hanport.home.store.csv_columns import Energies, Options, Readings
from hanport.home.store.csv_values import Times
from hanport.home.store.importing import Kind
from hanport.home.store.importing_dsmr_reader import METER
from home.store.tables import instants, read, starts, values

READINGS = """\
id,timestamp,electricity_delivered_1,electricity_returned_1,electricity_delivered_2,electricity_returned_2,\
electricity_currently_delivered,electricity_currently_returned,phase_currently_delivered_l1,phase_voltage_l1,\
phase_power_current_l1
1,2026-01-31 13:00:00+01,1000.001,0.000,2000.002,0.500,1.234,0.000,1.234,230.1,5
2,2026-01-31 13:00:10+01,1000.004,0.000,2000.002,0.500,1.250,0.000,,,
3,2026-01-31 13:00:20+01,oops,0.000,2000.002,0.500,1.250,0.000,,,
4,yesterday,1000.004,0.000,2000.002,0.500,1.250,0.000,,,
"""
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_its_readings_with_registers_summed_over_the_tariffs(tmp_path: Path) -> None:
    kind, pieces, refusals = read(tmp_path / "x.csv", READINGS)
    assert kind is Kind.DSMR_READINGS
    (piece,) = pieces
    assert isinstance(piece, Readings)
    assert piece.meter == METER
    assert instants(piece) == [NOON, NOON + timedelta(seconds=10)]
    assert {name: values(column) for name, column in piece.columns.items()} == {
        "energy_import_wh": [3_000_003, 3_000_006],
        "energy_export_wh": [500, 500],
        "power_import_w": [1234, 1250],
        "power_export_w": [0, 0],
        "power_import_l1_w": [1234, None],
        "voltage_l1_mv": [230_100, None],
        "current_l1_ma": [5000, None],
    }
    assert sorted((refusal.line, refusal.reason) for refusal in refusals.kept) == [
        (4, "energy_import_wh is no number"),
        (5, "'yesterday' is no time"),
    ]
    assert all(refusal.remedy for refusal in refusals.kept)


@pytest.mark.parametrize(
    "headings",
    [
        "Hour Start,Electricity 1 (Low Tariff),Electricity 2 (High Tariff),Electricity 1 Returned (Low Tariff),"
        "Electricity 2 Returned (High Tariff),Gas",
        "hour_start,electricity1,electricity2,electricity1_returned,electricity2_returned,gas",
    ],
)
def test_its_hours(tmp_path: Path, headings: str) -> None:
    rows = "\n2026-01-31 13:00,0.5,0.25,0.0,0.125,0\n2026-01-31 14:00,0.5,,0.0,0.125,0\n2026-01-31 14:30,1,1,1,1,1\n"
    kind, pieces, refusals = read(tmp_path / "x.csv", headings + rows + "2026-01-31 15:00,x,1,1,1,1\nSumma,1,1,1,1,1\n")
    assert kind is Kind.DSMR_HOURS
    (piece,) = pieces
    assert isinstance(piece, Energies)
    assert piece.span_s == 3600
    assert starts(piece) == [NOON, NOON + timedelta(hours=1)]
    assert values(piece.import_wh) == [750, None]
    assert values(piece.export_wh) == [125, 125]
    assert sorted(refusal.line for refusal in refusals.kept) == [4, 5, 6]


def test_its_hours_in_utc(tmp_path: Path) -> None:
    text = "Hour Start,Electricity 1 (Low Tariff)\n2026-01-31 12:00,0.5\n"
    _, (piece,), _ = read(tmp_path / "x.csv", text, Options(times=Times.UTC))
    assert isinstance(piece, Energies)
    assert starts(piece) == [NOON]
    assert values(piece.export_wh) == [None]


def test_its_days_are_refused(tmp_path: Path) -> None:
    text = "Date,Electricity 1 (Low Tariff),Electricity 2 (High Tariff)\n2026-01-31,10.5,3.2\n"
    with pytest.raises(ConfigError, match="Export hours instead"):
        read(tmp_path / "x.csv", text)
