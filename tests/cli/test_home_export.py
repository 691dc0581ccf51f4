"""`hanport home export` as the shell sees it."""

import csv
import io
import subprocess
from pathlib import Path

import pyarrow.parquet as pq

from cli.home_command import HANPORT, home, hub
from hanport.home.store.lock import data_lock
from home.store.filled import filled, quarters


def test_quarters_to_the_terminal_while_the_hub_runs(tmp_path: Path) -> None:
    database = hub(tmp_path)
    filled(database)
    with data_lock(database.parent):
        done = home(tmp_path, "export")
    assert done.returncode == 0, done.stderr
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [int(row["import_wh"]) for row in found] == [quarter.import_wh for quarter in quarters(database)]


def test_a_span_of_readings_to_a_file(tmp_path: Path) -> None:
    filled(hub(tmp_path))
    span = ("--from", "2026-01-31 13:15", "--to", "2026-01-31T12:30:00Z")
    done = home(tmp_path, "export", "--what", "readings", *span, "--out", "x.csv")
    assert done.returncode == 0, done.stderr
    assert "90 readings" in done.stderr
    found = list(csv.DictReader((tmp_path / "x.csv").read_text("utf-8").splitlines()))
    assert (found[0]["at_utc"], found[-1]["at_utc"]) == ("2026-01-31T12:15:00Z", "2026-01-31T12:29:50Z")
    refused = home(tmp_path, "export", "--out", "x.csv")
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert home(tmp_path, "export", "--out", "x.csv", "--force", "--from", "2026-02-01").returncode == 0
    assert len((tmp_path / "x.csv").read_text().splitlines()) == 1


def test_parquet(tmp_path: Path) -> None:
    filled(hub(tmp_path))
    done = home(tmp_path, "export", "--what", "hours", "--format", "parquet", "--out", "x.parquet")
    assert done.returncode == 0, done.stderr
    assert pq.read_table(tmp_path / "x.parquet").num_rows == 3
    assert "Parquet is no text" in home(tmp_path, "export", "--format", "parquet").stderr


def test_what_cannot_be_done_is_told(tmp_path: Path) -> None:
    filled(hub(tmp_path), 10)
    assert "no time" in home(tmp_path, "export", "--from", "yesterday").stderr
    done = home(tmp_path, "export", "--out", "missing/x.csv")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    filled(hub(tmp_path), 5000)
    command = [*HANPORT, "export", "--what", "readings"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"at_utc,")
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""
