"""`hanport decode` as the shell sees it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from corpus_index import CASES, FOLDER, Case

HANPORT = [sys.executable, "-c", "from hanport.cli.main import main; main()"]


def run(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*HANPORT, *arguments], input=data, capture_output=True, timeout=60, check=False)


def lines(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_telegram_as_the_design_writes_it() -> None:
    done = run("decode", str(FOLDER / "p1/se-kamstrup-omnia-220408-big.txt"))
    assert done.returncode == 0
    (line,) = lines(done)
    assert {name: line[name] for name in ("kind", "protocol", "identification", "crc", "at")} == {
        "kind": "telegram",
        "protocol": "p1",
        "identification": "KAM5",
        "crc": "ok",
        "at": "2022-04-08T12:50:21Z",
    }
    registers = line["registers"]
    assert isinstance(registers, list)
    assert registers[1] == {
        "obis": "1-0:1.8.0", "raw": ["00060995.424*kWh"], "value": "60995.424", "unit": "kWh",
    }  # fmt: skip
    assert registers[3]["unit"] == "kvarh"
    reading = line["reading"]
    assert isinstance(reading, dict)
    assert reading["power_import_w"] == 2202
    assert reading["current_l1_ma"] == 8300


def test_hex_text_and_standard_input() -> None:
    case = CASES["hdlc/se-kaifa-amshan-se-list.hex"]
    text = (FOLDER / case.file).read_bytes()
    for done in (run("decode", str(FOLDER / case.file)), run("decode", "-", data=text), run("decode", data=case.data)):
        assert done.returncode == 0
        (line,) = lines(done)
        assert line["protocol"] == "apdu"
        assert line["crc"] == "absent"
        assert line["registers"][7] == {  # type: ignore[index]
            "obis": "1-0:31.7.0", "raw": None, "value": "6.781", "unit": "A",
        }  # fmt: skip


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.keys], ids=lambda case: str(case.file))
def test_encrypted_with_and_without_keys(case: Case) -> None:
    assert case.keys is not None
    options = ["--key", case.keys.encryption.hex()]
    if case.keys.authentication:
        options += ["--auth", case.keys.authentication.hex(" ")]
    done = run("decode", str(FOLDER / case.file), *options)
    assert (done.returncode, lines(done)[0]["kind"]) == (0, "telegram")
    done = run("decode", str(FOLDER / case.file))
    assert (done.returncode, lines(done)[0]["reason"]) == (1, "cipher")
    assert "ask the network company" in str(lines(done)[0]["hint"])


def test_several_telegrams_and_noise() -> None:
    telegram = CASES["p1/se-landisgyr-e360-221105.txt"].data
    done = run("decode", data=telegram + b"noise" + telegram)
    assert done.returncode == 1
    assert [line["kind"] for line in lines(done)] == ["telegram", "rejected", "telegram"]
    assert lines(done)[1] == {"kind": "rejected", "reason": "noise", "length": 5}


def test_what_cannot_be_read_is_exit_2_and_says_what_to_do(tmp_path: Path) -> None:
    for path, said in ((tmp_path / "none", "There is no file"), (tmp_path, "is a folder")):
        done = run("decode", str(path))
        assert done.returncode == 2
        assert said in done.stderr.decode()
        assert b"Traceback" not in done.stderr


def test_nothing_at_all_is_exit_1() -> None:
    assert run("decode", data=b"").returncode == 1


@pytest.mark.parametrize("options", [["--key", "12"], ["--key", "xyz"], ["--auth", "00" * 16], ["--key", "00" * 17]])
def test_bad_keys(options: list[str]) -> None:
    done = run("decode", *options)
    assert done.returncode == 2
    assert options[0] in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_live_stream_is_not_waited_for() -> None:
    telegram = CASES["p1/se-landisgyr-e360-221105.txt"].data
    with subprocess.Popen([*HANPORT, "decode"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(telegram)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["kind"] == "telegram"
        process.stdin.close()
        assert process.wait(30) == 0


def test_bulk_writes_what_decode_says(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    recording, out = tmp_path / "recording", tmp_path / "out.parquet"
    parts = [CASES[f"p1/{name}.txt"].data for name in ("se-landisgyr-e360-221105", "nl-dsmr22-ndokter")]
    recording.write_bytes(parts[0] * 3)
    done = run("decode", "--bulk", str(recording), "--out", str(out))
    assert (done.returncode, done.stdout) == (0, b"")
    table = pq.read_table(out).to_pylist()
    reading = lines(run("decode", str(recording)))[0]["reading"]
    assert len(table) == 3
    for row in table:
        assert row.pop("at").isoformat() == "2022-11-05T13:02:50+00:00"
        assert row == reading
    recording.write_bytes(parts[1])
    assert run("decode", "--bulk", str(recording), "--out", str(out)).returncode == 0
    (row,) = pq.read_table(out).to_pylist()
    assert row["voltage_l1_mv"] is None
    recording.write_bytes(b"")
    assert run("decode", "--bulk", str(recording), "--out", str(out)).returncode == 1
    done = run("decode", "--bulk", str(tmp_path / "none"), "--out", str(out))
    assert done.returncode == 2
    assert run("decode", "--bulk", "-").returncode == 2
    assert run("decode", "--out", str(out)).returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.parquet", "recording"]


def test_a_reader_that_leaves_ends_it_quietly() -> None:
    telegram = CASES["p1/se-landisgyr-e360-221105.txt"].data
    with subprocess.Popen(
        [*HANPORT, "decode"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        process.stdin.write(telegram * 50)
        process.stdin.close()
        assert process.wait(30) == 1
        assert b"Traceback" not in process.stderr.read()
