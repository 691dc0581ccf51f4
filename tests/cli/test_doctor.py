"""`hanport doctor`: sources watched through real sockets, devices and files; time is simulated."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from hanport.cli.doctor import as_json, as_text, command, report_on, teller
from hanport.cli.probe import Progress, examine, trouble_of
from hanport.clock import ManualClock
from hanport.doctor import Observation, Trouble, diagnose
from hanport.errors import (
    ConfigError,
    SourceBusy,
    SourceError,
    SourceForbidden,
    SourceMissing,
    SourceUnreachable,
)
from hanport.meter.device import MeterSetup, Output, VirtualMeter, telegrams
from hanport.meter.faults import AUTHENTICATION_KEY, ENCRYPTION_KEY
from hanport.meter.line import Line
from hanport.meter.module import ModuleSetup
from hanport.meter.outputs.pty import PtyOutput
from hanport.meter.outputs.tcp import TcpOutput
from hanport.meter.schedule import Plan
from hanport.models import MODELS
from hanport.port.cipher import Keys
from hanport.port.profiles import PROFILES
from hanport.port.uart import Setting
from hanport.port.values import Protocol
from hanport.sources.address import Address, SerialAddress, TcpAddress, parse_address

CORPUS = Path(__file__).parents[1] / "corpus"
START = datetime(2026, 1, 31, 17, 0, tzinfo=UTC)
HEALTHY = CORPUS / "p1/se-kamstrup-omnia-220408-big.txt"
INDEX = msgspec.json.decode((CORPUS / "index.json").read_bytes())
VALID = [case["file"] for case in INDEX if case["file"].split("/")[0] == "p1"]


def virtual_meter(clock: ManualClock, name: str, *faults: str) -> VirtualMeter:
    model = MODELS[name]
    profile = PROFILES[model.profile]
    module = ModuleSetup(model.module, model.interval_s, Line(Setting.parse(model.serial)))
    p1 = profile.protocol is Protocol.P1
    meter = VirtualMeter(MeterSetup(name=name, write=telegrams(profile), p1=p1, module=module), clock, start=START)
    meter.add_faults([Plan.parse(fault) for fault in faults])
    return meter


@asynccontextmanager
async def running(clock: ManualClock, meter: VirtualMeter, output: Output) -> AsyncIterator[None]:
    """The meter sends, and the simulated time passes as fast as the sockets can follow."""

    async def pass_time() -> None:
        while True:
            await clock.advance(0.25)
            await asyncio.sleep(0.001)

    meter.outputs.append(output)
    tasks = [asyncio.create_task(meter.run()), asyncio.create_task(pass_time())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def over_tcp(name: str, *faults: str, keys: Keys | None = None, closed: bool = False) -> Observation:
    clock = ManualClock(START)
    meter = virtual_meter(clock, name, *faults)
    meter.set_open(not closed)
    output = TcpOutput(meter.setup.module.line.setting)
    address = TcpAddress(*await output.open("127.0.0.1", 0))
    try:
        async with running(clock, meter, output):
            return await examine(address, clock=clock, limit_s=120, keys=keys)
    finally:
        await output.close()


async def over_pty(name: str, *faults: str, asked: str = "") -> tuple[Observation, list[Progress]]:
    clock = ManualClock(START)
    meter = virtual_meter(clock, name, *faults)
    output = PtyOutput()
    told: list[Progress] = []
    try:
        async with running(clock, meter, output):
            address = parse_address(f"serial:{output.path}{asked}")
            return await examine(address, clock=clock, limit_s=120, tell=told.append), told
    finally:
        output.close()


def keys_of(observation: Observation) -> list[str]:
    return [finding.key for finding in diagnose(observation)]


def watched_s(observation: Observation) -> float:
    return sum(stretch.watched_s for stretch in observation.stretches)


async def test_a_healthy_meter_is_let_go_after_three_telegrams() -> None:
    observation = await over_tcp("landisgyr-e360")
    assert keys_of(observation) == []
    assert watched_s(observation) < 30
    assert observation.stretches[0].telegrams_count == 3


async def test_the_watch_ends_at_the_first_sure_finding() -> None:
    observation = await over_tcp("kamstrup-omnia", "repeat")
    assert keys_of(observation) == ["repeated"]
    assert watched_s(observation) < 30


async def test_a_closed_port_takes_the_whole_time() -> None:
    observation = await over_tcp("kamstrup-omnia", closed=True)
    assert keys_of(observation) == ["nothing-came"]
    assert 120 <= watched_s(observation) < 123


async def test_keys_open_what_is_encrypted() -> None:
    right = Keys(ENCRYPTION_KEY, AUTHENTICATION_KEY)
    wrong = Keys(bytes(16), AUTHENTICATION_KEY)
    assert keys_of(await over_tcp("kamstrup-omnia", "encrypted")) == ["encrypted"]
    assert keys_of(await over_tcp("kamstrup-omnia", "encrypted", keys=wrong)) == ["wrong-key"]
    assert keys_of(await over_tcp("kamstrup-omnia", "encrypted", keys=right)) == []


async def test_a_serial_device_is_tried_with_other_settings() -> None:
    observation, told = await over_pty("kamstrup-omnia", "wrong-serial")
    (finding,) = diagnose(observation)
    assert finding.key == "wrong-setting"
    assert finding.numbers == {"works": "9600 7E1", "asked": "115200 8N1"}
    assert [stretch.setting for stretch in observation.stretches] == ["115200 8N1", "9600 7E1"]
    assert {progress.setting for progress in told} == {"115200 8N1", "9600 7E1"}
    assert all(0 <= progress.left_s <= 120 for progress in told)


async def test_a_wrong_setting_of_the_user_is_found() -> None:
    observation, _ = await over_pty("kamstrup-omnia", asked="?baud=9600&bytes=7E1")
    (finding,) = diagnose(observation)
    assert finding.numbers == {"works": "115200 8N1", "asked": "9600 7E1"}


async def test_an_m_bus_meter_on_the_usual_setting() -> None:
    observation, _ = await over_pty("kamstrup-hdlc")
    assert "wrong-setting" in keys_of(observation)
    assert observation.stretches[-1].setting in ("2400 8N1", "2400 8E1")  # a pseudo terminal knows no parity


async def test_a_serial_device_with_the_right_setting_is_left_alone() -> None:
    observation, _ = await over_pty("kaifa-ma304")
    assert keys_of(observation) == []
    assert len(observation.stretches) == 1


async def test_an_inverted_signal_is_known_before_other_settings_are_tried() -> None:
    observation, _ = await over_pty("kamstrup-omnia", "inverted")
    assert keys_of(observation) == ["inverted"]
    assert len(observation.stretches) == 1


async def test_damaged_telegrams_do_not_send_us_through_the_settings() -> None:
    observation, _ = await over_pty("aidon-hdlc", "crc")
    assert keys_of(observation) == ["bad-checksums-many"]
    assert len(observation.stretches) == 1


async def test_silence_is_tried_with_all_settings() -> None:
    observation, _ = await over_pty("kamstrup-omnia", "hang")
    assert keys_of(observation) == ["nothing-came"]
    assert [stretch.setting for stretch in observation.stretches] == [
        "115200 8N1",
        "9600 7E1",
        "2400 8E1",
        "2400 8N1",
    ]


async def test_a_bridge_that_hangs_up() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        address = TcpAddress("127.0.0.1", server.sockets[0].getsockname()[1])
        observation = await examine(address, clock=ManualClock(START), limit_s=120)
    assert observation.trouble is Trouble.LOST
    assert keys_of(observation) == ["source-lost"]


async def test_nobody_at_the_address() -> None:
    observation = await examine(TcpAddress("127.0.0.1", 1), clock=ManualClock(START), limit_s=120)
    assert keys_of(observation) == ["source-unreachable"]


async def test_a_device_that_is_no_serial_port() -> None:
    observation = await examine(SerialAddress("/dev/null"), clock=ManualClock(START), limit_s=120)
    assert keys_of(observation) == ["source-unreadable"]


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (SourceMissing("x"), Trouble.MISSING),
        (SourceBusy("x"), Trouble.BUSY),
        (SourceForbidden("x"), Trouble.FORBIDDEN),
        (SourceUnreachable("x"), Trouble.UNREACHABLE),
        (SourceError("x"), Trouble.UNREADABLE),
    ],
)
def test_what_an_error_says_of_the_source(error: SourceError, trouble: Trouble) -> None:
    assert trouble_of(error) is trouble


def run(*arguments: str, language: str = "en_GB.UTF-8") -> Result:
    return CliRunner().invoke(command, arguments, env={"LC_ALL": language}, standalone_mode=False)


def test_a_healthy_file() -> None:
    result = run(f"file:{HEALTHY}")
    assert result.return_value == 0
    assert result.stdout.startswith("Healthy")
    assert "Kamstrup OMNIA" in result.stdout
    assert "115200 8N1" in result.stdout
    assert result.stderr == ""


def test_the_language_is_that_of_the_environment_or_as_asked() -> None:
    assert run(f"file:{HEALTHY}", language="sv_SE.UTF-8").stdout.startswith("Friskt")
    assert run(f"file:{HEALTHY}", "--lang", "sv").stdout.startswith("Friskt")
    assert run(f"file:{HEALTHY}", "--lang", "en", language="sv_SE.UTF-8").stdout.startswith("Healthy")


@pytest.mark.parametrize("file", VALID)
def test_every_valid_telegram_of_the_corpus_is_healthy(file: str) -> None:
    result = run(f"file:{CORPUS / file}", "--json")
    report = json.loads(result.stdout)
    assert (result.return_value, report["healthy"]) == (0, True), report["findings"]
    assert {finding["severity"] for finding in report["findings"]} <= {"note"}


def test_json_for_machines() -> None:
    result = run(f"file:{CORPUS / 'p1-enc/lu-smarty-encrypted-est5.hex'}", "--json")
    report = json.loads(result.stdout)
    assert result.return_value == 1
    assert set(report) == {"healthy", "findings", "guide", "model", "seen"}
    (finding,) = report["findings"]
    assert set(finding) == {"key", "severity", "sure", "numbers", "text", "remedy"}
    assert (finding["key"], finding["numbers"], report["healthy"]) == ("encrypted", {"count": 1}, False)
    assert report["seen"]["rejected"] == {"cipher": 1}
    assert (report["model"], report["guide"]) == (None, None)


def test_json_of_a_healthy_meter_has_its_model() -> None:
    report = json.loads(run(f"file:{HEALTHY}", "--json").stdout)
    assert report["healthy"] is True
    assert (report["model"]["name"], report["model"]["alike"]) == ("kamstrup-omnia", ["kamstrup-omnipower-p1"])
    assert report["model"]["facts"]
    assert (report["seen"]["telegrams"], report["seen"]["identification"]) == (1, "KAM5")


def test_a_file_that_is_not_there_cannot_be_read() -> None:
    result = run("file:/nowhere/at/all", "--json")
    assert result.return_value == 2
    assert [finding["key"] for finding in json.loads(result.stdout)["findings"]] == ["source-missing"]


def test_a_device_that_is_not_there() -> None:
    result = run("serial:/dev/tty-not-there")
    assert result.return_value == 2
    assert "There is no serial:/dev/tty-not-there" in result.stdout


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert run(f"file:{tmp_path / 'empty'}").return_value == 2


def test_a_file_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear customer, your meter was read.\n" * 20)
    result = run(f"file:{tmp_path / 'letter'}", "--lang", "sv")
    assert result.return_value == 2
    assert result.stdout.startswith("Källan kan inte läsas.")
    assert "Troligen: " in result.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--key", "00"),
        ("--key", "no hex"),
        ("--auth", "00" * 16),
        ("--key", "00" * 16, "--auth", "11"),
        ("--for", "0"),
        ("--lang", "fi"),
    ],
)
def test_options_that_cannot_be(options: tuple[str, ...]) -> None:
    result = CliRunner().invoke(command, [f"file:{HEALTHY}", *options])
    assert result.exit_code == 2
    assert "Error" in result.stderr


def test_an_address_that_is_none() -> None:
    assert isinstance(run("nonsense").exception, ConfigError)


def test_the_progress_is_one_line_that_is_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    tell = teller("serial:/dev/ttyUSB0", "en")
    tell(Progress("9600 7E1", 61.4, 2))
    tell(Progress(None, 0, 1_000))
    shown = capsys.readouterr()
    assert shown.out == ""
    first, second = shown.err.split("\r")[1:]
    assert first.rstrip() == "serial:/dev/ttyUSB0: listening with 9600 7E1, 2 telegrams, at most 61 s left"
    assert second.startswith("serial:/dev/ttyUSB0: listening, 1000 telegrams")
    assert len(first) == len(second) == 79


def test_notes_are_said_as_notes() -> None:
    said = run(f"file:{CORPUS / 'hdlc/se-kaifa-amshan-se-list.hex'}").stdout
    assert "Note: Values of the Swedish list" in said
    assert "power of the single phases" in said


async def test_silence_comes_with_the_guide_for_a_restart() -> None:
    observation = await over_tcp("kamstrup-omnia", "hang@5")
    for language, word in (("sv", "huvudbrytaren"), ("en", "main switch")):
        report = report_on(observation, language)
        assert word in as_text(report)
        assert word in str(json.loads(as_json(report))["guide"])
        assert report.exit_code == 1


def test_addresses_are_of_the_kinds_that_are_known() -> None:
    address: Address = parse_address("serial:/dev/ttyUSB0?baud=9600&bytes=7E1")
    assert isinstance(address, SerialAddress)
    assert (address.baud, address.byte_format) == (9600, "7E1")
