"""Samples of real telegrams: whose they are, and what they say beyond a reading."""

from datetime import UTC, datetime
from pathlib import Path

from hanport.home.sampling import Sampler, meter_number, to_store
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram
from hanport.port.values import Register

CORPUS = Path(__file__).parents[1] / "corpus"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def telegram(data: bytes) -> Telegram:
    decoder = Decoder()
    found = [event for event in (*decoder.feed(data), *decoder.finish()) if isinstance(event, Telegram)]
    return found[0]


def p1(*rows: str, identification: str = "XYZ5METER") -> Telegram:
    return telegram(("\r\n".join([f"/{identification}", "", *rows, "!", ""])).encode())


def test_a_swedish_telegram_has_no_number_and_nothing_beyond_the_list() -> None:
    files = sorted(CORPUS.glob("p1/*se-kamstrup*"))
    assert files
    sample = Sampler().sample(telegram(files[0].read_bytes()), NOW)
    assert sample.meter.identification == "KAM5"
    assert sample.meter.number is None
    assert sample.extras == ()
    assert sample.received_at == NOW


def test_what_has_no_field_is_kept_as_it_was_sent() -> None:
    sample = Sampler().sample(
        p1("1-0:1.7.0(0001.727*kW)", "0-1:24.2.1(101209112500W)(12785.123*m3)", "0-0:96.1.1(4B384547)"), NOW
    )
    assert [register.obis for register in sample.extras] == ["0-1:24.2.1"]
    assert sample.meter.number == "4B384547"
    assert sample.reading.power_import_w == 1727


def test_a_list_without_the_number_is_of_the_same_meter() -> None:
    sampler = Sampler()
    first = sampler.sample(p1("0-0:96.1.1(4B384547)"), NOW)
    assert sampler.sample(p1("1-0:1.7.0(0001.727*kW)"), NOW).meter == first.meter
    assert sampler.sample(p1("0-0:96.1.1(11111111)"), NOW).meter.number == "11111111"
    other = sampler.sample(p1("1-0:1.7.0(0001.727*kW)", identification="ABC5OTHER"), NOW)
    assert (other.meter.identification, other.meter.number) == ("ABC5OTHER", None)


def test_the_number_of_a_gas_meter_or_a_meters_type_is_not_its_number() -> None:
    registers = (Register("0-1:96.1.0", ("GAS",)), Register("1-1:96.1.1", None, text="6841121BN"))
    assert meter_number(registers) is None
    assert meter_number((*registers, Register("0-0:96.1.0", None, text="7359992"))) == "7359992"


def test_what_waits_to_be_stored_says_the_same_and_holds_no_rows() -> None:
    sample = Sampler().sample(p1("1-0:1.7.0(0001.727*kW)", "0-1:24.2.1(12785.123*m3)"), NOW)
    waiting = to_store(sample)
    assert (waiting.at, waiting.reading, waiting.meter, waiting.extras) == (
        sample.at,
        sample.reading,
        sample.meter,
        sample.extras,
    )
    assert waiting.telegram.raw == sample.telegram.raw
    assert waiting.telegram._registers is None
    assert sample.telegram._registers is not None
