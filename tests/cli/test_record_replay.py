"""`hanport record` and `hanport replay` as a user runs them: as programs, on real sockets."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanport.sources.recording import open_recording, read_recording, times_path

CORPUS = Path(__file__).parents[1] / "corpus"
P1 = (CORPUS / "p1" / "se-landisgyr-e360-220204.txt").read_bytes()
STREAM = P1 * 3 + b"noise" + P1[:50]


def hanport(*arguments: object) -> list[str]:
    return [sys.executable, "-c", "from hanport.cli.main import main; main()", *map(str, arguments)]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(hanport(*arguments), capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def meter(stream: bytes = STREAM) -> Iterator[str]:
    """Gives one reader a stream, then says no more until the test ends; the address."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            link, _ = server.accept()
            with link:
                link.sendall(stream)
                over.wait(60)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        thread.join()


@contextmanager
def replay(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A replay that runs, and its port."""
    command = hanport("replay", *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = re.fullmatch(r"Listening on tcp://127.0.0.1:(\d+)\n", process.stdout.readline())
        assert port, process.stderr.read() if process.stderr else ""
        try:
            yield process, int(port[1])
        finally:
            process.terminate()


def read_all(port: int) -> bytes:
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as link:
        while data := link.recv(65536):
            received += data
    return received


def test_a_source_is_kept_for_some_time(tmp_path: Path) -> None:
    out = tmp_path / "x"
    with meter() as address:
        done = run("record", address, "--out", out, "--for", 1)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == STREAM
    assert all(chunk.at is not None for chunk in read_recording(out))
    assert f"{len(STREAM)} bytes, 3 telegrams" in done.stderr
    assert done.stdout == ""


def test_interrupted_it_says_what_was_kept(tmp_path: Path) -> None:
    out = tmp_path / "x"
    with meter() as address:
        process = subprocess.Popen(hanport("record", address, "--out", out), stderr=subprocess.PIPE, text=True)
        for _ in range(1000):
            if out.exists() and out.stat().st_size == len(STREAM):
                break
            time.sleep(0.01)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert f"Kept in {out}: 0:00:0" in said
    assert out.read_bytes() == STREAM


def test_a_recording_is_gone_on_with_only_when_asked(tmp_path: Path) -> None:
    out, source = tmp_path / "x", tmp_path / "source"
    source.write_bytes(P1)
    assert run("record", f"file:{source}", "--out", out).returncode == 0
    refused = run("record", f"file:{source}", "--out", out)
    assert refused.returncode == 2
    assert "--append" in refused.stderr
    assert out.read_bytes() == P1
    assert run("record", f"file:{source}", "--out", out, "--append").returncode == 0
    assert out.read_bytes() == P1 * 2


def test_when_nothing_comes_no_file_is_left(tmp_path: Path) -> None:
    out = tmp_path / "x"
    missing = run("record", f"file:{tmp_path}/none", "--out", out)
    assert missing.returncode == 2
    assert "There is no file" in missing.stderr
    empty = run("record", "file:/dev/null", "--out", out)
    assert empty.returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_is_not_there_is_said_and_tried_again(tmp_path: Path) -> None:
    done = run("record", f"serial:{tmp_path}/ttyUSB0", "--out", tmp_path / "x", "--for", 0.8)
    assert done.returncode == 1
    assert done.stderr.count("There is no device") >= 2
    assert "Next try in 0.5 s." in done.stderr


def test_what_was_recorded_is_served_again(tmp_path: Path) -> None:
    out = tmp_path / "x"
    out.write_bytes(STREAM)
    with replay(out, "--listen", "tcp://127.0.0.1:0", "--speed", "max") as (process, port):
        assert read_all(port) == STREAM
        assert process.wait(30) == 0


def test_recorded_and_replayed_it_is_the_same_recording(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(P1 * 200)
    with replay(first, "--listen", "tcp://127.0.0.1:0", "--speed", "max") as (process, port):
        run("record", f"tcp://127.0.0.1:{port}", "--out", second, "--for", 2)
        assert process.wait(30) == 0
    assert second.read_bytes() == first.read_bytes()


def test_its_own_timing_many_times_as_fast(tmp_path: Path) -> None:
    out = tmp_path / "x"
    writer = open_recording(out)
    for number in range(4):
        writer.write(P1, datetime(2026, 1, 31, tzinfo=UTC) + timedelta(seconds=10 * number))
    writer.close()
    with replay(out, "--listen", "tcp://127.0.0.1:0", "--speed", 100) as (_, port):
        begun = time.monotonic()
        assert read_all(port) == P1 * 4
        assert 0.25 < time.monotonic() - begun < 5


def test_in_a_loop_it_has_no_end(tmp_path: Path) -> None:
    out = tmp_path / "x"
    out.write_bytes(P1)
    with (
        replay(out, "--listen", "tcp://127.0.0.1:0", "--speed", "max", "--loop") as (_, port),
        socket.create_connection(("127.0.0.1", port), timeout=30) as link,
    ):
        received = b""
        while len(received) < 10 * len(P1):
            received += link.recv(65536)
    assert received.startswith(P1 * 9)


def test_without_waiting_it_ends_by_itself(tmp_path: Path) -> None:
    out = tmp_path / "x"
    out.write_bytes(P1)
    done = run("replay", out, "--listen", "tcp://127.0.0.1:0", "--speed", "max", "--no-wait")
    assert done.returncode == 0, done.stderr


def test_a_busy_port_is_said(tmp_path: Path) -> None:
    out = tmp_path / "x"
    out.write_bytes(P1)
    with socket.create_server(("127.0.0.1", 0)) as other:
        busy = other.getsockname()[1]
        with replay(out, "--listen", f"tcp://127.0.0.1:{busy}", "--speed", "max") as (process, port):
            assert port != busy
            assert read_all(port) == P1
            _, said = process.communicate(timeout=30)
    assert f"Port {busy} is busy; port {port} is taken instead." in said


def test_interrupted_it_ends_without_a_traceback(tmp_path: Path) -> None:
    out = tmp_path / "x"
    out.write_bytes(P1)
    with replay(out, "--listen", "tcp://127.0.0.1:0") as (process, _):
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        assert process.returncode == 130
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none"], "cannot be read"),
        ([__file__, "--speed", "0"], "is no speed"),
        ([__file__, "--speed", "nan"], "is no speed"),
        ([__file__, "--speed", "fast"], "is no speed"),
        ([__file__, "--listen", "mqtt://h/t"], "tcp://"),
    ],
)
def test_wrong_arguments_are_explained(arguments: list[str], said: str) -> None:
    done = run("replay", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_killed_a_recording_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "x"
    with meter() as address:
        process = subprocess.Popen(hanport("record", address, "--out", out), stderr=subprocess.DEVNULL)
        for _ in range(1000):
            if out.exists() and out.stat().st_size == len(STREAM):
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    os.truncate(times_path(out), times_path(out).stat().st_size - 3)
    with meter(P1) as address:
        assert run("record", address, "--out", out, "--for", 1, "--append").returncode == 0
    assert out.read_bytes() == STREAM + P1
