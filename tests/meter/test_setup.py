"""What kind of house can be asked for."""

import pytest

from hanport.errors import ConfigError
from hanport.meter.setup import HouseSetup


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"seed": -1}, "seed"),
        ({"phases": 2}, "2 phases"),
        ({"main_fuse_a": 5}, "5 A"),
        ({"main_fuse_a": 201}, "201 A"),
    ],
)
def test_a_house_that_cannot_be_is_refused(wrong: dict[str, int], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        HouseSetup(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("solar_kwp", [-0.1, 100.1, float("nan")])
def test_panels_have_a_size(solar_kwp: float) -> None:
    with pytest.raises(ConfigError, match="kWp"):
        HouseSetup(solar_kwp=solar_kwp)


def test_the_limits_themselves_are_allowed() -> None:
    HouseSetup(seed=0, phases=1, main_fuse_a=6, solar_kwp=0)
    HouseSetup(main_fuse_a=200, solar_kwp=100)
