"""What a wrong setting or an inverted line makes of real telegrams is recognised."""

from itertools import product
from pathlib import Path

import pytest

from hanport.doctor.signal import ALIKE, ENOUGH_BYTES, SETTINGS, SURELY_ALIKE, Hypothesis, explain
from hanport.doctor.typical import TYPICAL, typical_telegrams
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram
from hanport.port.uart import Setting, receive

CORPUS = Path(__file__).parents[1] / "corpus"
REAL = (
    "p1/se-kamstrup-omnia-220408-big.txt",
    "p1/se-sagemcom-ell5-201020.txt",
    "p1/se-landisgyr-e360-210222-export.txt",
    "p1/se-aidon-6534-240108-evcc.txt",
    "p1/nl-dsmr50-iskra-1013.txt",
    "p1/at-sagemcom-t210-d-r-est5.txt",
)


def garbled(file: str, hypothesis: Hypothesis) -> bytes:
    sent, read = Setting.parse(hypothesis.sent), Setting.parse(hypothesis.read)
    return receive((CORPUS / file).read_bytes(), sent=sent, read=read, inverted=hypothesis.inverted)


def test_the_typical_telegrams_decode_to_the_typical_reading() -> None:
    for telegram in typical_telegrams():
        (event,) = Decoder().feed(telegram)
        assert isinstance(event, Telegram)
        assert event.reading.power_import_w == TYPICAL.power_import_w


@pytest.mark.parametrize("file", REAL)
@pytest.mark.parametrize("setting", SETTINGS)
def test_an_inverted_line_is_told_from_a_wrong_setting(file: str, setting: str) -> None:
    explanation = explain(garbled(file, Hypothesis(setting, setting, True)) * 3, setting)
    assert explanation is not None
    assert all(hypothesis.inverted for hypothesis in explanation.hypotheses)
    assert explanation.likeness > (SURELY_ALIKE if file.startswith("p1/se-") else ALIKE)


@pytest.mark.parametrize("file", REAL)
@pytest.mark.parametrize(("sent", "read"), [each for each in product(SETTINGS, SETTINGS) if each[0] != each[1]])
def test_a_wrong_setting_is_explained_by_itself_or_not_at_all(file: str, sent: str, read: str) -> None:
    """Read much slower than sent, hardly anything is left of a telegram: nothing is said then, and nothing false."""
    data = garbled(file, Hypothesis(sent, read, False)) * 12
    explanation = explain(data, read)
    if Setting.parse(sent).baud < Setting.parse(read).baud:
        assert explanation is not None
    if explanation is not None:
        assert any(hypothesis.sent == sent and not hypothesis.inverted for hypothesis in explanation.hypotheses)


@pytest.mark.parametrize("file", REAL)
def test_a_telegram_that_is_read_right_is_explained_by_that(file: str) -> None:
    explanation = explain((CORPUS / file).read_bytes(), "115200 8N1")
    assert explanation is not None
    assert [hypothesis.is_right for hypothesis in explanation.hypotheses] == [True]


@pytest.mark.parametrize("file", REAL)
def test_where_the_reader_s_setting_is_unknown_an_inverted_line_is_known_still(file: str) -> None:
    explanation = explain(garbled(file, Hypothesis("115200 8N1", "115200 8N1", True)), None)
    assert explanation is not None
    assert all(hypothesis.inverted for hypothesis in explanation.hypotheses)


def test_a_reader_with_a_setting_of_its_own() -> None:
    data = garbled(REAL[0], Hypothesis("19200 8N1", "19200 8N1", True))
    explanation = explain(data, "19200 8N1")
    assert explanation is not None
    assert Hypothesis("19200 8N1", "19200 8N1", True) in explanation.hypotheses


def test_a_setting_that_no_meter_has_is_as_good_as_unknown() -> None:
    data = garbled(REAL[0], Hypothesis("115200 8N1", "115200 8N1", True))
    assert explain(data, "115200 8M1") == explain(data, None)


def test_random_bytes_and_too_few_are_not_explained() -> None:
    assert explain(bytes(range(256)) * 10, "115200 8N1") is None
    assert explain(b"\0" * (ENOUGH_BYTES - 1), "115200 8N1") is None
    assert explain(b"", None) is None
    assert 0 < ALIKE < SURELY_ALIKE < 1
