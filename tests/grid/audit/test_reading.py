"""The log of one person, and the whole of it."""

from grid.conftest import START
from grid.town import Town
from hanport.grid.audit.entry import Written
from hanport.grid.audit.pseudonyms import pseudonyms
from hanport.grid.audit.reading import entries, entries_of
from hanport.grid.database.work import Database


def test_each_person_sees_the_own_entries_alone(database: Database, town: Town) -> None:
    someone, other = town.person(), town.person()
    for n in range(3):
        with database.writing("staff:anna") as work:
            work.note("order.signed", person_id=someone, n=n)
            work.note("order.signed", person_id=other, n=n)
            work.note("port.reported", n=n)
    with database.reading() as connection:
        name = pseudonyms(connection, database.keyring, [someone])[someone]
        assert entries_of(connection, database.keyring, someone) == [
            Written(seq, START, "staff:anna", "order.signed", name, {"n": n}) for n, seq in enumerate((1, 4, 7))
        ]
        assert entries_of(connection, database.keyring, 4711) == []
        assert [each.seq for each in entries(connection)] == list(range(1, 10))
        assert [each.action for each in entries(connection, after=8)] == ["port.reported"]


def test_an_actor_who_is_a_number_is_masked(database: Database) -> None:
    """People may write anything as their name."""
    with database.writing("staff:19121212-1212") as work:
        work.note("thing.done")
    with database.reading() as connection:
        assert [each.actor for each in entries(connection)] == ["staff:[masked]"]
