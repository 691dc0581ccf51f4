"""Bulk decoding gives what the decoder alone gives: the same telegrams, the same rejections, never a wrong value."""

import mmap
from pathlib import Path

import msgspec
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus_index import CASES
from hanport.port import bulk, crc
from hanport.port.decoder import Decoder
from hanport.port.fields import FIELD_NAMES
from hanport.port.profiles import PROFILES
from hanport.port.telegram import Telegram
from hanport.port.values import Reading, Rejected
from hanport.port.write import write
from reading_strategies import readings

ROUGH = [
    CASES["hdlc/xx-aviborg-aidon.hex"].data,
    CASES["p1/nl-dsmr50-ndokter.txt"].data,
    CASES["p1/fi-aidon-7534-250519-dst.txt"].data,
    CASES["p1-bad/bad-se-ell5-redacted-ident.txt"].data,
    b"noise!",
    b"\r\n",
    b"/KAM5\r\n\r\n",
]


def by_the_decoder(recording: bytes) -> tuple[list[Reading], list[Rejected]]:
    decoder = Decoder()
    events = [e for start in range(0, len(recording), 500) for e in decoder.feed(recording[start : start + 500])]
    events += decoder.finish()
    telegrams = [event.reading for event in events if isinstance(event, Telegram)]
    return telegrams, [event for event in events if isinstance(event, Rejected)]


def rows(batch: bulk.Batch) -> list[list[int | None]]:
    return [[None if value == bulk.NONE else int(value) for value in row] for row in batch.columns.T]


def as_row(reading: Reading) -> list[int | None]:
    at, *values = msgspec.structs.astuple(reading)
    return [int(at.timestamp()) if at else None, *values]


def check(recording: bytes) -> None:
    batches = list(bulk.decode(recording))
    telegrams, rejected = by_the_decoder(recording)
    assert [row for batch in batches for row in rows(batch)] == list(map(as_row, telegrams))
    assert [r.raw for batch in batches for r in batch.rejected] == [r.raw for r in rejected]


@given(st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_recording_reads_as_the_decoder_reads_it(data: st.DataObject) -> None:
    recording = bytearray()
    for _ in range(data.draw(st.integers(1, 4))):
        profile = PROFILES[data.draw(st.sampled_from(["kamstrup-omnia", "aidon-6534", "sagemcom-s211"]))]
        first = data.draw(readings(profile, complete=True))
        for step in range(data.draw(st.integers(1, 6))):
            energy = ((first.energy_import_wh or 0) + step) % 10**10
            recording += write(msgspec.structs.replace(first, energy_import_wh=energy), profile)
        recording += data.draw(st.sampled_from([b"", b"", *ROUGH]))
    for _ in range(data.draw(st.integers(0, 3))):
        recording[data.draw(st.integers(0, len(recording) - 1))] = data.draw(st.integers(0, 255))
    check(bytes(recording))


def test_every_byte_changed_in_the_middle_of_a_run() -> None:
    """One damaged telegram among good ones: it is rejected, and its neighbours stand."""
    telegram = CASES["p1/se-landisgyr-e360-221105.txt"].data
    for place in range(len(telegram)):
        damaged = bytearray(telegram)
        damaged[place] = (0x3A, 0x00, telegram[place] ^ 1)[place % 3]
        check(telegram * 3 + bytes(damaged) + telegram * 2)


def test_every_clocks_and_days_read_alike() -> None:
    telegram = CASES["p1/se-landisgyr-e360-221105.txt"].data
    content = telegram[: telegram.index(b"!") + 1]
    parts = [telegram]
    for clock in (b"221231235959", b"230101000000", b"000101010000", b"231301000000", b"230229000000", b"240229000000"):
        parts += [seal(content.replace(b"221105140250", clock)), telegram]
    for clock in (b"230101240000", b"230101006000", b"230101000060"):
        parts.append(seal(content.replace(b"221105140250", clock)))
    check(b"".join(parts))


def seal(content: bytes) -> bytes:
    return content + b"%04X\r\n" % crc.arc(content)


def test_sums_of_tariffs_and_negative_currents_in_runs() -> None:
    for file in ("p1/nl-dsmr50-ndokter.txt", "p1/fi-aidon-7534-250519-dst.txt", "p1/at-sagemcom-t210-d-r-est5.txt"):
        check(CASES[file].data * 5)


def test_lower_case_and_missing_checksums() -> None:
    telegram = CASES["p1/se-landisgyr-e360-221105.txt"].data
    place = telegram.index(b"!") + 1
    bare = telegram[:place] + b"\r\n"
    check(telegram * 3 + telegram[:place] + telegram[place:].lower() + bare + telegram * 2)
    check(bare * 4)


def test_a_damaged_checksum_right_behind_the_first_of_a_layout() -> None:
    """Nothing of the run is good then: the telegram goes through the decoder by itself."""
    telegram = CASES["p1/se-landisgyr-e360-221105.txt"].data
    for good in range(1, 5):
        check(telegram * good + telegram[:-6] + b"0000\r\n" + telegram * 3)


def test_more_layouts_than_are_kept() -> None:
    forms = [b"/KAM5\r\n\r\n0-0:96.13.0(" + b"x" * n + b")\r\n1-0:1.7.0(0001.727*kW)\r\n!" for n in range(70)]
    check(b"".join(seal(form) * 4 for form in forms))


def test_batches_of_rejections_are_handed_out_on_the_way() -> None:
    broken = b"/KAM5\r\n\r\n!0000\r\n"
    sizes = [len(batch.rejected) for batch in bulk.decode(broken * 70_000)]
    assert sum(sizes) == 70_000
    assert len(sizes) == 2
    assert max(sizes) < 66_000


def test_an_empty_recording_and_one_of_noise() -> None:
    (batch,) = bulk.decode(b"")
    assert len(batch) == 0
    check(b"\xff" * 200_000)


def test_a_memory_map_and_many_batches(tmp_path: Path) -> None:
    telegram = CASES["p1/se-kamstrup-omnia-220408-big.txt"].data
    path = tmp_path / "recording"
    path.write_bytes(telegram * 150_000)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as recording:
        sizes = []
        for batch in bulk.decode(recording):
            sizes.append(len(batch))
            assert (batch.column("energy_import_wh") == 60_995_424).all()
    assert sum(sizes) == 150_000
    assert max(sizes) < 70_000


def test_columns_are_the_fields_of_reading() -> None:
    (batch,) = bulk.decode(CASES["p1/se-kamstrup-omnia-220408-big.txt"].data)
    assert batch.columns.shape == (len(FIELD_NAMES), 1)
    assert batch.column("voltage_l1_mv") == np.array([235_500])
