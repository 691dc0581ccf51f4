"""Where one may begin to read."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanport.home.share.boundary import Boundaries
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram
from hanport.port.values import Reading
from share_samples import READING, telegram_bytes

STREAMS = {
    "p1": telegram_bytes() * 4,
    "hdlc": telegram_bytes(profile="aidon-hdlc") * 8,
    "hdlc, shared flags": b"\x7e" + telegram_bytes(profile="aidon-hdlc")[1:] * 8,
}


def telegrams(data: bytes) -> list[Reading]:
    decoder = Decoder()
    events = decoder.feed(data) + decoder.finish()
    assert all(isinstance(event, Telegram) for event in events), events
    return [event.reading for event in events if isinstance(event, Telegram)]


@pytest.mark.parametrize("name", STREAMS)
@given(begin=st.integers(0, 1500), cuts=st.sets(st.integers(1, 1499), max_size=8))
@settings(max_examples=40, deadline=None)
def test_who_begins_at_a_boundary_gets_whole_telegrams_only(name: str, begin: int, cuts: set[int]) -> None:
    """The hub may begin in the middle, and the bytes come in any pieces."""
    stream = STREAMS[name]
    boundaries, found = Boundaries(), 0
    places = [begin, *sorted(begin + cut for cut in cuts), len(stream)]
    for start, end in pairwise(places):
        place = boundaries.feed(stream[start:end])
        if place is not None:
            found += 1
            whole = telegrams(stream[start + place :])
            assert whole == [READING] * len(whole)
    assert found >= 1


def test_noise_is_passed_over() -> None:
    boundaries = Boundaries()
    assert boundaries.feed(b"\xff" * 100) is None
    assert boundaries.feed(b"\xff" * 2000) is not None
    assert boundaries.feed(b"\xff" + telegram_bytes()[:-2]) == 1 + len(telegram_bytes()) - 2


def test_a_telegram_that_is_cut_has_no_boundary_yet() -> None:
    boundaries, raw = Boundaries(), telegram_bytes()
    assert boundaries.feed(raw[:300]) is None
    assert boundaries.feed(raw[300:] + raw[:10]) == len(raw) - 300
