"""Recordings into pieces, and into the store: what the decoder alone would give, by thousands."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from corpus_index import CASES
from hanport.home.store.check import check
from hanport.home.store.csv_columns import Readings
from hanport.home.store.importing_recording import Source, Timed, Unused, read_recording
from hanport.home.store.loading import Loader
from hanport.home.store.moments import to_ms
from hanport.home.store.packing import NONE
from hanport.home.store.schema import READING_COLUMNS
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity
from hanport.port.profiles import PROFILES
from hanport.port.telegram import Telegram
from hanport.port.values import Reading
from home.store.filled import quarters, rows
from home.store.telegrams import BEGIN, readings, telegrams


def by_name(telegram: Telegram) -> MeterIdentity:
    return MeterIdentity(telegram.identification, None)


def source(data: bytes, *timed: Timed) -> Source:
    def pieces() -> Iterable[Timed]:
        return timed or [(None, data)]

    return Source(data, pieces)


def read(recording: Source) -> tuple[list[Readings], Unused]:
    unused = Unused()
    return list(read_recording(recording, by_name, unused)), unused


def said(pieces: list[Readings]) -> list[tuple[int, ...]]:
    """Times and values of all pieces."""
    found: list[tuple[int, ...]] = []
    for piece in pieces:
        nothing = np.full(len(piece.at_ms), NONE, np.int64)
        columns = [piece.columns.get(name, nothing) for name in READING_COLUMNS]
        found += zip(*(column.tolist() for column in (piece.at_ms, *columns)), strict=True)
    return found


def expected(given: list[Reading]) -> list[tuple[int, ...]]:
    """The same of readings."""

    def number(value: int | None) -> int:
        return NONE if value is None else value

    return [
        (to_ms(reading.at or BEGIN), *(number(getattr(reading, name)) for name in READING_COLUMNS)) for reading in given
    ]


@pytest.mark.parametrize("profile", ["landisgyr-e360", "kamstrup-omnia", "aidon-7534", "kaifa-ma304"])
def test_a_meter_that_tells_the_time(profile: str) -> None:
    given = readings(3000, PROFILES[profile])
    heard: list[int] = []
    unused = Unused()
    recording = source(b"".join(telegrams(given, PROFILES[profile])))
    pieces = list(read_recording(recording, by_name, unused, heard.append))
    assert said(pieces) == expected(given)
    assert {piece.meter.identification for piece in pieces} == {PROFILES[profile].identification}
    assert heard[-1] == 3000
    assert (unused.rejected.total(), unused.timeless) == (0, 0)


def test_what_is_damaged_is_counted_and_the_rest_read() -> None:
    sent = list(telegrams(readings(100)))
    sent[50] = sent[50].replace(b"230.1", b"280.1", 1)
    pieces, unused = read(source(b"".join(sent)))
    assert len(said(pieces)) == 99
    assert dict(unused.rejected) == {"crc": 1}


def test_another_meter_in_the_same_recording_begins_a_piece() -> None:
    given = readings(20)
    other = readings(30, PROFILES["kamstrup-omnia"], begin=BEGIN + timedelta(hours=1), first_wh=5)
    data = b"".join([*telegrams(given), *telegrams(other, PROFILES["kamstrup-omnia"])])
    pieces, _ = read(source(data))
    assert [len(piece.at_ms) for piece in pieces] == [20, 30]
    assert [piece.meter.identification for piece in pieces] == ["LGF5E360", "KAM5"]
    assert said(pieces) == expected([*given, *other])


TIMELESS = CASES["p1/nl-dsmr22-ndokter.txt"].data


def test_a_meter_without_a_clock_is_stored_by_the_times_of_receipt() -> None:
    times = [BEGIN + timedelta(seconds=10 * number) for number in range(3)]
    timed: list[tuple[datetime | None, bytes]] = [(at, TIMELESS) for at in times]
    pieces, unused = read(source(TIMELESS * 3, *timed, (times[-1], b"noise")))
    # the first is held until the second shows that this meter sends no checksum
    known = [to_ms(at) for at in (times[1], *times[1:])]
    assert [at for piece in pieces for at in piece.at_ms.tolist()] == known
    assert [ms for piece in pieces for ms in piece.columns["received_ms"].tolist()] == known
    assert unused.timeless == 0
    assert unused.rejected.total() == 1


def test_without_any_time_nothing_can_be_stored() -> None:
    pieces, unused = read(source(TIMELESS * 3))
    assert pieces == []
    assert unused.timeless == 3


def test_one_telegram_alone() -> None:
    pieces, _ = read(source(TIMELESS, (BEGIN, TIMELESS)))
    assert [at for piece in pieces for at in piece.at_ms.tolist()] == [to_ms(BEGIN)]


def test_a_recording_in_the_store_is_its_registers_and_twice_is_once(tmp_path: Path) -> None:
    given = readings(5000)
    recording = source(b"".join(telegrams(given)))
    outcomes = []
    for _ in range(2):
        store = Store(tmp_path / "hub.db")
        outcomes.append(Loader(store).load(read(recording)[0]))
        store.close()
        first, last = given[0].energy_import_wh, given[-1].energy_import_wh
        assert first is not None
        assert last is not None
        assert sum(quarter.import_wh for quarter in quarters(tmp_path / "hub.db")) == last - first
    assert [(each.stored, each.present) for each in outcomes] == [(5000, 0), (0, 5000)]
    assert rows(tmp_path / "hub.db", "SELECT COUNT(*) FROM run") == [(1,)]
    assert all(verdict.well for verdict in check(tmp_path / "hub.db"))
