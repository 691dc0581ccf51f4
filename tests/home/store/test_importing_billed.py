"""Tables of network companies, in the many ways that they are written."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanport.errors import ConfigError
from hanport.home.store.csv_columns import Billed, Options, Refusals
from hanport.home.store.csv_values import Times
from hanport.home.store.importing import Kind
from home.store.tables import read, starts, values

BEGIN = datetime(2025, 12, 31, 23, tzinfo=UTC)  # midnight in Sweden
HOUR = timedelta(hours=1)


def billed(path: Path, text: str, options: Options | None = None) -> tuple[Billed, Refusals]:
    kind, (piece,), refusals = read(path, text, options)
    assert kind is Kind.NETWORK
    assert isinstance(piece, Billed)
    return piece, refusals


@pytest.mark.parametrize(
    "text",
    [
        "Datum;Förbrukning (kWh)\n2026-01-01 00:00;1,5\n2026-01-01 01:00;0,25\n",
        "Datum och tid;Förbrukning\n2026-01-01 00:00;1,5\n2026-01-01 01:00;0,25\n",
        "Datum;Tid;Elanvändning kWh\n2026-01-01;00:00;1,5\n2026-01-01;01:00;0,25\n",
        "Datum;Timme;Uttag (kWh)\n2026-01-01;0;1,5\n2026-01-01;1;0,25\n",
        "Datum;Timme;Uttag (kWh)\n2026-01-01;00-01;1,5\n2026-01-01;01-02;0,25\n",
        "Från;Till;Energi (kWh);Effekt (kW)\n2026-01-01 00:00;2026-01-01 01:00;1,5;9\n"
        "2026-01-01 01:00;2026-01-01 02:00;0,25;9\n",
        "Period;Värde;Enhet\n2026-01-01 00:00 - 01:00;1500;Wh\n2026-01-01 01:00 - 02:00;0,25;kWh\n",
        "Timestamp,Consumption (Wh)\n2026-01-01T00:00:00+01:00,1500\n2026-01-01T01:00:00+01:00,250\n",
        "Kund;Storgatan 1\nAnläggning;735999000000000000\n\nTidpunkt;Kostnad (kr);kWh;Status\n"
        "2026-01-01 00:00;3,1;1,5 kWh;Mätt\n2026-01-01 01:00;3,1;0,25 kWh;Mätt\n",
        "Period: 2026-01-01;Förbrukning;kWh\nDatum;Förbrukning;\n01.01.2026 00:00;1,5;\n01.01.2026 01:00;0,25;\n",
        "Datum;kWh\n2026-01-01 01:00;0,25\n2026-01-01 00:00;1,5\n",  # the latest first
    ],
)
def test_hours_however_they_are_written(tmp_path: Path, text: str) -> None:
    piece, refusals = billed(tmp_path / "x.csv", text)
    assert starts(piece) == [BEGIN, BEGIN + HOUR]
    assert values(piece.import_wh) == [1500, 250]
    assert values(piece.export_wh) == [None, None]
    assert refusals.count == 0


def test_both_directions(tmp_path: Path) -> None:
    text = "Datum;Förbrukning (kWh);Produktion (kWh)\n2026-01-01 00:00;1,5;0\n2026-01-01 01:00;;0,5\n"
    piece, _ = billed(tmp_path / "x.csv", text)
    assert values(piece.import_wh) == [1500, None]
    assert values(piece.export_wh) == [0, 500]


@pytest.mark.parametrize("heading", ["Inmatning (kWh)", "kWh", "Förbrukning kWh"])
def test_a_table_of_what_was_fed_in(tmp_path: Path, heading: str) -> None:
    text = f"Datum;{heading}\n2026-01-01 00:00;1,5\n"
    piece, _ = billed(tmp_path / "x.csv", text, Options(exported=True))
    assert values(piece.import_wh) == [None]
    assert values(piece.export_wh) == [1500]


def test_quarters_make_whole_hours(tmp_path: Path) -> None:
    rows = [f"2026-01-01 {quarter // 4:02}:{quarter % 4 * 15:02};0,25" for quarter in range(7)]
    piece, refusals = billed(tmp_path / "x.csv", "Datum;kWh\n" + "\n".join(rows))
    assert starts(piece) == [BEGIN]
    assert values(piece.import_wh) == [1000]
    assert [(refusal.line, refusal.reason) for refusal in refusals.kept] == [(6, "the hour is not whole")]


@pytest.mark.parametrize(
    "names",
    [
        [f"{hour:02}-{hour + 1:02}" for hour in range(24)],
        [f"{hour:02}:00-{(hour + 1) % 24:02}:00" for hour in range(24)],
        [str(hour) for hour in range(24)],
        [str(hour) for hour in range(1, 25)],
        [f"kl {hour:02}" for hour in range(24)],
    ],
)
def test_a_row_a_day(tmp_path: Path, names: list[str]) -> None:
    text = (
        ";".join(["Datum", *names, "Summa"]) + "\n2026-01-01;" + ";".join(f"{hour},5" for hour in range(24)) + ";288\n"
    )
    piece, refusals = billed(tmp_path / "x.csv", text)
    assert starts(piece) == [BEGIN + HOUR * hour for hour in range(24)]
    assert values(piece.import_wh) == [hour * 1000 + 500 for hour in range(24)]
    assert refusals.count == 0


def test_a_local_day_of_25_hours_and_the_same_day_in_normal_time(tmp_path: Path) -> None:
    begin = datetime(2026, 10, 24, 22, tzinfo=UTC)
    local = [0, 1, 2, 2, *range(3, 24)]
    text = "Datum;kWh\n" + "".join(f"2026-10-25 {hour:02}:00;{n}\n" for n, hour in enumerate(local))
    piece, refusals = billed(tmp_path / "x.csv", text)
    assert starts(piece) == [begin + HOUR * hour for hour in range(25)]
    assert values(piece.import_wh) == [hour * 1000 for hour in range(25)]
    assert refusals.count == 0
    normal = "Datum;kWh\n" + "".join(f"2026-10-25 {hour:02}:00;{hour}\n" for hour in range(24))
    piece, _ = billed(tmp_path / "x.csv", normal, Options(times=Times.NORMAL))
    assert starts(piece)[0] == begin + HOUR
    assert len(piece.start_s) == 24


def test_an_hour_called_by_its_end(tmp_path: Path) -> None:
    text = "Datum;kWh\n2026-01-01 01:00;1,5\n2026-01-01 02:00;0,25\n2026-01-01 24:00;1\n"
    piece, _ = billed(tmp_path / "x.csv", text, Options(at_end=True))
    assert starts(piece) == [BEGIN, BEGIN + HOUR, BEGIN + 23 * HOUR]


def test_rows_that_cannot_be_used_are_told_by_their_lines(tmp_path: Path) -> None:
    text = (
        "Datum;kWh\n2026-01-01 00:00;1,5\n2026-01-01 01:00;oops\n2026-01-01 02:00;-1\nSumma;1,5\n"
        "2026-01-01 00:00;1,5\n2026-01-01 00:00;2\n2026-01-01 03:07;1\n2026-01-01 04:00;\n2026-03-29 02:00;1\n"
        "2026-01-01 05:00;7\n"
    )
    piece, refusals = billed(tmp_path / "x.csv", text)
    assert values(piece.import_wh) == [1500, 7000]
    assert [refusal.line for refusal in refusals.kept] == [3, 4, 5, 7, 8, 10]
    assert "--times normal" in refusals.kept[-1].remedy
    assert "line 6" in refusals.kept[3].reason


def test_days_and_months_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="timvärden"):
        read(tmp_path / "x.csv", "Datum;kWh\n2026-01-01;30\n2026-01-02;31\n")


@pytest.mark.parametrize(
    "text", ["a;b\n1;2\n", "Datum;Temperatur\n2026-01-01;3\n", "Datum;kWh\nnej;3\n", "Datum;kWh\n"]
)
def test_what_is_no_table_of_energy(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="brought in"):
        read(tmp_path / "x.csv", text)


def test_nothing_but_empty_cells(tmp_path: Path) -> None:
    piece, refusals = billed(tmp_path / "x.csv", "Datum;kWh\n2026-01-01 00:00;\n")
    assert starts(piece) == []
    assert refusals.count == 0
