"""The log as its person reads it: newest first, in pages, and staff without their names."""

import pytest

from grid.customer.people import People
from hanport.grid.customer.log import PAGE, LogPage, Who, log_page, who_of
from hanport.grid.orders import Kind


def page(people: People, person_id: int, before: int = 0) -> LogPage:
    with people.database.reading() as connection:
        return log_page(connection, people.database.keyring, person_id, before)


def test_what_was_ordered_and_by_whom(both: People) -> None:
    facility_id, _, person_id = both.household()
    taken = both.desk.order(Kind.OPEN, facility_id, person_id)
    with both.database.writing("staff:anna") as work:
        work.note("person.looked_at", person_id=person_id, what="all")
    lines = page(both, person_id).lines
    assert (lines[0].action, lines[0].who, lines[0].kind, lines[0].order_id) == (
        "person.looked_at",
        Who.STAFF,
        None,
        "",
    )
    ordered = next(line for line in lines if line.action == "order.signed")
    assert (ordered.kind, ordered.order_id, ordered.gsrn) == (Kind.OPEN, taken.order_id, both.desk.gsrn(facility_id))
    assert "anna" not in repr(lines)


def test_nobody_reads_of_others(people: People) -> None:
    facility_id, _, person_id = people.household()
    _, _, stranger = people.household()
    people.desk.order(Kind.OPEN, facility_id, person_id)
    assert page(people, person_id).lines and not page(people, stranger).lines
    assert page(people, 0) == LogPage((), 0)


def test_it_comes_in_pages(people: People) -> None:
    person_id = people.town.person()
    for number in range(PAGE + 3):
        with people.database.writing("customer") as work:
            work.note("customer.stranger", person_id=person_id, why=str(number))
    first = page(people, person_id)
    second = page(people, person_id, first.before)
    assert (len(first.lines), len(second.lines), second.before) == (PAGE, 3, 0)
    assert [line.why for line in (*first.lines, *second.lines)] == [str(each) for each in reversed(range(PAGE + 3))]


@pytest.mark.parametrize(
    ("actor", "who"),
    [
        ("customer", Who.SITE),
        ("staff:anna", Who.STAFF),
        ("token:crm", Who.PROGRAM),
        ("system", Who.SYSTEM),
        ("", Who.SYSTEM),
    ],
)
def test_who_did_it(actor: str, who: Who) -> None:
    assert who_of(actor) is who
