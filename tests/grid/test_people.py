"""Persons by their number: one row a number, whoever makes it, and nothing of it in clear."""

import random
import threading

from sqlalchemy import func, select

from grid.planted import found_in
from grid.town import person_number
from hanport.grid import people
from hanport.grid.database.tables import person
from hanport.grid.database.work import Database
from hanport.grid.identifiers import Number, NumberKind


def test_each_number_has_one_row(database: Database) -> None:
    numbers = [person_number(n) for n in (1, 2, 1, 3)]
    with database.writing("system") as work:
        first = people.find_or_add_all(work, numbers)
        assert people.find_or_add_all(work, numbers) == first
        assert people.find_or_add(work, person_number(2)) == first[person_number(2)]
    assert len(set(first.values())) == 3
    with database.reading() as connection:
        for number, person_id in first.items():
            assert people.find(connection, database.keyring, number) == person_id
            assert people.number_of(connection, database.keyring, person_id) == number
        assert people.find(connection, database.keyring, person_number(9)) is None
        assert people.number_of(connection, database.keyring, 4711) is None


def test_a_company_comes_back_as_one(database: Database) -> None:
    company = Number("165566304928", NumberKind.ORGANISATION)
    with database.writing("system") as work:
        person_id = people.find_or_add(work, company)
    with database.reading() as connection:
        assert people.number_of(connection, database.keyring, person_id) == company


def test_many_at_once(database: Database) -> None:
    numbers = [person_number(n) for n in range(12_000)]
    with database.writing("system") as work:
        found = people.find_or_add_all(work, numbers)
    assert len(set(found.values())) == 12_000


def test_two_programs_that_add_the_same_persons_in_any_order(database: Database) -> None:
    """Each sees all of them under the same ids, and none waits for the other for ever."""
    numbers = [person_number(n) for n in range(600)]
    found: list[dict[Number, int]] = []
    wrong: list[BaseException] = []

    def run(seed: int) -> None:
        mine = random.Random(seed).sample(numbers, 500)
        try:
            with database.writing("system") as work:
                found.append(people.find_or_add_all(work, mine))
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    ids: dict[Number, int] = {}
    for each in found:
        assert len(each) == 500
        assert all(ids.setdefault(number, person_id) == person_id for number, person_id in each.items())
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(person)).scalar_one() == len(ids)


def test_a_row_says_nothing_of_the_number(database: Database) -> None:
    number = person_number(77)
    with database.writing("system") as work:
        people.find_or_add(work, number)
    with database.reading() as connection:
        row = connection.execute(select(person)).one()
    for value in (row.number_lookup, row.number_sealed, row.key_sealed):
        assert found_in(bytes(value), number) == []
