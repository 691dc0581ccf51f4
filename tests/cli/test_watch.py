"""`hanport watch`: what it shows, in both languages, on every terminal; and no 0 where the meter said nothing."""

import asyncio
import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanport.cli.watch_view import Look, Seen, duration, one_line, percent, plain, view
from hanport.errors import SourceMissing
from hanport.port.decoder import decode_message
from hanport.port.telegram import Telegram
from hanport.port.values import Checksum, Protocol, Reading, Reason, Rejected
from hanport.sources.stream import Bytes, Connected, Event, Lost, Received

CORPUS = Path(__file__).parents[1] / "corpus"
PATH = CORPUS / "p1" / "se-landisgyr-e360-220204.txt"
(TELEGRAM,) = decode_message(PATH.read_bytes())
assert isinstance(TELEGRAM, Telegram)
NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
ENGLISH, SWEDISH = Look(20, "en"), Look(20, "sv")
SOURCE = "tcp://h:1"


def telegram(reading: Reading) -> Telegram:
    return Telegram(Protocol.P1, "TST5", Checksum.OK, b"", reading)


def seen(*received: Received) -> Seen:
    so_far = Seen(SOURCE)
    for item in received:
        so_far = so_far.and_then(item)
    return so_far


def shown(what: Seen, look: Look = ENGLISH, now: datetime = NOW) -> str:
    return view(what, now, look).plain.replace("\u00a0", " ").replace("\u2212", "-")


def lines(reading: Reading, look: Look = ENGLISH) -> dict[str, str]:
    text = shown(seen(Connected(NOW), Event(telegram(reading), NOW)), look)
    return {line.split()[0]: line for line in text.splitlines() if line}


FULL = Reading(
    at=NOW + timedelta(seconds=3),
    power_import_w=1727,
    power_export_w=0,
    energy_import_wh=6_678_394,
    energy_export_wh=1,
    voltage_l1_mv=230_100,
    current_l1_ma=16_000,
    current_l2_ma=16_100,
    current_l3_ma=20_100,
)


def test_the_numbers_as_english_people_write_them() -> None:
    said = lines(FULL)
    assert "1,727 W" in said["Import"] and "6,678.394 kWh" in said["Import"]
    assert " 0 W" in said["Export"] and "0.001 kWh" in said["Export"]
    assert "16.0 A" in said["L1"] and "230.1 V" in said["L1"]


def test_the_numbers_as_swedes_write_them() -> None:
    said = lines(FULL, SWEDISH)
    assert "1 727 W" in said["Uttag"] and "6 678,394 kWh" in said["Uttag"]
    assert "0,001 kWh" in said["Inmatning"]
    assert "16,0 A" in said["L1"]


def test_the_load_is_told_by_colour_and_by_sign() -> None:
    what = seen(Event(telegram(FULL), NOW))
    text = view(what, NOW, ENGLISH)
    by_phase = {line.plain[:2]: line for line in text.split("\n") if line.plain.startswith("L")}
    for phase, percentage, style, sign in (
        ("L1", "80 %", "green", "%  of"),
        ("L2", "81 %", "yellow", "% ! "),
        ("L3", "101 %", "red", "% !! OVER"),
    ):
        line = by_phase[phase]
        assert percentage in line.plain
        assert sign.strip() in line.plain.replace("  ", " ") or phase == "L1"
        assert style in {str(span.style) for span in line.spans}
    assert "!" not in by_phase["L1"].plain


@pytest.mark.parametrize(
    ("current_ma", "expected"),
    [(None, None), (0, 0), (1, 1), (16_000, 80), (16_001, 81), (20_000, 100), (20_001, 101), (-5000, 25)],
)
def test_percent_of_the_fuse(current_ma: int | None, expected: int | None) -> None:
    assert percent(current_ma, 20) == expected


def test_what_the_meter_does_not_say_is_a_dash_and_never_0() -> None:
    said = lines(Reading())
    for label in ("L1", "L2", "L3", "Import", "Export", "Clock"):
        assert "–" in said[label], label
        assert "0" not in said[label].replace("20", ""), label
    assert "0" not in one_line(seen(Event(telegram(Reading()), NOW)), ENGLISH).removeprefix("2026-01-31T12:00:00Z")
    assert "0" not in "".join(line for line in shown(Seen(SOURCE)).splitlines() if not line.startswith("Rejected"))


def test_a_current_out_of_the_house_keeps_its_sign() -> None:
    said = lines(Reading(current_l1_ma=-5000), SWEDISH)
    assert "-5,0 A" in said["L1"] and "25 %" in said["L1"]


@pytest.mark.parametrize(
    ("offset_s", "said"),
    [(3, "3 s ahead of ours"), (-3, "3 s behind ours"), (0, "as ours"), (-7200, "2 h behind ours")],
)
def test_the_meters_clock_and_its_offset(offset_s: int, said: str) -> None:
    assert said in lines(Reading(at=NOW + timedelta(seconds=offset_s)))["Clock"]


def test_the_age_ticks_and_telegrams_are_counted() -> None:
    what = seen(Event(telegram(FULL), NOW), Event(telegram(FULL), NOW))
    assert "0 s ago, number 2" in shown(what)
    assert "7 s ago, number 2" in shown(what, now=NOW + timedelta(seconds=7.9))
    assert "för 7 s sedan, nummer 2" in shown(what, SWEDISH, NOW + timedelta(seconds=7.9))
    assert "0 s ago" in shown(what, now=NOW - timedelta(hours=1)), "our own clock was set back"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_799, "47 h"),
        (172_800, "2 days"),
    ],
)
def test_spans_of_time(seconds: float, said: str) -> None:
    assert duration(seconds, ENGLISH) == said


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("look", [ENGLISH, SWEDISH])
def test_rejections_are_counted_and_the_last_is_explained(reason: Reason, look: Look) -> None:
    other = Reason.CRC if reason is Reason.NOISE else Reason.NOISE
    what = seen(Event(Rejected(other, b"x"), NOW), Event(Rejected(reason, b"x"), NOW))
    (line,) = [line for line in shown(what, look).splitlines() if line.startswith(("Rejected", "Avvisat"))]
    assert " 2, " in line
    assert line.split(": ", 1)[1]


def test_how_the_connection_is() -> None:
    lost = Lost(SourceMissing("There is no device /dev/x.", "Plug it in."), 4.0, NOW)
    assert "connecting" in shown(seen())
    assert "waiting for the first telegram" in shown(seen(Connected(NOW)))
    assert f"{SOURCE}, connected" in shown(seen(Connected(NOW), Event(telegram(FULL), NOW)))
    assert "There is no device /dev/x. Next try in 4 s." in shown(seen(lost))
    assert "Next try in 1 s." in shown(seen(lost), now=NOW + timedelta(seconds=3.2))
    assert "Trying again now." in shown(seen(lost), now=NOW + timedelta(seconds=4.1))
    assert "Nytt försök om 4 s." in shown(seen(lost), SWEDISH)
    assert "waiting" in shown(seen(lost, Connected(NOW), Bytes(b"x", NOW)))


INTEGERS = st.none() | st.integers(-(10**12), 10**12)
READINGS = st.builds(
    Reading,
    at=st.none() | st.datetimes(datetime(1990, 1, 2), datetime(2090, 1, 1), timezones=st.just(UTC)),
    **{name: INTEGERS for name in msgspec.structs.asdict(Reading()) if name != "at"},
)


@settings(max_examples=40, deadline=None)
@given(READINGS, st.sampled_from(["sv", "en"]), st.integers(40, 200), st.sampled_from(["utf-8", "ascii", "latin-1"]))
def test_any_reading_on_any_terminal(reading: Reading, language: str, width: int, encoding: str) -> None:
    look = Look(16, language, width, encoding)
    what = seen(Connected(NOW), Event(telegram(reading), NOW), Event(Rejected(Reason.NOISE, b""), NOW))
    text = view(what, NOW, look)
    text.plain.encode(encoding)
    for line in text.split("\n"):
        assert len(line.plain) <= width or line.plain.startswith(("Source", "K", "Clock")), (
            "these two go on in the next line"
        )
    one_line(what, look).encode(encoding)


def test_forty_columns_have_all_that_matters() -> None:
    said = lines(FULL, Look(20, "sv", 40))
    assert "█" in said["L1"] and "80 %" in said["L1"]
    assert "101 % !!" in said["L3"]
    assert "6 678,394 kWh" in said["Uttag"]


def test_letters_that_the_terminal_has_not() -> None:
    assert plain("Källa – 1\u00a0234 █░", "ascii") == "Kalla - 1 234 #."
    assert plain("Källa – 1\u00a0234 █░", "latin-1") == "Källa - 1 234 #."
    assert plain("Källa – █", "utf-8") == "Källa – █"
    assert plain("Källa", "no such encoding") == "Kalla"


def test_a_meter_cannot_steer_the_terminal() -> None:
    what = seen(Event(Telegram(Protocol.P1, "A\x1b[2J\r\n" + "B" * 100, Checksum.OK, b"", Reading()), NOW))
    assert "\x1b" not in shown(what) and "A[2JBB" in shown(what)


def hanport(*arguments: object) -> list[str]:
    return [sys.executable, "-c", "from hanport.cli.main import main; main()", *map(str, arguments)]


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run(
        hanport("watch", *arguments), capture_output=True, text=True, timeout=60, check=False, env=env
    )


def test_in_a_pipe_it_is_one_line_a_telegram(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(PATH.read_bytes() * 3 + b"noise")
    done = run(f"file:{path}")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3
    assert done.stdout.splitlines()[0].count("kWh") == 2
    assert done.stderr == "Rejected: 1, last: noise\n"
    assert len(run(f"file:{path}", "--once").stdout.splitlines()) == 1
    assert "Uttag" in run(f"file:{path}", "--once", LC_ALL="sv_SE.UTF-8").stdout
    assert "Uttag" in run(f"file:{path}", "--once", "--lang", "sv").stdout


def test_its_exit_codes_and_errors(tmp_path: Path) -> None:
    assert run("file:/dev/null").returncode == 1
    for arguments, said in (
        (["/dev/ttyUSB0"], "serial:/dev/ttyUSB0"),
        ([f"file:{tmp_path}/none"], "There is no file"),
        (["-", "--auth", "00" * 16], "--key"),
        (["-", "--key", "00"], "32 hex digits"),
        (["-", "--key", "xx"], "32 hex digits"),
        (["-", "--fuse", "0"], "fuse"),
    ):
        done = run(*arguments)
        assert done.returncode == 2
        assert said in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["mbus/at-netznoe-mbus-enc.hex", "hdlc/dk-kamstrup-omnipower-dummykey.hex"])
def test_with_its_key_an_encrypted_meter_is_read(name: str) -> None:
    (record,) = [record for record in json.loads((CORPUS / "index.json").read_text()) if record["file"] == name]
    authentication = ["--auth", record["keys"]["AK"]] if "AK" in record["keys"] else []
    done = run(f"file:{CORPUS / name}", "--key", record["keys"]["EK"], *authentication)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    without = run(f"file:{CORPUS / name}")
    assert without.returncode == 1
    assert "encrypted" in without.stderr


class Terminal:
    """A real terminal of a given size with `hanport watch` in it."""

    def __init__(self, *arguments: object, columns: int = 80, rows: int = 30, **environment: str) -> None:
        self.screen = b""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        env = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **environment}
        env.pop("COLUMNS", None)
        env.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            hanport("watch", *arguments), stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
        )
        os.close(theirs)
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        try:
            while data := os.read(self._ours, 65536):
                self.screen += data
        except OSError:  # EIO: the program has ended
            return

    def until(self, met: Callable[[bytes], bool]) -> None:
        for _ in range(2000):
            if met(self.screen):
                return
            time.sleep(0.01)
        raise AssertionError(self.screen)

    def end(self) -> int:
        code = self.process.wait(30)
        self._reading.join()
        os.close(self._ours)
        return code


def test_in_a_terminal_it_is_live_and_control_c_ends_it() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(PATH.read_bytes())
        await reader.read()
        writer.close()

    async def watch() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            terminal = Terminal(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", "--lang", "sv")
            await asyncio.to_thread(terminal.until, lambda screen: b"nummer 1" in screen)
            await asyncio.to_thread(terminal.until, lambda screen: "för 2 s sedan".encode() in screen)
            terminal.process.send_signal(signal.SIGINT)
            assert await asyncio.to_thread(terminal.end) == 130
            assert b"LGF5E360" in terminal.screen
            assert "█".encode() in terminal.screen
            assert b"Traceback" not in terminal.screen
            assert terminal.screen.rindex(b"\x1b[?25h") > terminal.screen.rindex(b"\x1b[?25l"), "the cursor is back"

    asyncio.run(watch())


def test_in_a_terminal_once_shows_the_whole_view() -> None:
    terminal = Terminal(f"file:{PATH}", "--once", columns=40, PYTHONIOENCODING="ascii")
    assert terminal.end() == 0
    terminal.screen.decode("ascii")
    for said in (b"LGF5E360", b"Import", b"kWh", b"L3", b"Rejected"):
        assert said in terminal.screen
