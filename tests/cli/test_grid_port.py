"""`hanport grid port`, as staff use it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from grid.reconcile.hands import Hands
from grid.town import Town
from hanport.cli.grid import command as grid_command
from hanport.clock import SystemClock
from hanport.errors import HanportError
from hanport.grid import alarms
from hanport.grid.database.tables import installation
from hanport.grid.opening import opened
from hanport.grid.reconcile.standing import CannotDismantle, NoSuchMeter


def run(config: Path, *arguments: str) -> Result:
    """A command; what it raised is raised here, but for its exit code."""
    result = CliRunner().invoke(grid_command, ["--config", str(config), *arguments], standalone_mode=False)
    if isinstance(result.exception, Exception):
        raise result.exception
    result.exit_code = result.return_value or 0
    return result


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "grid.toml"
    path.write_text('environment = "test"\n')
    run(path, "keys", "new")
    run(path, "migrate")
    return path


def _opening(config: Path) -> tuple[int, str]:
    """A meter with a standing order, and its serial number."""
    with opened(config, SystemClock()) as grid:
        town = Town(grid.database)
        _, meter_id, customer_id, contract_id = town.household()
        town.request(contract_id, customer_id, deadline_at=grid.database.clock.now() + timedelta(hours=1))
        return meter_id, Hands(grid.database).serial(meter_id)


def test_the_sweep_finds_it_and_the_status_says_how_it_stands(config: Path) -> None:
    _, serial = _opening(config)
    assert "law: may be open (right)\nport: unknown" in run(config, "port", "status", serial).output
    assert run(config, "port", "sweep").output == "1 meters, 1 of them out of step; 1 new commands.\n"
    shown = run(config, "port", "status", serial).output
    assert "open queued (work-list)" in shown and "next look" not in shown
    found = json.loads(run(config, "port", "status", serial, "--json").output)
    assert (found["serial"], found["why"], found["commands"][0]["kind"]) == (serial, "right", "open")
    with pytest.raises(NoSuchMeter):
        run(config, "port", "status", "nobody's")


def test_alarms_are_listed_while_they_stand(config: Path) -> None:
    assert (run(config, "port", "alarms").output, run(config, "port", "alarms").exit_code) == ("Nothing.\n", 0)
    _opening(config)
    run(config, "port", "sweep")
    done = run(config, "port", "alarms")
    assert done.exit_code == 1 and "order_late  Order O" in done.output
    (alarm,) = json.loads(run(config, "port", "alarms", "--json").output)
    assert alarm["kind"] == alarms.ORDER_LATE


def test_a_meter_that_was_taken_down_is_not_tried_any_more(config: Path) -> None:
    meter_id, serial = _opening(config)
    run(config, "port", "sweep")
    with opened(config, SystemClock()) as grid:
        hands = Hands(grid.database, grid.config)
        hands.take()
    said = ["--staff", "anna", "--reason", "returned to the maker"]
    with pytest.raises(CannotDismantle):
        run(config, "port", "dismantled", serial, *said)
    with opened(config, SystemClock()) as grid, grid.database.writing("system") as work:
        gone = update(installation).where(installation.c.meter_id == meter_id)
        work.connection.execute(gone.values(ends_at=work.at))
    shown = run(config, "port", "status", serial).output
    assert "not installed" in shown and "may be open" in shown
    assert run(config, "port", "dismantled", serial, *said).output == f"{serial}: taken down.\n"
    assert "port: closed" in run(config, "port", "status", serial).output
    assert run(config, "port", "sweep").output.endswith("0 new commands.\n")
    assert issubclass(CannotDismantle, HanportError)
