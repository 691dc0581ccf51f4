"""Many rows go in as few do: every type of column, defaults, and errors that say nothing of the rows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from grid.town import Town
from hanport.grid.database.insert_many import insert_many
from hanport.grid.database.tables import adapter, event, order, person
from hanport.grid.database.work import Database

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("count", [1, 49, 50, 200])
def test_every_type_comes_back_as_it_went_in(database: Database, town: Town, count: int) -> None:
    facility_id, meter_id, person_id = town.facility(), town.meter(), town.person()
    texts = ["", "Åsa\tBerg", 'a;"b"\\', "\\N", "two\nlines"]
    of = {"facility_id": facility_id, "person_id": person_id, "kind": "open", "state": "sent", "created_at": AT}
    orders = [
        # Not in the table's order.
        {"reason": texts[n % 5], "evidence_sealed": bytes([n % 256, 0, 255]), "price_ore": n if n % 2 else None}
        | of
        | {"id": f"O{n}", "signed_at": AT + timedelta(microseconds=n)}
        for n in range(count)
    ]
    events = [
        {"body": {"a": [n, "ö"]}, "key": f"E{n}", "kind": "x", "received_at": AT, "outcome": "logged"}
        for n in range(count)
    ]
    days = [{"serial": f"H{n}", "meter_id": meter_id, "fitted_on": date(2026, 1, 1)} for n in range(count)]
    with database.writing("system") as work:
        for table, rows in ((order, orders), (event, events), (adapter, days)):
            insert_many(work.connection, table, rows)
    with database.reading() as connection:
        for table, rows in ((order, orders), (event, events), (adapter, days)):
            names = list(rows[0])
            found = connection.execute(select(*(table.c[name] for name in names))).mappings()
            assert sorted(map(str, map(dict, found))) == sorted(map(str, rows))


def test_errors_are_those_of_other_statements_and_name_nothing(database: Database) -> None:
    rows = [{"number_lookup": b"secret%d" % (n % 60), "erased_at": None} for n in range(61)]
    with pytest.raises(IntegrityError) as caught, database.writing("system") as work:
        insert_many(work.connection, person, rows)
    assert "secret" not in str(caught.value)
    with database.reading() as connection:
        assert connection.execute(select(person.c.id)).all() == []


def test_a_statement_that_is_made_already_serves_for_few(database: Database) -> None:
    with database.writing("system") as work:
        insert_many(work.connection, person, [{"number_lookup": b"a"}], few=insert(person))
        insert_many(work.connection, person, [])
    with database.reading() as connection:
        assert connection.execute(select(person.c.number_lookup)).scalars().all() == [b"a"]
