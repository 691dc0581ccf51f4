"""The tables that hanport writes, and that people make in the same form, read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hanport.home.store.csv_columns import Billed, Energies, Options, Readings
from hanport.home.store.importing import Kind
from hanport.home.store.importing_own import METER
from hanport.home.values import MeterIdentity
from home.store.tables import instants, read, starts, values

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_readings_of_two_meters(tmp_path: Path) -> None:
    text = (
        "at_utc,run,meter,meter_number,received_utc,energy_import_wh,voltage_l1_mv\n"
        "2026-01-31T12:00:00Z,1,KAM5,,2026-01-31T12:00:00.500Z,1000,230100\n"
        "2026-01-31T12:00:10Z,1,KAM5,,,1001,\n"
        "2026-01-31T12:00:20Z,2,KAM5,,,5,\n"
        "2026-01-31T12:00:30Z,3,AUX,77,,6,\n"
        "soon,3,AUX,77,,6,\n"
        "2026-01-31T12:00:40Z,3,AUX,77,,1.5e,\n"
    )
    kind, pieces, refusals = read(tmp_path / "x.csv", text)
    assert kind is Kind.READINGS
    assert [piece.meter for piece in pieces if isinstance(piece, Readings)] == [
        MeterIdentity("KAM5", None),
        MeterIdentity("KAM5", None),
        MeterIdentity("AUX", "77"),
    ]
    first = pieces[0]
    assert isinstance(first, Readings)
    assert not first.foreign
    assert instants(first) == [NOON, NOON + timedelta(seconds=10)]
    assert values(first.columns["energy_import_wh"]) == [1000, 1001]
    assert values(first.columns["received_ms"]) == [1769860800500, None]
    assert values(first.columns["voltage_l1_mv"]) == [230_100, None]
    assert [(refusal.line, refusal.reason) for refusal in refusals.kept] == [
        (6, "'soon' is no time"),
        (7, "energy_import_wh is no number"),
    ]


def test_readings_made_by_hand(tmp_path: Path) -> None:
    text = "at_utc;energy_import_wh\n2026-01-31 12:00;1000\n2026-01-31 13:00;1500\n"
    _, (piece,), _ = read(tmp_path / "x.csv", text)
    assert isinstance(piece, Readings)
    assert piece.meter == METER
    assert instants(piece) == [NOON, NOON + timedelta(hours=1)]
    own = MeterIdentity("KAM5", None)
    _, (piece,), _ = read(tmp_path / "x.csv", text, Options(meter=own))
    assert isinstance(piece, Readings)
    assert piece.meter == own


def test_quarters(tmp_path: Path) -> None:
    text = (
        "start_utc,import_wh,export_wh,quality\n2026-01-31T12:00:00Z,5,,measured\n2026-01-31T12:15:00Z,6,7,estimated\n"
        "2026-01-31T12:20:00Z,6,7,measured\n2026-01-31T12:30:00Z,6,7,perfect\n2026-01-31T12:45:00Z,x,7,measured\n"
        "2026-01-31T13:00:00Z,8,9,interpolated\nnever,1,1,measured\n"
    )
    kind, (piece,), refusals = read(tmp_path / "x.csv", text)
    assert kind is Kind.QUARTERS
    assert isinstance(piece, Energies)
    assert piece.span_s == 900
    assert starts(piece) == [NOON, NOON + timedelta(minutes=15), NOON + timedelta(hours=1)]
    assert values(piece.import_wh) == [5, 6, 8]
    assert values(piece.export_wh) == [None, 7, 9]
    assert values(piece.quality) == [0, 2, 1]
    assert sorted(refusal.line for refusal in refusals.kept) == [4, 5, 6, 8]


def test_billed_hours(tmp_path: Path) -> None:
    text = (
        "start_utc,billed_import_wh,billed_export_wh\n2026-01-31T12:00:00Z,1500,\n2026-01-31T12:15:00Z,1,\n"
        "never,1,\n2026-01-31T13:00:00Z,x,\n2026-01-31T14:00:00Z,,9\n"
    )
    kind, (piece,), refusals = read(tmp_path / "x.csv", text)
    assert kind is Kind.BILLED
    assert isinstance(piece, Billed)
    assert starts(piece) == [NOON, NOON + timedelta(hours=2)]
    assert values(piece.import_wh) == [1500, None]
    assert values(piece.export_wh) == [None, 9]
    assert sorted(refusal.line for refusal in refusals.kept) == [3, 4, 5]


def test_hours_that_are_not_whole_are_refused(tmp_path: Path) -> None:
    text = "start_utc,import_wh,quarters\n2026-01-31T12:00:00Z,5,4\n2026-01-31T13:00:00Z,6,3\n"
    kind, (piece,), refusals = read(tmp_path / "x.csv", text)
    assert kind is Kind.HOURS
    assert isinstance(piece, Energies)
    assert values(piece.import_wh) == [5]
    assert values(piece.export_wh) == [None]
    assert [refusal.line for refusal in refusals.kept] == [3]
