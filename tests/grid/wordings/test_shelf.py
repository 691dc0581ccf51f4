"""The texts at hand: read again when one was changed, and only then."""

from sqlalchemy import event

from hanport.grid.config import CompanyTable, GridConfig
from hanport.grid.database.work import Database
from hanport.grid.wordings import store
from hanport.grid.wordings.shelf import Shelf, Wordings

CONFIG = GridConfig(company=CompanyTable(name="Fjällby Elnät"))


def now(shelf: Shelf, database: Database) -> Wordings:
    with database.reading() as connection:
        return shelf.now(connection, CONFIG)


def test_a_change_by_another_process_is_seen_at_once(database: Database) -> None:
    shelf = Shelf()
    before = now(shelf, database)
    assert "vardagar" in before.html("contact.hours", "sv")
    assert now(shelf, database) is before
    with database.writing("staff:anna") as work:  # the shelf is not told
        store.change(work, CONFIG, "contact.hours", {"sv": "*Jämt*.", "en": "Always."}, expected=0)
    after = now(shelf, database)
    assert after.html("contact.hours", "sv") == "<p><em>Jämt</em>.</p>\n"
    assert after.text("contact.hours", "en") == "Always."
    assert now(shelf, database) is after


def test_one_small_question_is_asked(database: Database) -> None:
    shelf = Shelf()
    now(shelf, database)
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for _ in range(3):
        now(shelf, database)
    questions = [each for each in asked if each != "BEGIN"]
    assert len(questions) == 3
    assert all("wording_count" in each for each in questions)


def test_nothing_is_shipped_for_a_note(database: Database) -> None:
    assert now(Shelf(), database).html("model.kamstrup-omnia.note", "sv") == ""
