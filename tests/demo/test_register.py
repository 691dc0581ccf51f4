"""The invented register: rows that the company's import takes, and people of the test identity alone."""

from datetime import date

from hanport.demo import register
from hanport.grid.identifiers import gsrn_check_digit, parse_number
from hanport.grid.register.columns import COLUMNS
from hanport.testid.people import BY_NUMBER

TODAY = date(2026, 11, 25)


def rows(name: str) -> list[dict[str, str]]:
    head, *lines = register.files(TODAY)[name].splitlines()
    return [dict(zip(head.split(";"), line.split(";"), strict=True)) for line in lines]


def test_every_person_is_one_of_the_test_identity() -> None:
    people = (register.ASTRID, register.INGRID, register.EMIL, register.NILS, register.SARA)
    assert all(BY_NUMBER[each.number].name == each.name for each in people)
    known = {each.number for each in (*people, register.BAKERY)}
    assert {row["number"] for row in rows("customers.csv")} <= known
    assert {row["agent"] for row in rows("powers.csv")} <= known
    parse_number(register.BAKERY.number, TODAY)


def test_columns_are_those_of_the_import() -> None:
    known = {frozenset(column.name for column in columns) for columns in COLUMNS.values()}
    for name in register.files(TODAY):
        assert any(set(rows(name)[0]) <= columns for columns in known), name


def test_facilities_are_valid_and_what_refers_to_them_finds_them() -> None:
    gsrns = {row["gsrn"] for row in rows("facilities.csv")}
    assert all(each[-1] == gsrn_check_digit(each[:-1]) for each in gsrns)
    for name in ("contracts.csv", "meters.csv", "exemptions.csv"):
        assert {row["facility"] for row in rows(name)} <= gsrns, name
    keys = {row["key"] for row in rows("customers.csv")}
    assert {row["customer"] for row in rows("contracts.csv")} <= keys


def test_the_first_adapter_is_within_the_warranty() -> None:
    (adapter,) = rows("adapters.csv")
    assert (TODAY - date.fromisoformat(adapter["fitted"])).days < 2 * 365
    assert adapter["meter"] == register.HOUSE_METERS[0]
