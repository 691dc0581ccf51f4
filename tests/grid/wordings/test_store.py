"""Changing texts: versions, two editors at once, and what is refused."""

import threading

import pytest

from hanport.clock import ManualClock
from hanport.grid.audit.reading import entries
from hanport.grid.config import CompanyTable, GridConfig
from hanport.grid.database.work import Database
from hanport.grid.wordings import store
from hanport.grid.wordings.kinds import KINDS, WordingError
from hanport.grid.wordings.shipped import shipped
from hanport.grid.wordings.store import ChangedMeanwhile

CONFIG = GridConfig(company=CompanyTable(name="Fjällby Elnät"))
BOTH = {"sv": "Ring oss på **vardagar**.", "en": "Call us on *working days*."}


def change(database: Database, key: str, texts: dict[str, str], *, expected: int, by: str = "staff:anna") -> int:
    with database.writing(by) as work:
        return store.change(work, CONFIG, key, texts, expected=expected)


def current(database: Database, key: str, language: str = "sv") -> str:
    with database.reading() as connection:
        return store.current(connection, CONFIG, key, language)


async def test_a_change_is_a_new_version_and_none_is_lost(database: Database, clock: ManualClock) -> None:
    assert current(database, "contact.hours") == shipped("contact.hours")["sv"]
    assert change(database, "contact.hours", BOTH, expected=0) == 1
    await clock.advance(60)
    assert change(database, "contact.hours", BOTH | {"sv": "Ring."}, expected=1, by="staff:bo") == 2
    assert (current(database, "contact.hours"), current(database, "contact.hours", "en")) == ("Ring.", BOTH["en"])
    with database.reading() as connection:
        second, first = store.history(connection, "contact.hours")
        assert store.version_of(connection, "contact.hours", 1) == first
        assert store.version_of(connection, "contact.hours", 3) is None
        assert store.latest_of_all(connection) == {"contact.hours": second}
        said = [(each.actor, each.action, each.facts["number"]) for each in entries(connection)]
    assert (first.number, first.actor, first.texts) == (1, "staff:anna", BOTH)
    assert (second.number, second.actor) == (2, "staff:bo")
    assert (second.changed_at - first.changed_at).total_seconds() == 60
    assert said == [("staff:anna", "wording.changed", 1), ("staff:bo", "wording.changed", 2)]


def test_who_began_with_an_older_version_is_stopped(database: Database) -> None:
    change(database, "contact.hours", BOTH, expected=0)
    for expected in (0, 2):
        with pytest.raises(ChangedMeanwhile):
            change(database, "contact.hours", BOTH | {"sv": "Annat."}, expected=expected)
    assert current(database, "contact.hours") == BOTH["sv"]


def test_of_two_at_once_one_is_stopped(database: Database) -> None:
    told: list[object] = []
    ready = threading.Barrier(4)

    def edit(name: str) -> None:
        ready.wait()
        try:
            told.append(change(database, "contact.hours", BOTH | {"sv": name}, expected=0))
        except ChangedMeanwhile:
            told.append("stopped")

    threads = [threading.Thread(target=edit, args=(f"Nr {each}",)) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told, key=str) == [1, "stopped", "stopped", "stopped"]


def test_a_text_is_taken_back(database: Database) -> None:
    change(database, "contact.hours", BOTH, expected=0)
    change(database, "contact.hours", {"sv": "B", "en": "B"}, expected=1)
    with database.writing("staff:bo") as work:
        assert store.revert(work, "contact.hours", 1, expected=2) == 3
    assert current(database, "contact.hours") == BOTH["sv"]
    with database.writing("staff:bo") as work:
        assert store.revert(work, "contact.hours", 0, expected=3) == 4
    assert current(database, "contact.hours") == shipped("contact.hours")["sv"]
    with database.reading() as connection:
        assert [each.reverts_to for each in store.history(connection, "contact.hours")] == [0, 1, None, None]
    with database.writing("staff:bo") as work:
        with pytest.raises(ChangedMeanwhile):
            store.revert(work, "contact.hours", 1, expected=3)
        with pytest.raises(WordingError, match="no such version"):
            store.revert(work, "contact.hours", 9, expected=4)


def test_the_same_again_is_no_version(database: Database) -> None:
    assert change(database, "contact.hours", shipped("contact.hours"), expected=0) == 0
    change(database, "contact.hours", BOTH, expected=0)
    assert change(database, "contact.hours", {"sv": f"\r\n{BOTH['sv']}  \r\n\r\n", "en": BOTH["en"]}, expected=1) == 1


REFUSED = [
    ("contact.hours", {"sv": "", "en": ""}, "empty in a language"),
    ("contact.hours", {"sv": "Bara på svenska"}, "empty in a language"),
    ("help.more", {"sv": "Bara på svenska", "en": " \n "}, "one language only"),
    ("start.lead", {"sv": "x" * 401, "en": "x"}, "too long"),
    ("start.leaf", {"sv": "x", "en": "x"}, "no such text"),
]


@pytest.mark.parametrize(("key", "texts", "says"), REFUSED)
def test_what_is_refused(quick_database: Database, key: str, texts: dict[str, str], says: str) -> None:
    with pytest.raises(WordingError, match=says):
        change(quick_database, key, texts, expected=0)
    with quick_database.reading() as connection:
        assert store.changes(connection) == 0


def test_what_may_be_empty_can_be_emptied(quick_database: Database) -> None:
    change(quick_database, "help.more", BOTH, expected=0)
    change(quick_database, "help.more", {}, expected=1)
    assert current(quick_database, "help.more") == ""


def test_places_are_filled_and_other_braces_stay(quick_database: Database) -> None:
    change(
        quick_database, "contact.hours", {"sv": "{company} {x} {0} {", "en": "{company!r} {warranty_years}"}, expected=0
    )
    assert current(quick_database, "contact.hours") == "Fjällby Elnät {x} {0} {"
    assert current(quick_database, "contact.hours", "en") == "{company!r} 2"


def test_signs_that_cannot_be_seen_are_taken_out() -> None:
    assert store.tidy("a\x00b\u202ec\tå\r\n\r\nd  \rö\ufeff") == "abc    å\n\nd\nö"


def test_each_text_that_is_needed_is_shipped_in_both_languages() -> None:
    for key, kind in KINDS.items():
        texts = shipped(key)
        assert all(texts.values()) == kind.is_needed, key
        assert max(len(text) for text in texts.values()) <= kind.longest * 0.8, f"{key}: staff need room"
        assert store.tidy(texts["sv"]) == texts["sv"], key
