"""`hanport grid notice` and `hanport grid letter`, as staff use them."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from grid.letters.reading import words_of
from grid.ordering.desk import Desk
from grid.town import Town
from hanport.cli.grid import command as grid_command
from hanport.clock import SystemClock
from hanport.errors import ConfigError, HanportError
from hanport.grid.context import Grid
from hanport.grid.database import tables
from hanport.grid.letters.printing import PrintError
from hanport.grid.notices.spreading import spread
from hanport.grid.opening import opened
from hanport.grid.orders import Kind
from notice_servers import mail_server

COMPANY = """
environment = "test"
[company]
name = "Fjällnät"
address = "Box 7, 782 21 Malung"
[web]
public_url = "https://han.example.se"
"""


def run(config: Path, *arguments: str, typed: str | None = None) -> Result:
    """A command; what it raised is raised here, but for its exit code."""
    program = ["--config", str(config), *arguments]
    result = CliRunner().invoke(grid_command, program, standalone_mode=False, input=typed)
    if isinstance(result.exception, Exception):
        raise result.exception
    result.exit_code = result.return_value or 0
    return result


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "grid.toml"
    path.write_text(COMPANY)
    run(path, "keys", "new")
    run(path, "migrate")
    return path


@contextmanager
def _grid(config: Path) -> Iterator[Grid]:
    with opened(config, SystemClock()) as grid:
        yield grid


def _ordered(config: Path, *protected: bool) -> None:
    """A household each, whose holder is told by letter of an order to open."""
    with _grid(config) as grid:
        town, desk = Town(grid.database), Desk(grid.database)
        for is_protected in protected or (False,):
            facility_id = town.facility()
            customer_id = town.customer(address="Storgatan 1", is_protected=is_protected)
            town.meter(facility_id)
            town.contract(facility_id, customer_id)
            desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
        with grid.database.writing("system") as work:
            spread(work, grid.config)


def test_letters_wait_are_printed_and_printed_again(config: Path) -> None:
    assert run(config, "letter", "list").output == "No letter waits.\n"
    _ordered(config, False, True)
    listed = run(config, "letter", "list").output
    assert "open_ordered  735999000000000013  customer K" in listed and listed.count("PROTECTED") == 1
    out = config.parent / "letters.pdf"
    printed = run(config, "letter", "print", "--out", str(out), "--staff", "anna", "--limit", "1")
    assert f"{out}: 1 letters on 1 pages, batch b-" in printed.output and "More" not in printed.output
    batch = printed.output.rstrip(".\n").rsplit(" ", 1)[1]
    assert "Storgatan 1" in words_of(out)
    protected = config.parent / "protected.pdf"
    run(config, "letter", "print", "--out", str(protected), "--staff", "anna", "--protected")
    assert "Storgatan" not in words_of(protected)
    with pytest.raises(PrintError, match="nothing to print"):
        run(config, "letter", "print", "--out", str(config.parent / "x.pdf"), "--staff", "anna")
    again = config.parent / "again.pdf"
    said = ["--out", str(again), "--staff", "bo", "--reason", "lost"]
    assert "1 letters" in run(config, "letter", "reprint", batch, *said).output
    listed = run(config, "letter", "list").output
    assert f"printed by bo, in place of {batch}" in listed
    found = json.loads(run(config, "letter", "list", "--json").output)
    assert found["waiting"] == [] and len(found["batches"]) == 3


def test_waiting_letters_for_machines(config: Path) -> None:
    _ordered(config)
    (waiting,) = json.loads(run(config, "letter", "list", "--json").output)["waiting"]
    assert (waiting["about"], waiting["facility"], waiting["is_protected"]) == (
        "open_ordered", "735999000000000013", False,
    )  # fmt: skip


def test_who_was_told_is_listed(config: Path) -> None:
    assert run(config, "notice", "list").output == ""
    _ordered(config)
    listed = run(config, "notice", "list", "--facility", "735999000000000013").output
    assert "open_ordered by letter: waiting  735999000000000013  customer K" in listed
    assert run(config, "notice", "list", "--state", "failed").output == ""
    (found,) = json.loads(run(config, "notice", "list", "--json").output)
    assert (found["way"], found["state"]) == ("letter", "waiting")
    with _grid(config) as grid:
        desk = Desk(grid.database)
        desk.order(Kind.CLOSE, 1, desk.person(1))
        desk.change(update(tables.port).values(may_be_open=True))
    said = ["--maker", "Kamstrup", "--model", "OMNIA", "--staff", "anna", "--sv", "-"]
    done = run(config, "notice", "announce", *said, "--at", "2026-12-01T09:00", typed="Fler rader.")
    assert done.output == "1 facilities: their holders are told.\n"
    assert "1 more are owed" in run(config, "notice", "list").output
    with pytest.raises(ConfigError, match="is no time"):
        run(config, "notice", "announce", *said, "--at", "soon", typed="Fler rader.")


async def test_the_ways_are_tried(config: Path) -> None:
    async def attempt(*arguments: str) -> str:
        """What it says, or what goes wrong; in a thread, for the mail server runs here."""

        def invoke() -> str:
            try:
                return run(config, "notice", "try", *arguments).output
            except HanportError as error:
                return str(error)

        return await asyncio.to_thread(invoke)

    async with mail_server() as server:
        table = f'[mail]\nhost = "localhost"\nport = {server.port}\nsecurity = "none"\nsender = "han@example.se"\n'
        config.write_text(COMPANY + table)
        assert await attempt("--mail", "anna@example.se") == "Sent.\n"
        assert await attempt("--mail", "anna") == "anna is no address for mail. Compare it."
        assert await attempt("--sms", "070-1740605") == "Nothing is sent by sms. Set [sms] in grid.toml."
        assert "not said where to" in await attempt()
        server.answers["RCPT"] = "550 no"
        assert "refuses the recipient (550)" in await attempt("--mail", "anna@example.se")
    assert len(server.envelopes) == 1
