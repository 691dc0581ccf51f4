"""Each phase against the main fuse, in words."""

import pytest

from hanport.home.config import HouseTable
from hanport.home.web.pagedata_gauge import Gauge, Level, gauges, net
from hanport.port.values import Reading


@pytest.mark.parametrize(
    ("current_ma", "percent", "level"),
    [
        (None, None, Level.UNKNOWN),
        (0, 0, Level.ROOM),
        (15_900, 80, Level.NEAR),
        (15_800, 79, Level.ROOM),
        (20_000, 100, Level.NEAR),
        (20_001, 101, Level.OVER),  # a hair over is over
        (28_900, 145, Level.FAR_OVER),
        (-21_000, 105, Level.OVER),  # a meter that signs its currents: the fuse does not care
    ],
)
def test_words_follow_the_share_of_the_fuse(current_ma: int | None, percent: int | None, level: Level) -> None:
    gauge = Gauge("l1", "L1", 20, current_ma)
    assert (gauge.percent, gauge.level) == (percent, level)


def test_the_arc_ends() -> None:
    assert Gauge("l1", "L1", 20, 100_000).filled == 150
    assert Gauge("l1", "L1", 20, 10_000).filled == 50
    assert Gauge("l1", "L1", 20).filled == 0


def test_a_house_has_its_phases_and_their_names() -> None:
    reading = Reading(current_l1_ma=1000, voltage_l2_mv=231_000, power_export_l3_w=300)
    three = gauges(HouseTable(phase_names=("Kök", "Garage")), reading)
    assert [gauge.name for gauge in three] == ["Kök", "Garage", "L3"]
    assert (three[0].current_ma, three[1].voltage_mv, three[2].power_w) == (1000, 231_000, -300)
    assert three[1].current_ma is None and three[0].power_w is None
    assert len(gauges(HouseTable(phases=1), reading)) == 1


def test_import_less_export() -> None:
    assert net(None, None) is None
    assert net(0, 200) == -200
    assert net(None, 200) == -200
    assert net(300, None) == 300
