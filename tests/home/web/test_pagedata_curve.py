"""The power line's data for the chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from hanport.home.web.pagedata_curve import BadSpan, Span, asked_span, curve


@dataclass
class Stored:
    step_s: float
    columns: Mapping[str, Sequence[int | None]]


@dataclass
class OneLine:
    stored: Stored
    asked: tuple[datetime, datetime, int] | None = None

    def line(self, begin: datetime, end: datetime, *, points: int) -> Stored:
        self.asked = (begin, end, points)
        return self.stored


def test_a_span_of_an_address() -> None:
    span = asked_span({"from": "1790000000", "to": "1790003600"})
    assert span == Span(datetime.fromtimestamp(1790000000, UTC), datetime.fromtimestamp(1790003600, UTC), 1000)
    assert asked_span({"from": "1790000000", "to": "1790003600", "points": "300"}).points == 300


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"from": "1790000000"},
        {"from": "1790000000", "to": "1790000000"},
        {"from": "1790000000", "to": "99999999999"},
        {"from": "-5", "to": "1790000000"},
        {"from": "1", "to": "1790000000"},
        {"from": "nu", "to": "1790000000"},
        {"from": "1790000000", "to": "1790003600", "points": "1"},
        {"from": "1790000000", "to": "1790003600", "points": "3001"},
        {"from": "1790000000", "to": "1790003600", "points": "٣٠٠"},
    ],
)
def test_what_cannot_be_read(query: dict[str, str]) -> None:
    with pytest.raises(BadSpan):
        asked_span(query)


def test_a_gap_is_not_bridged() -> None:
    reader = OneLine(
        Stored(60, {"at_s": [0, 60, 600, 660], "power_w": [1, 2, 3, None], "power_min_w": [0, 1, 2, None]})
    )
    made = curve(reader, Span(datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(900, UTC), 500))
    assert made["at"] == [0, 60, 330, 600, 660]
    assert made["power"] == [1, 2, None, 3, None]
    assert made["low"] == [0, 1, None, 2, None]
    assert made["l1"] == [None] * 5 and made["step_s"] == 60
    assert reader.asked is not None and reader.asked[2] == 500


def test_single_readings_may_be_a_minute_apart() -> None:
    reader = OneLine(Stored(0, {"at_s": [0, 60, 151], "power_w": [1, 2, 3]}))
    made = curve(reader, Span(datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(900, UTC), 500))
    assert made["power"] == [1, 2, None, 3]


def test_nothing_stored() -> None:
    made = curve(
        OneLine(Stored(0, {"at_s": [], "power_w": []})),
        Span(datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(900, UTC), 500),
    )
    assert made["at"] == made["power"] == made["l3"] == []
