"""The upright scale of charts, and lines on it."""

from hypothesis import given
from hypothesis import strategies as st

from hanport.home.web.pagedata_scale import line_path, scale

values = st.lists(st.one_of(st.none(), st.integers(-200_000, 200_000)), max_size=30)


@given(values, st.integers(1, 5000))
def test_a_scale_holds_everything_and_zero_in_few_steps(wanted: list[int | None], least: int) -> None:
    made = scale(wanted, least)
    known = [value for value in wanted if value is not None]
    assert made.bottom <= min([0, *known]) and made.top >= max([0, *known])
    assert made.top - made.bottom >= least
    assert 0 in made.ticks and made.ticks[-1] == made.top and 2 <= len(made.ticks) <= 7
    assert all(0 <= made.y(value) <= 100 for value in known)


def test_a_quiet_night_is_not_drawn_as_a_storm() -> None:
    assert scale([3, 4], 1000).ticks == (0, 500, 1000)
    assert scale([-3], 1000).ticks == (-1000, -500, 0)
    assert scale([], 1000).top == 1000


def test_export_stands_below_zero() -> None:
    made = scale([1500, -500], 100)
    assert made.ticks == (-500, 0, 500, 1000, 1500)
    assert (made.y(1500), made.y(0), made.y(-500)) == (0, 75, 100)
    assert made.height(-500) == 25


def test_a_gap_breaks_the_line_and_its_area() -> None:
    drawn = line_path([(0, 0), (10, 1000), (20, None), (30, 500)], scale([1000], 1000))
    assert drawn.line == "M0 1000L10 0M30 500"
    assert drawn.area == "M0 1000L0 1000L10 0L10 1000ZM30 1000L30 500L30 1000Z"
    assert drawn.zero == 1000


def test_nothing_is_drawn_of_nothing() -> None:
    assert line_path([(0, None)], scale([], 1000)).line == ""
