"""Any meter as P1."""

from datetime import datetime, timedelta

import msgspec
import pytest

from corpus_index import CASES
from hanport.home.sampling import Sampler
from hanport.home.share.p1_view import as_p1
from hanport.port.decoder import decode_message
from hanport.port.telegram import Telegram
from hanport.port.values import Checksum, Protocol, Reading
from share_samples import NOW, READING, sample, sample_of, telegram_bytes


def read(data: bytes | None) -> Telegram:
    assert data is not None
    (telegram,) = decode_message(data)
    assert isinstance(telegram, Telegram)
    return telegram


def test_p1_is_passed_on_as_it_is() -> None:
    assert as_p1(sample_of(telegram_bytes())) == telegram_bytes()


@pytest.mark.parametrize("profile", ["aidon-hdlc", "kaifa-hdlc", "kamstrup-hdlc"])
def test_hdlc_is_written_anew(profile: str) -> None:
    heard = sample(READING, profile)
    told = read(as_p1(heard))
    assert (told.protocol, told.checksum, told.identification) == (Protocol.P1, Checksum.OK, "HAN5HANPORT")
    assert told.reading.energy_import_wh == heard.reading.energy_import_wh
    assert told.reading.power_import_w == heard.reading.power_import_w
    assert told.reading.current_l1_ma == heard.reading.current_l1_ma
    assert told.reading.at == heard.reading.at


def test_every_hdlc_list_of_the_corpus_has_its_p1() -> None:
    shown = 0
    for case in CASES.values():
        if case.folder not in ("hdlc", "mbus", "p1-enc") or case.undecodable or case.bare:
            continue
        for event in decode_message(case.data, case.keys):
            if isinstance(event, Telegram):
                told = read(as_p1(Sampler().sample(event, NOW)))
                assert told.reading.power_import_w == event.reading.power_import_w
                shown += 1
    assert shown >= 10


def test_a_meter_without_a_clock_row_gets_the_hubs_time() -> None:
    heard = sample(msgspec.structs.replace(READING, at=None), "aidon-hdlc")
    assert heard.reading.at is None
    assert read(as_p1(heard)).at == heard.at.replace(microsecond=0)


def test_what_the_meter_did_not_say_has_no_row() -> None:
    heard = sample(Reading(at=NOW, power_import_w=1_000), "aidon-hdlc")
    assert [register.obis for register in read(as_p1(heard)).registers] == ["0-0:1.0.0", "1-0:1.7.0"]


def test_a_time_that_p1_cannot_say_is_no_telegram() -> None:
    heard = sample(READING, "aidon-hdlc")
    far = msgspec.structs.replace(heard.reading, at=datetime(2150, 1, 1, tzinfo=NOW.tzinfo) + timedelta(seconds=1))
    strange = type(heard)(heard.at, heard.received_at, heard.telegram, far, heard.meter, heard.extras)
    assert as_p1(strange) is None
