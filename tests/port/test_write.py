"""Law 2: what can be read can be written."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_index import CASES, SWEDISH_P1
from hanport.port.decoder import Decoder, decode_message
from hanport.port.profiles import PROFILES
from hanport.port.telegram import Telegram
from hanport.port.values import Protocol, Reading
from hanport.port.write import Unwritable, fit, write
from reading_strategies import readings

BY_FILE = {
    "se-kamstrup": "kamstrup-omnia",
    "se-aidon": "aidon-6534",
    "fi-aidon-7534-25": "aidon-7534",
    "se-landisgyr": "landisgyr-e360",
    "se-sagemcom": "sagemcom-s211",
}


def read(data: bytes) -> Telegram:
    (telegram,) = decode_message(data)
    assert isinstance(telegram, Telegram)
    return telegram


@pytest.mark.parametrize("name", PROFILES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_what_is_written_reads_back(name: str, data: st.DataObject) -> None:
    profile = PROFILES[name]
    reading = data.draw(readings(profile))
    telegram = read(write(reading, profile))
    assert telegram.reading == reading
    assert telegram.protocol is profile.protocol
    assert (telegram.identification or "") == profile.identification


@pytest.mark.parametrize("name", PROFILES)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_a_stream_of_them_reads_back_too(name: str, data: st.DataObject) -> None:
    """The second telegram of a layout goes another way through the decoder than the first."""
    profile = PROFILES[name]
    sent = data.draw(st.lists(readings(profile, complete=True), min_size=2, max_size=5))
    decoder = Decoder()
    events = [event for reading in sent for event in decoder.feed(write(reading, profile))] + decoder.finish()
    assert [event.reading for event in events if isinstance(event, Telegram)] == sent


@pytest.mark.parametrize(
    "case", [case for case in SWEDISH_P1 if case.file[3:].startswith(tuple(BY_FILE))], ids=lambda case: case.file
)
def test_captures_come_back_byte_for_byte(case: object) -> None:
    file, raw = case.file, case.data  # type: ignore[attr-defined]
    profile = PROFILES[next(name for start, name in BY_FILE.items() if file[3:].startswith(start))]
    assert write(read(raw).reading, profile) == raw


@pytest.mark.parametrize(
    ("file", "name"),
    [("hdlc/se-aidon-amshan-se-list.hex", "aidon-hdlc"), ("hdlc/se-kaifa-amshan-se-list.hex", "kaifa-hdlc")],
)
def test_captured_lists_come_back_byte_for_byte(file: str, name: str) -> None:
    raw = CASES[file].data
    frame = write(read(raw).reading, PROFILES[name])
    assert raw in frame


def test_fit_rounds_limits_and_drops() -> None:
    reading = Reading(
        at=datetime(2026, 1, 1, 12, 0, 0, 999_999, tzinfo=UTC),
        voltage_l1_mv=230_149,
        voltage_l2_mv=230_150,
        current_l1_ma=99_000_000,
        power_import_l1_w=5,
        energy_import_wh=2**40,
    )
    fitted = fit(reading, PROFILES["aidon-hdlc"])
    assert fitted.at == datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert (fitted.voltage_l1_mv, fitted.voltage_l2_mv) == (230_100, 230_200)
    assert fitted.current_l1_ma == 3_276_700
    assert fitted.energy_import_wh == 2**32 - 1
    assert fit(reading, PROFILES["kaifa-hdlc"]).power_import_l1_w is None
    for profile in PROFILES.values():
        assert read(write(fit(reading, profile), profile)).reading == fit(reading, profile)


def test_what_cannot_be_said_is_an_error_that_names_the_field() -> None:
    with pytest.raises(Unwritable, match="voltage_l1_mv=230150"):
        write(Reading(voltage_l1_mv=230_150), PROFILES["kamstrup-omnia"])
    with pytest.raises(Unwritable, match="energy_import_wh"):
        write(Reading(energy_import_wh=2**32), PROFILES["kaifa-hdlc"])
    with pytest.raises(Unwritable, match="power_import_w=-1"):
        write(Reading(power_import_w=-1), PROFILES["aidon-hdlc"])


@pytest.mark.parametrize("name", ["kamstrup-omnia", "aidon-7534", "kaifa-hdlc", "kamstrup-hdlc", "aidon-hdlc"])
def test_times_that_a_clock_cannot_say(name: str) -> None:
    profile = PROFILES[name]
    wrong = [
        datetime(2026, 1, 1, 12, 0, 0, 1, tzinfo=UTC),
        datetime(2000, 12, 31, 12, tzinfo=UTC),
        datetime(2026, 1, 1, 12),  # nobody knows where
    ]
    if profile.protocol is Protocol.P1:
        wrong.append(datetime(2100, 1, 1, 12, tzinfo=UTC))  # two digits of the year
    for at in wrong:
        with pytest.raises(Unwritable, match="at="):
            write(Reading(at=at, power_import_w=1), profile)
    last = Reading(at=datetime(2099, 12, 31, 21, 59, 59, tzinfo=UTC), power_import_w=1)
    assert read(write(last, profile)).reading == last


def test_all_swedish_profiles_send_the_27_rows() -> None:
    for profile in PROFILES.values():
        if profile.protocol is Protocol.P1:
            assert len(profile.rows) == 27
            assert {row.field for row in profile.rows} == {None, *msgspec.structs.asdict(Reading())} - {"at"}
