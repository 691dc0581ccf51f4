"""The last telegram row by row."""

import pytest

from corpus_index import FOLDER
from hanport.home.web.pagedata_telegram import meaning, raw_text, rows
from hanport.home.web.pagedata_words import HomeWords
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram
from home.web.household import present_reading, sample_of
from home.web.scene import START

SV, EN = HomeWords("sv"), HomeWords("en")


@pytest.mark.parametrize(
    ("obis", "said"),
    [
        ("1-0:1.8.0", "Mätarställning: energi från elnätet"),
        ("1-1:1.8.0", "Mätarställning: energi från elnätet"),
        ("1-0:1.8.2", "Mätarställning: energi från elnätet, tariff 2"),
        ("0-0:1.0.0", "Mätarens klocka"),
        ("1-0:52.7.0", "Spänning, fas L2"),
        ("1-0:64.7.0", "Reaktiv effekt till elnätet, fas L3"),
        ("0-2:24.2.1", "Ställning hos ansluten mätare (gas, vatten, värme)"),
        ("1-3:0.2.8", "P1-formatets version"),
        ("1-0:99.99.9", "Okänd för oss"),
        ("nonsens", "Okänd för oss"),
    ],
)
def test_what_codes_mean(obis: str, said: str) -> None:
    assert meaning(obis, SV) == said


def test_every_row_of_the_swedish_list_has_a_meaning() -> None:
    telegram = sample_of(present_reading(START)).telegram
    for words in (SV, EN):
        made = rows(telegram, words)
        assert len(made) == 27
        assert all(row.meaning != words.t("obis.unknown") for row in made)
    assert [row.value for row in rows(telegram, SV) if row.obis == "1-0:32.7.0"] == ["230,9"]


def test_a_p1_telegram_is_shown_as_text() -> None:
    text = raw_text(sample_of(present_reading(START)).telegram)
    assert text.startswith("/KAM5\n\n0-0:1.0.0(261125130000W)") and "!" in text


def test_a_binary_telegram_is_shown_in_hexadecimal() -> None:
    shown = 0
    for path in sorted((FOLDER / "hdlc").iterdir()):
        content = path.read_text("utf-8") if path.suffix == ".hex" else ""
        if not content:
            continue
        for event in Decoder().feed(bytes.fromhex("".join(content.split()))):
            if isinstance(event, Telegram):
                first = raw_text(event).splitlines()[0]
                assert bytes.fromhex(first) == event.raw[:16]
                assert rows(event, EN)
                shown += 1
    assert shown
