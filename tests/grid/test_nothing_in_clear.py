"""Law 12: a planted personal number is in no byte of the database, no log line, no error, no report."""

import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError

from grid.planted import found_in, stored_at
from grid.town import Town, person_number
from hanport.clock import ManualClock
from hanport.errors import HanportError
from hanport.grid import people
from hanport.grid.audit.checkpoints import checkpoint
from hanport.grid.audit.reading import entries_of
from hanport.grid.audit.verify import verify
from hanport.grid.database.tables import customer, order, person
from hanport.grid.database.work import Database
from hanport.grid.disclosure import disclose
from hanport.grid.erasure import erase, objections
from hanport.grid.identifiers import Number, parse_number
from hanport.grid.keys import Keyring, Purpose, new_key
from hanport.grid.rotation import rotate

NUMBER = person_number(6001)


def test_in_nothing_that_is_stored_logged_or_said(
    database: Database, town: Town, clock: ManualClock, log_lines: io.StringIO
) -> None:
    said: list[str] = [repr(NUMBER), str(NUMBER), f"{NUMBER}", repr([NUMBER])]
    person_id = town.person(NUMBER)
    customer_id = town.customer(person_id)
    facility_id = town.facility()
    contract_id = town.contract(facility_id, customer_id)
    sealed = database.keyring.seal(NUMBER.digits.encode(), Purpose.EVIDENCE)
    town.request(contract_id, customer_id, evidence_sealed=sealed)
    with database.writing(f"staff:{NUMBER.digits}") as work:
        work.note("order.signed", person_id=person_id)
    said += _errors(database, person_id)
    with database.writing("system") as work:
        said.append(checkpoint(work).line())
    newer = Database(database.engine, Keyring((new_key(clock.now().date()), *database.keyring.keys)), clock)
    rotate(newer)
    with newer.reading() as connection:
        assert people.find(connection, newer.keyring, NUMBER) == person_id
        said += [repr(disclose(connection, newer.keyring, person_id)), repr(verify(connection, newer.keyring))]
        said += [repr(each) for each in entries_of(connection, newer.keyring, person_id)]
        said += [repr(each) for each in objections(connection, person_id, clock.now(), 3)]
        said += [repr(row) for row in connection.execute(select(person)).all()]
    stored = stored_at(newer.engine.url)
    assert b"order.signed" in stored
    assert "An error" in log_lines.getvalue()
    assert "INSERT INTO" not in log_lines.getvalue()
    for data in (stored, log_lines.getvalue().encode(), "\n".join(said).encode()):
        assert found_in(data, NUMBER) == []


def _errors(database: Database, person_id: int) -> list[str]:
    """What goes wrong with the number in hand."""
    said = []
    for text in (NUMBER.digits[:-1] + "x", NUMBER.digits[:-1] + str((int(NUMBER.digits[-1]) + 1) % 10)):
        with pytest.raises(HanportError) as caught:
            parse_number(text, database.clock.now().date())
        said.append(str(caught.value))
    row = {"key": "K1", "kind": "private", "name": NUMBER.digits, "person_id": 12345}
    with pytest.raises(SQLAlchemyError) as refused, database.writing("system") as work:
        work.connection.execute(insert(customer).values(row))
    with pytest.raises(HanportError) as erasing, database.writing("system") as work:
        erase(work, person_id, retention_years=3)
    with pytest.raises(TypeError) as noting, database.writing("system") as work:
        work.note("thing.done", number=NUMBER)
    logging.getLogger("hanport.grid").exception("An error", exc_info=refused.value)
    return [*said, str(refused.value), repr(refused.value), str(erasing.value), str(noting.value)]


def test_an_erased_person_is_nowhere(database: Database, town: Town) -> None:
    name, address = "Astrid Planterad", "Hemliga gränd 7"
    customer_id = town.customer(town.person(NUMBER), address=address)
    with database.engine.begin() as connection:
        connection.execute(customer.update().values(name=name))
        evidence = database.keyring.seal(b"passport", Purpose.EVIDENCE)
    order_id = town.request(town.contract(town.facility(), customer_id, ends=database.clock.now()), customer_id)
    with database.engine.begin() as connection:
        connection.execute(order.update().values(evidence_sealed=evidence, reason=f"{name} called"))
        seals = connection.execute(select(person.c.number_sealed, person.c.key_sealed, person.c.number_lookup)).one()
    with database.writing("system") as work:
        erase(work, 1, retention_years=0)
    database.engine.dispose()  # the last connection to SQLite takes the WAL away
    stored = stored_at(database.engine.url)
    assert order_id.encode() in stored
    for gone in (name.encode(), address.encode(), *map(bytes, seals), evidence):
        assert gone not in stored
        assert gone.hex().encode() not in stored
    assert found_in(stored, NUMBER) == []


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_search_would_find_it(database: Database, town: Town) -> None:
    town.customer(town.person(NUMBER), address=NUMBER.digits)
    assert "12 digits" in found_in(stored_at(database.engine.url), NUMBER)


def test_the_command_line_says_it_nowhere(tmp_path: Path) -> None:
    def run(*arguments: str) -> bytes:
        program = [sys.executable, "-c", "from hanport.cli.main import main; main()", "grid"]
        done = subprocess.run(
            [*program, *arguments], cwd=tmp_path, input=_as_written(NUMBER), capture_output=True, check=False
        )
        assert b"Traceback" not in done.stderr
        return done.stdout + done.stderr

    (tmp_path / "grid.toml").write_text('environment = "test"\n')
    run("keys", "new")
    run("migrate")
    said = [
        run("audit", "person", "--staff", "anna"),
        run("erase", "--staff", "anna"),
        run("erase", "--export", "--staff", "anna"),
    ]
    assert b"Nothing is known of this person" in said[-1]
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert found_in(b"".join(said) + stored, NUMBER) == []
    assert os.fsencode(NUMBER.digits) not in b"".join(said)


def _as_written(number: Number) -> bytes:
    return f"{number.digits[2:8]}-{number.digits[8:]}\n".encode()
