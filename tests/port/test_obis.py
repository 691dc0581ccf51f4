"""OBIS codes and units in the spellings of all makers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.port import obis

CODES = {
    "1-0:1.8.0": "1-0:1.8.0",
    "1-0:1.8.0*255": "1-0:1.8.0",  # EasyMeter, ACE4000
    "1-0:31.7.0.255": "1-0:31.7.0",  # five groups
    "1-0:1.8.0&255": "1-0:1.8.0",
    "1-0:1.8.0*01": "1-0:1.8.0*1",  # the register of an earlier billing period is another register
    "0-0.1.0.0": "0-0:1.0.0",  # annex 3 of the Swedish recommendation
    "01-00:001.08.00": "1-0:1.8.0",
}


@pytest.mark.parametrize("text", CODES)
def test_one_spelling(text: str) -> None:
    assert obis.canonical(text) == CODES[text]


@pytest.mark.parametrize("text", ["", "1.8.0", "C.1.0", "1-0:1.8", "1-0:1.8.0*", " 1-0:1.8.0", "1-0:1.8.0\n", "KAM5"])
def test_other_text_is_no_code(text: str) -> None:
    assert obis.canonical(text) is None
    with pytest.raises(ValueError, match="no OBIS code"):
        obis.to_bytes(text)


@given(st.binary(min_size=6, max_size=6))
def test_bytes_and_text_say_the_same(code: bytes) -> None:
    text = obis.from_bytes(code)
    assert obis.to_bytes(text) == code
    assert obis.canonical(text) == text


def test_a_group_beyond_a_byte_has_no_bytes() -> None:
    assert obis.canonical("1-0:999.8.0") == "1-0:999.8.0"
    with pytest.raises(ValueError, match="256"):
        obis.to_bytes("1-0:999.8.0")


@pytest.mark.parametrize(
    ("sent", "unit"),
    [
        ("kVArh", "kvarh"),
        ("kvarh", "kvarh"),
        ("kVarh", "kvarh"),
        ("kVAr", "kvar"),
        ("VAr", "var"),
        ("kVA", "kVA"),
        ("KWH", "kWh"),
        ("kWh ", "kWh"),  # Holley
        ("MWh", "MWh"),
        ("M3", "m3"),
        ("a", "A"),
        ("hz", "Hz"),
        ("furlong", "furlong"),
        ("", ""),
    ],
)
def test_units(sent: str, unit: str) -> None:
    assert obis.canonical_unit(sent) == unit
