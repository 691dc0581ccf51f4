"""`hanport grid order` as the shell sees it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert

from grid.ordering.desk import Desk
from grid.planted import found_in
from grid.town import Town, person_number
from hanport.cli.main import cli
from hanport.clock import SystemClock
from hanport.grid.database import tables
from hanport.grid.opening import opened
from hanport.grid.ordering.wish import OrderError

_NUMBER = person_number(77)
_CHECKED = ["--checked-by", "desk", "--staff", "anna", "--document", "passport 88", "--number-file", "-"]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A new service."""
    path = tmp_path / "grid.toml"
    _grid(path, "new", "--test")
    return path


@pytest.fixture
def desk(config: Path) -> Iterator[Desk]:
    """Its database, with which the commands work too."""
    with opened(config, SystemClock()) as grid:
        yield Desk(grid.database)


def _grid(config: Path, *arguments: str, number: str = "") -> Result:
    done = CliRunner().invoke(
        cli, ["grid", "--config", str(config), *arguments], input=number + "\n", standalone_mode=False
    )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def _household(desk: Desk) -> tuple[str, int]:
    """A household of the person with that number: the facility's GSRN and the meter."""
    town = Town(desk.database)
    facility_id = town.facility()
    meter_id = town.meter(facility_id)
    town.contract(facility_id, town.customer(town.person(_NUMBER)))
    return desk.gsrn(facility_id), meter_id


def test_an_order_from_the_desk(config: Path, desk: Desk) -> None:
    gsrn, meter_id = _household(desk)
    done = _grid(config, "order", "open", gsrn, *_CHECKED, number=_NUMBER.digits)
    assert done.return_value == 0
    order_id, _, said = done.output.strip().partition(": ")
    assert said.startswith("right_checked, to be done before ")
    assert desk.commands(meter_id) == [("open", "queued", order_id)]
    assert "ordered before" in _grid(config, "order", "open", gsrn, *_CHECKED, number=_NUMBER.digits).output
    shown = json.loads(_grid(config, "order", "show", order_id, "--json").output)
    assert (shown["kind"], shown["state"], shown["identity"]) == ("open", "right_checked", "desk")
    assert f"open for {gsrn}: right_checked" in _grid(config, "order", "show", order_id).output
    assert order_id in _grid(config, "order", "list", gsrn).output
    assert [each["id"] for each in json.loads(_grid(config, "order", "list", gsrn, "--json").output)] == [order_id]
    cancelled = _grid(config, "order", "cancel", order_id, "--staff", "anna", "--reason", "a mistake")
    assert cancelled.output == f"{order_id}: cancelled\n"


def test_a_refusal_leaves_with_1(config: Path, desk: Desk) -> None:
    gsrn, meter_id = _household(desk)
    done = _grid(config, "order", "open", gsrn, *_CHECKED, number=person_number(78).digits)
    assert done.return_value == 1
    assert done.output.strip().endswith("refused (not_holder)")
    assert desk.commands(meter_id) == []


def test_staff_close_of_their_own_accord(config: Path, desk: Desk) -> None:
    gsrn, _ = _household(desk)
    done = _grid(config, "order", "close", gsrn, "--staff", "bo", "--reason", "a fire")
    assert done.return_value == 0
    order_id = done.output.partition(":")[0]
    shown = _grid(config, "order", "show", order_id).output
    assert "staff: bo" in shown
    assert "reason: a fire" in shown
    with pytest.raises(OrderError, match="reason"):
        _grid(config, "order", "close", gsrn, "--staff", "bo")
    asked = _grid(config, "order", "close", gsrn, *_CHECKED, number=_NUMBER.digits)
    assert asked.return_value == 0


def test_an_adapter_and_a_restart(config: Path, desk: Desk) -> None:
    gsrn, meter_id = _household(desk)
    old = {"serial": "A1", "meter_id": meter_id, "fitted_on": SystemClock().now().date().replace(year=2020)}
    desk.change(insert(tables.adapter).values(old))
    with pytest.raises(OrderError, match="kr"):
        _grid(config, "order", "warranty", gsrn, *_CHECKED, number=_NUMBER.digits)
    done = _grid(config, "order", "warranty", gsrn, "--accept-price", *_CHECKED, number=_NUMBER.digits)
    order_id = done.output.partition(":")[0]
    assert "price: 500.00 kr" in _grid(config, "order", "show", order_id).output
    visited = _grid(config, "order", "visit-done", order_id, "--staff", "bo", "--new-adapter", "A2")
    assert visited.output == f"{order_id}: read_back\n"
    assert _grid(config, "order", "restart", gsrn, *_CHECKED, number=_NUMBER.digits).return_value == 1


def test_the_number_comes_from_a_file_too_and_is_never_said(config: Path, desk: Desk, tmp_path: Path) -> None:
    gsrn, _ = _household(desk)
    file = tmp_path / "number"
    file.write_text(f"{_NUMBER.digits}\n")
    arguments = [*_CHECKED[:-1], str(file)]
    said = _grid(config, "order", "open", gsrn, *arguments).output
    file.write_text(_NUMBER.digits[:-1] + str((int(_NUMBER.digits[-1]) + 1) % 10))
    with pytest.raises(Exception, match="check digit") as wrong:
        _grid(config, "order", "open", gsrn, *arguments)
    with pytest.raises(Exception, match="cannot be read"):
        _grid(config, "order", "open", gsrn, *_CHECKED[:-1], str(tmp_path / "nothing"))
    told = _grid(config, "order", "list", gsrn, "--json").output
    said += str(wrong.value) + told
    assert found_in(said.encode(), _NUMBER) == []
    for path in tmp_path.glob("grid.db*"):
        assert found_in(path.read_bytes(), _NUMBER) == []
