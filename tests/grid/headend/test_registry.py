"""Which head-end a meter belongs to."""

from datetime import timedelta
from pathlib import Path

import pytest

from grid.headend.commands import configured
from hanport.errors import ConfigError
from hanport.grid.config import GridConfig
from hanport.grid.headend import choosing
from hanport.grid.headend.choosing import NoHeadEnd
from hanport.grid.headend.registry import build

TABLES = (
    'name = "a"\nkind = "rest"\nurl = "https://a.example"\nmakers = ["Kamstrup", "Aidon"]',
    'name = "b"\nkind = "cim"\nurl = "https://b.example"\nmakers = ["Landis+Gyr", "aidon"]\nanswer_within_hours = 2',
    'name = "c"\nkind = "work_list"',
    'name = "d"\nkind = "virtual"',
)


async def test_the_first_that_is_for_the_maker_is_taken() -> None:
    head_ends = build(configured(*TABLES), Path())
    assert [head_ends.for_maker(maker).name for maker in ("Kamstrup", " KAMSTRUP", "aidon", "Landis+Gyr")] == list(
        "aaab"
    )
    assert [head_ends.for_maker(maker).name for maker in ("Sagemcom", "")] == ["c", "c"]
    assert head_ends.named("d").name == "d"
    with pytest.raises(NoHeadEnd):
        head_ends.named("e")
    await head_ends.close()


async def test_a_meter_without_a_head_end_is_an_error() -> None:
    config = configured(*TABLES[:2])
    head_ends = build(config, Path())
    for maker in ("Sagemcom", ""):
        with pytest.raises(NoHeadEnd, match="No head-end is for meters of"):
            head_ends.for_maker(maker)
    with pytest.raises(NoHeadEnd):
        choosing.named(config, "c")
    await head_ends.close()


def test_people_are_given_days_and_systems_minutes() -> None:
    config = configured(*TABLES)
    assert [choosing.answer_within(config, name) for name in "abc"] == [
        timedelta(minutes=15),
        timedelta(hours=2),
        timedelta(days=3),
    ]


def test_without_a_setting_there_is_the_work_list() -> None:
    assert choosing.for_maker(GridConfig(), "Kamstrup").kind == "work_list"


def test_a_head_end_whose_answers_cannot_come_is_refused() -> None:
    with pytest.raises(ConfigError, match="no answer can ever come"):
        build(configured('name = "a"\nkind = "cim"\nurl = "https://a.example"\nasks = false'), Path())


def test_a_virtual_meter_is_reached_by_an_address() -> None:
    table = 'name = "d"\nkind = "virtual"\n[head_end.meters]\n1 = "somewhere"'
    with pytest.raises(ConfigError, match="no address"):
        build(configured(table), Path())
