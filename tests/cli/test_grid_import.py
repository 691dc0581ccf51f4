"""`hanport grid import`, as staff use it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select, update

from grid.planted import found_in
from grid.town import gsrn, person_number
from hanport.cli.grid import command as grid_command
from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.grid.database import tables
from hanport.grid.opening import opened

COUNT = 4


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "grid.toml"
    run(path, "new", "--test")
    path.write_text(path.read_text() + "\n[import]\nclosings_at_once = 1\n")
    return path


def run(config: Path, *arguments: str) -> Result:
    """A command; what it raised is raised here, but for its exit code."""
    result = CliRunner().invoke(grid_command, ["--config", str(config), *arguments], standalone_mode=False)
    if isinstance(result.exception, Exception):
        raise result.exception
    result.exit_code = result.return_value or 0
    return result


def files(folder: Path) -> list[str]:
    numbers = range(COUNT)
    written = {
        "customers.csv": ["key;number;name", *(f"K{n};{person_number(n).digits};Åsa {n}" for n in numbers)],
        "facilities.csv": ["gsrn;address", *(f"{gsrn(n)};Väg {n}" for n in numbers)],
        "contracts.csv": ["key;facility;customer;from;to", *(f"A{n};{gsrn(n)};K{n};2020-01-01;" for n in numbers)],
        "meters.csv": ["serial;facility;from", *(f"M{n};{gsrn(n)};2020-01-01" for n in numbers)],
    }
    for name, lines in written.items():
        (folder / name).write_text("\n".join([*lines, ""]), "utf-8")
    return [str(folder / name) for name in written]


def open_all(config: Path) -> None:
    """All customers ordered, and their ports are open."""
    with opened(config, SystemClock()) as grid, grid.database.writing("system") as work:
        chosen = select(tables.contract_holder, tables.contract.c.facility_id, tables.customer.c.person_id)
        for row in work.connection.execute(chosen.join(tables.contract).join(tables.customer)).all():
            order = {"id": f"O{row.contract_id}", "kind": "open", "state": "read_back", "identity": "desk"}
            order |= {name: getattr(row, name) for name in ("facility_id", "contract_id", "customer_id", "person_id")}
            work.connection.execute(insert(tables.order).values(order | {"created_at": work.at, "signed_at": work.at}))
        work.connection.execute(update(tables.port).values(may_be_open=True))


def test_files_go_in_from_the_command_line(config: Path, tmp_path: Path) -> None:
    paths = files(tmp_path)
    tried = run(config, "import", "--dry-run", *paths)
    assert tried.exit_code == 0 and "16 new" in tried.output and "nothing was stored" in tried.output
    assert "16 new, 0 changed" in run(config, "import", *paths, "--as", "anna").output
    again = json.loads(run(config, "import", "--json", *paths).output)
    assert (again["added"], again["unchanged"], again["state"]) == (0, 16, "applied")
    assert "staff:anna" not in run(config, "import", "list").output
    assert run(config, "import", "list", "--all").output.count("applied") == 2


@pytest.mark.parametrize("name", ["refused.csv", "refused.json"])
def test_refused_rows_are_written_whole(config: Path, tmp_path: Path, name: str) -> None:
    number = person_number(77)
    rows = [f"K{n};{number.digits[:-1]}{(int(number.digits[-1]) + 1) % 10};=1+1;{number.digits}" for n in range(30)]
    (tmp_path / "bad.csv").write_text("\n".join(["key;number;name;address", *rows, ""]))
    said = run(config, "import", str(tmp_path / "bad.csv"), "--report", str(tmp_path / name))
    assert said.exit_code == 1 and "30 refused" in said.output and "and 10 more" in said.output
    report = (tmp_path / name).read_text("utf-8-sig")
    assert report.count("bad.csv") >= 30
    assert not found_in((said.output + report).encode(), number)


def test_what_waits_is_decided_from_the_command_line(config: Path, tmp_path: Path) -> None:
    paths = files(tmp_path)
    run(config, "import", *paths)
    open_all(config)
    contracts = tmp_path / "contracts.csv"
    contracts.write_text("\n".join(contracts.read_text().splitlines()[:2]) + "\n")
    waits = run(config, "import", str(contracts), "--full", "contract", "--json")
    told = json.loads(waits.output)
    assert waits.exit_code == 1 and told["waits"] and told["closings"] == 3 and told["deadline"]
    batch_id = told["import"]
    assert batch_id in run(config, "import", "list").output
    shown = run(config, "import", "show", batch_id).output
    assert "3 ports would close" in shown and f"closes: meter M1 at {gsrn(1)}" in shown
    assert run(config, "import", "approve", batch_id, "--as", "Anna").exit_code == 1
    done = run(config, "import", "approve", batch_id, "--as", "Bo")
    assert done.exit_code == 0 and "applied" in done.output and "3 ports closed" in done.output
    assert json.loads(run(config, "import", "list", "--json").output) == []

    back = run(config, "import", *files(tmp_path))
    assert "They wait to be released" in back.output
    held = json.loads(run(config, "import", "list", "--json").output)
    assert held[0]["held"] == ["M1", "M2", "M3"]
    release = ["import", "release", held[0]["id"], "--as", "Anna", "--reason", "checked"]
    assert run(config, *release, "--meter", "M2").output == "Released: M2.\n"
    assert run(config, *release).output == "Released: M1, M3.\n"


def test_an_import_is_rejected_with_a_reason(config: Path, tmp_path: Path) -> None:
    run(config, "import", *files(tmp_path))
    open_all(config)
    contracts = tmp_path / "contracts.csv"
    contracts.write_text(contracts.read_text().replace("2020-01-01;", "2020-01-01;2021-01-01"))
    batch_id = json.loads(run(config, "import", "--json", str(contracts)).output)["import"]
    said = run(config, "import", "reject", batch_id, "--as", "Anna", "--reason", "wrong file")
    assert "rejected" in said.output
    assert run(config, "import", "list").output == "No import waits.\n"


def test_a_file_that_cannot_be_used_says_so(config: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("key;number;nmae\n")
    with pytest.raises(ConfigError, match="did you mean name"):
        run(config, "import", str(tmp_path / "x.csv"))
