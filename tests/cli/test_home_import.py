"""`hanport home import` as the shell sees it."""

from datetime import timedelta
from pathlib import Path

import pytest

from cli.home_command import home, hub
from corpus_index import CASES
from hanport.home.store.lock import data_lock
from hanport.sources.recording import open_recording
from home.store.filled import METER, filled, quarters, rows
from home.store.telegrams import BEGIN, readings, telegrams

HISTORY = "entity_id,state,last_changed\n" + "".join(
    f"sensor.p1_energy_import,{100 + hour},2026-01-31T{hour:02}:00:00.000Z\n" for hour in range(10)
)


def test_a_recording_and_the_same_again(tmp_path: Path) -> None:
    database = hub(tmp_path)
    given = readings(2000)
    (tmp_path / "port.bin").write_bytes(b"".join(telegrams(given)))
    done = home(tmp_path, "import", "port.bin")
    assert done.returncode == 0, done.stderr
    assert "a recording of the port" in done.stdout
    assert "2,000 new, 0 there already" in done.stdout
    assert "rows/s" in done.stdout
    before = quarters(database)
    assert sum(quarter.import_wh for quarter in before) == 1999 * 3
    again = home(tmp_path, "import", "port.bin")
    assert again.returncode == 0
    assert "0 new, 2,000 there already" in again.stdout
    assert quarters(database) == before
    assert home(tmp_path, "check").returncode == 0


def test_a_recording_of_a_meter_without_a_clock(tmp_path: Path) -> None:
    database = hub(tmp_path)
    data = CASES["p1/nl-dsmr22-ndokter.txt"].data
    writer = open_recording(tmp_path / "port.bin")
    for number in range(3):
        writer.write(data, BEGIN + timedelta(seconds=10 * number))
    writer.close()
    done = home(tmp_path, "import", "port.bin")
    assert done.returncode == 0, done.stderr
    # the first telegram is held until the second shows that this meter sends no checksum, and they say the same
    assert rows(database, "SELECT COUNT(*), MIN(received_ms) FROM reading") == [(2, 1769860810000)]
    (tmp_path / "port.bin.times").unlink()
    done = home(tmp_path, "import", "port.bin")
    assert done.returncode == 1
    assert "tell no time" in done.stderr


def test_what_is_refused_is_told_by_its_line_and_the_rest_goes_in(tmp_path: Path) -> None:
    database = hub(tmp_path)
    (tmp_path / "x.csv").write_text(HISTORY.replace("2026-01-31T03", "2026-01-32T03"))
    done = home(tmp_path, "import", "x.csv")
    assert done.returncode == 1
    assert "line 5:" in done.stderr
    assert "9 new" in done.stdout
    assert sum(quarter.import_wh for quarter in quarters(database)) == 9000


def test_many_refusals_are_counted(tmp_path: Path) -> None:
    hub(tmp_path)
    (tmp_path / "x.csv").write_text(HISTORY + "sensor.p1_energy_import,1,never\n" * 2000)
    done = home(tmp_path, "import", "x.csv")
    assert "and 1,980 more lines" in done.stderr
    assert done.stderr.count("line ") == 20


def test_a_trial_changes_nothing(tmp_path: Path) -> None:
    database = hub(tmp_path)
    filled(database)
    before = quarters(database)
    (tmp_path / "x.csv").write_text(HISTORY)
    done = home(tmp_path, "import", "--dry-run", "x.csv")
    assert done.returncode == 0, done.stderr
    assert "10 new" in done.stdout
    assert "A trial" in done.stdout
    assert quarters(database) == before


def test_the_registers_of_the_hubs_own_meter(tmp_path: Path) -> None:
    database = hub(tmp_path)
    (tmp_path / "x.csv").write_text(HISTORY)
    refused = home(tmp_path, "import", "--same-meter", "x.csv")
    assert refused.returncode == 2
    assert "has read no meter" in refused.stderr
    filled(database)
    before = sum(quarter.import_wh for quarter in quarters(database))
    refused = home(tmp_path, "import", "--same-meter", "x.csv")
    assert refused.returncode == 2
    assert (
        "cannot be those of the hub's meter: 109.000 kWh at 2026-01-31 09:00 UTC, and 1,000.000 kWh" in refused.stderr
    )
    (tmp_path / "x.csv").write_text(HISTORY.replace("import,10", "import,98"))
    assert home(tmp_path, "import", "--same-meter", "x.csv").returncode == 0
    assert rows(database, "SELECT identification FROM meter") == [(METER.identification,)]
    # from the first register of the history (980 kWh) to the hub's first (1 000 kWh), and on
    assert sum(quarter.import_wh for quarter in quarters(database)) == before + 20_000


def test_the_network_companys_hours_are_compared(tmp_path: Path) -> None:
    database = hub(tmp_path)
    filled(database)
    hours = [sum(quarter.import_wh for quarter in quarters(database)[start : start + 4]) for start in (0, 4)]
    text = f"Datum;Förbrukning (kWh)\n2026-01-31 13:00;{hours[0] / 1000:.3f}\n2026-01-31 14:00;9,5\n"
    (tmp_path / "x.csv").write_text(text + "2026-01-31 20:00;1\n")
    done = home(tmp_path, "import", "x.csv")
    assert done.returncode == 0, done.stderr
    assert "2 hours compared, 1 that the ledger does not know whole" in done.stdout
    assert "1 hours differ" in done.stdout
    assert f"2026-01-31 14:00  import 9.500 {hours[1] / 1000:.3f}" in done.stdout


def test_nothing_to_compare_and_no_difference(tmp_path: Path) -> None:
    hub(tmp_path)
    (tmp_path / "x.csv").write_text("Datum;kWh\n2026-01-31 13:00;1\n")
    assert "Nothing to compare" in home(tmp_path, "import", "x.csv").stdout
    (tmp_path / "y.csv").write_text(
        "start_utc,import_wh\n" + "".join(f"2026-01-31T12:{m:02}Z,250\n" for m in (0, 15, 30, 45))
    )
    done = home(tmp_path, "import", "y.csv", "x.csv")
    assert done.returncode == 0, done.stderr
    assert "No hour differs" in done.stdout


@pytest.mark.parametrize("text", ["a;b\n1;2\n", "", "\x00\x01"])
def test_what_cannot_be_brought_in(tmp_path: Path, text: str) -> None:
    database = hub(tmp_path)
    (tmp_path / "x.csv").write_text(text)
    done = home(tmp_path, "import", "x.csv")
    assert done.returncode == 2
    assert "docs/import-export.md" in done.stderr
    assert not database.exists()


def test_not_while_the_hub_runs(tmp_path: Path) -> None:
    database = hub(tmp_path)
    (tmp_path / "x.csv").write_text(HISTORY)
    with data_lock(database.parent):
        done = home(tmp_path, "import", "x.csv")
    assert done.returncode == 2
    assert "Stop it first" in done.stderr
