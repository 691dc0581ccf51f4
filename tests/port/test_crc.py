"""The checksums give the check values of their catalogues, and those of real telegrams."""

from corpus_index import CASES
from hanport.port import crc


def test_check_values() -> None:
    """CRC RevEng catalogue: the checksum of the text 123456789."""
    assert crc.arc(b"123456789") == 0xBB3D
    assert crc.x25(b"123456789") == 0x906E
    assert crc.arc(b"") == 0
    assert crc.x25(b"") == 0


def test_a_captured_p1_telegram_carries_the_arc() -> None:
    content, _, sent = CASES["p1/se-kamstrup-omnia-220408-big.txt"].data.rpartition(b"!")
    assert crc.arc(content + b"!") == int(sent, 16)


def test_a_captured_frame_carries_the_x25_of_header_and_body() -> None:
    frame = CASES["hdlc/no-aidon-7d-in-info.hex"].data
    assert crc.x25(frame[1:7]) == int.from_bytes(frame[7:9], "little")
    assert crc.x25(frame[1:-3]) == int.from_bytes(frame[-3:-1], "little")


def test_the_crc_command_of_the_dsmr_documents_is_not_one_of_ours() -> None:
    """The sums printed in the DSMR documents do not belong to the printed texts; another polynomial is no way out."""
    assert crc.arc(b"/ISk5\\2MT382-1000\r\n\r\n!") != 0x522B
