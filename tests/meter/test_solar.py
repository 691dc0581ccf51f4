"""The panels on the roof over a year."""

from datetime import date

import numpy as np
import pytest

from hanport.meter.solar import production_w

YEAR = [date(2025, 1, 1).toordinal() + day for day in range(0, 365, 4)]


def test_a_year_gives_what_roofs_at_this_latitude_give() -> None:
    """600 to 1000 kWh for each kWp is our own range for middle Sweden."""
    daily = np.array([production_w(1, day, 1.0).sum() / 3.6e6 for day in YEAR])
    assert 600 < daily.mean() * 365 < 1000
    months = np.array([date.fromordinal(day).month for day in YEAR])
    assert daily[np.isin(months, [5, 6, 7])].mean() > 15 * daily[np.isin(months, [12, 1])].mean()


def test_nothing_at_night_and_never_above_the_inverters_limit() -> None:
    produced = production_w(1, date(2025, 6, 14).toordinal(), 8.0)
    assert produced.shape == (86_400,)
    assert (produced[:3600] == 0).all()
    assert (produced[79_200:] == 0).all()
    assert 3000 < produced.max() <= 0.9 * 8000


@pytest.mark.parametrize("peak_kwp", [0.0, -1.0])
def test_no_panels_no_power(peak_kwp: float) -> None:
    assert not production_w(1, date(2025, 6, 14).toordinal(), peak_kwp).any()
