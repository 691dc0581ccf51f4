"""The catalog of meter models holds together."""

import dataclasses
import re

import pytest

from hanport.locale import has_text
from hanport.models import MODELS, Feed, MeterClock, Model, OwnSupply, Plug, Sure
from hanport.models.rows import (
    AIDON_HDLC,
    KAIFA_HDLC,
    KAMSTRUP_LIST_1,
    SWEDISH,
    SWEDISH_BY_PHASE,
    SWEDISH_BY_QUANTITY,
)

LAYOUTS = {
    "kamstrup-omnia",
    "aidon-6534",
    "landisgyr-e360",
    "sagemcom-s211",
    "kaifa-ma304",
    "aidon-hdlc",
    "kaifa-hdlc",
    "kamstrup-hdlc",
}

every_model = pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)


def test_the_catalog_is_frozen() -> None:
    with pytest.raises(TypeError):
        MODELS["mine"] = MODELS["kamstrup-omnia"]  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        MODELS["kamstrup-omnia"].name = "mine"  # type: ignore[misc]


def test_there_is_a_model_for_every_layout_that_can_be_written() -> None:
    assert {model.profile for model in MODELS.values()} == LAYOUTS
    assert set(MODELS) >= LAYOUTS


@every_model
def test_a_model_is_complete(model: Model) -> None:
    assert MODELS[model.name] is model
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", model.name)
    assert model.maker in model.display
    assert re.fullmatch(r"\d+ [78][NEO]1", model.serial)
    assert 1 <= model.interval_s <= 15
    assert model.signs
    assert model.sources
    assert len(set(model.rows)) == len(model.rows)
    assert all(re.fullmatch(r"\d-\d:\d+\.\d+\.\d+", row) for row in model.rows)


@every_model
def test_everything_a_model_points_at_has_a_text(model: Model) -> None:
    for key in (*model.faults, *model.facts):
        assert has_text("doctor", f"known.{key}"), key
    assert has_text("doctor", f"guide.{model.restart}")
    assert has_text("doctor", f"supply.{model.supply.feed}-{model.supply.sure}")
    assert has_text("doctor", f"clock.{model.clock}-{model.clock_sure}")


@every_model
def test_models_that_look_alike_say_so_of_each_other(model: Model) -> None:
    for name in model.alike:
        assert model.name in MODELS[name].alike
        assert MODELS[name].rows == model.rows


@every_model
def test_a_supply_without_numbers_is_not_said_to_be_given(model: Model) -> None:
    if model.supply.feed is Feed.GIVES:
        assert model.supply.voltage_mv is not None
    if model.supply.feed is Feed.UNKNOWN:
        assert model.supply.sure is Sure.UNCONFIRMED


def test_the_swedish_list_has_27_rows() -> None:
    assert len(SWEDISH) == len(SWEDISH_BY_PHASE) == len(SWEDISH_BY_QUANTITY) == len(AIDON_HDLC) == 27
    assert set(SWEDISH_BY_QUANTITY) == set(AIDON_HDLC) == SWEDISH
    assert len(KAIFA_HDLC) == 18
    assert len(KAMSTRUP_LIST_1) == 12


def test_facts_that_others_rely_on() -> None:
    omnipower = MODELS["kamstrup-omnipower-p1"]
    assert (omnipower.profile, omnipower.interval_s, omnipower.module) == ("kamstrup-omnia", 10, "omnipower-p1")
    assert omnipower.supply.feed is Feed.NEEDS
    assert omnipower.supply.sure is Sure.REPORTED  # two users' threads, no paper
    assert MODELS["kamstrup-hdlc"].serial == "2400 8N1"
    assert MODELS["kamstrup-hdlc"].plug is Plug.RJ45_MBUS
    assert MODELS["kaifa-hdlc"].interval_s == 15
    assert MODELS["landisgyr-e360"].clock is MeterClock.NORMAL_TIME
    assert MODELS["kamstrup-omnia"].clock is MeterClock.BY_SETTING


def test_a_supply_that_is_not_confirmed_is_not_relied_on() -> None:
    own = {name: model.supply.own for name, model in MODELS.items()}
    assert own["kamstrup-omnipower-p1"] is OwnSupply.NEEDED
    assert own["aidon-6534"] is OwnSupply.NOT_NEEDED
    assert own["kamstrup-omnia"] is own["sagemcom-s211"] is OwnSupply.ADVISED
