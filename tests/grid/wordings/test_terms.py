"""The terms: what was signed is kept word for word."""

import msgspec

from hanport.grid.config import CompanyTable, GridConfig, WarrantyTable
from hanport.grid.database.work import Database
from hanport.grid.wordings import store
from hanport.grid.wordings.terms import all_terms, settle, terms_in_force, terms_of, terms_version

CONFIG = GridConfig(company=CompanyTable(name="Fjällby Elnät"))
OWN = {"sv": "Våra villkor, {company}.", "en": "Our terms, {company}."}


def version(database: Database, config: GridConfig = CONFIG) -> int:
    """The number of the terms, settled at a start of the service."""
    with database.writing("system") as work:
        number = settle(work, config).number
        assert terms_version(work.connection) == str(number)
        return number


def test_the_shipped_terms_are_kept_before_anybody_signs(database: Database) -> None:
    with database.reading() as connection:
        assert terms_in_force(connection) is None
        assert terms_version(connection) == "1"
    assert [version(database), version(database)] == [1, 1]
    with database.reading() as connection:
        kept = terms_of(connection, 1)
        assert kept is not None
        assert kept == terms_in_force(connection)
        assert "Fjällby Elnät" in kept.text("sv")
        assert "2 år" in kept.text("sv")
        assert (kept.actor, store.changes(connection)) == ("system", 1)


def test_another_warranty_is_another_version(database: Database) -> None:
    version(database)
    longer = msgspec.structs.replace(CONFIG, warranty=WarrantyTable(years=5))
    assert version(database, longer) == 2
    with database.reading() as connection:
        texts = [each.text("en") for each in all_terms(connection)]
    assert "within 5 years" in texts[0]
    assert "within 2 years" in texts[1]


def test_terms_of_staff_stand_until_they_change_them(database: Database) -> None:
    version(database)
    with database.writing("staff:anna") as work:
        assert store.change(work, CONFIG, "terms", OWN, expected=1) == 2
    renamed = msgspec.structs.replace(CONFIG, company=CompanyTable(name="Nya Elnät"), warranty=WarrantyTable(years=9))
    assert version(database, renamed) == 2
    with database.reading() as connection:
        # What was signed names the company as it was called then.
        assert store.current(connection, renamed, "terms", "sv") == "Våra villkor, Fjällby Elnät."
        first = terms_of(connection, 1)
    assert first is not None
    with database.writing("staff:anna") as work:
        assert store.revert(work, "terms", 1, expected=2) == 3
    with database.reading() as connection:
        third = terms_of(connection, 3)
        assert third is not None
        assert third.texts == first.texts
        assert terms_of(connection, 1) == first


def test_settling_writes_nothing_where_nothing_is_new(database: Database) -> None:
    with database.writing("customer") as work:
        settle(work, CONFIG)
        assert len(work.entries) == 1
    with database.writing("customer") as work:
        settle(work, CONFIG)
        assert work.entries == []
