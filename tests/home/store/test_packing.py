"""Columns packed and unpacked: what comes out is what went in, to the last bit and to the last None."""

import zlib
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.home.store.packing import NONE, Integers, PackingError, pack, unpack

NUMBERS = st.one_of(
    st.just(NONE), st.integers(-(2**63), 2**63 - 1), st.integers(-300, 300), st.sampled_from([0, 2**63 - 1, NONE + 1])
)


@st.composite
def blocks(draw: st.DrawFn) -> Integers:
    rows = draw(st.integers(1, 40))
    columns = draw(st.lists(st.lists(NUMBERS, min_size=rows, max_size=rows), min_size=1, max_size=6))
    return np.array(columns, np.int64)


@given(blocks())
def test_what_was_packed_comes_out(columns: Integers) -> None:
    data = pack(columns)
    assert np.array_equal(unpack(data), columns)
    some = unpack(data, [0])
    assert np.array_equal(some[0], columns[0])
    assert (some[1:] == NONE).all()


@given(blocks(), st.data())
def test_damaged_bytes_are_refused(columns: Integers, data: st.DataObject) -> None:
    packed = bytearray(pack(columns))
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(PackingError):
        unpack(bytes(packed))
    with pytest.raises(PackingError):
        unpack(pack(columns)[:place])


@pytest.mark.parametrize("data", [b"", b"\x01", bytes(40)])
def test_what_is_no_block_is_refused(data: bytes) -> None:
    with pytest.raises(PackingError, match="no block"):
        unpack(data)


def test_a_block_of_a_later_version_is_refused() -> None:
    later = b"\x02" + pack(np.zeros((1, 3), np.int64))[1:-4]
    with pytest.raises(PackingError, match="version 2"):
        unpack(later + zlib.crc32(later).to_bytes(4, "little"))


def test_a_house_takes_few_bytes() -> None:
    """Registers that count on, a clock that ticks, powers that wander: an hour of a meter, every 10 s."""
    chance = Random(1)
    at = [1_000_000 * 360 + 10_000 * number for number in range(360)]
    received = [at_ms + 800 + chance.randrange(40) for at_ms in at]
    power = [1500 + chance.randrange(60) for _ in at]
    energy = np.cumsum(power) // 360 + 60_000_000
    columns = np.array([at, received, energy, power, [230_000 + 100 * chance.randrange(9) for _ in at]], np.int64)
    assert len(pack(columns)) < 360 * 5
