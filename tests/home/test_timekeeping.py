"""The instant of a telegram: the meter's clock as long as it can be believed."""

from datetime import UTC, datetime, timedelta

from hanport.home.timekeeping import Timekeeper

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
TEN = timedelta(seconds=10)


def test_the_meters_clock_counts_though_the_hubs_is_an_hour_off() -> None:
    keeper = Timekeeper()
    assert keeper.instant(NOON, NOON + timedelta(seconds=1)) == NOON
    assert keeper.instant(NOON + TEN, NOON + TEN - timedelta(hours=1)) == NOON + TEN
    assert keeper.instant(NOON + 2 * TEN, NOON + 2 * TEN + timedelta(hours=1)) == NOON + 2 * TEN


def test_without_a_meters_clock_the_time_of_receipt_counts() -> None:
    assert Timekeeper().instant(None, NOON) == NOON


def test_a_meter_that_lost_its_clock_is_not_believed() -> None:
    assert Timekeeper().instant(datetime(2010, 1, 1, tzinfo=UTC), NOON) == NOON


def test_a_hub_that_never_had_the_time_believes_the_meter() -> None:
    assert Timekeeper().instant(NOON, datetime(1970, 1, 1, 0, 5, tzinfo=UTC)) == NOON


def test_neither_clock_was_ever_set() -> None:
    """Both are wrong: the meter's may be the same after every start, ours goes on."""
    received = datetime(2020, 5, 1, tzinfo=UTC)
    assert Timekeeper().instant(datetime(2000, 1, 1, tzinfo=UTC), received) == received


def test_a_clock_that_stands_still_is_not_believed_until_it_goes_on() -> None:
    keeper = Timekeeper()
    assert keeper.instant(NOON, NOON) == NOON
    assert keeper.instant(NOON, NOON + TEN) == NOON + TEN
    assert keeper.instant(NOON, NOON + 2 * TEN) == NOON + 2 * TEN
    assert keeper.instant(NOON + 3 * TEN, NOON + 3 * TEN) == NOON + 3 * TEN


def test_the_same_telegram_twice_at_once_is_no_clock_that_stands() -> None:
    keeper = Timekeeper()
    keeper.instant(NOON, NOON)
    assert keeper.instant(NOON, NOON + timedelta(milliseconds=300)) == NOON


def test_a_recording_has_the_times_of_its_meter() -> None:
    assert Timekeeper(live=False).instant(NOON, NOON + timedelta(days=300)) == NOON
    assert Timekeeper(live=False).instant(None, NOON) == NOON
