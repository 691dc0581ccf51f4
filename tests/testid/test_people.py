"""The invented people have test numbers, and nothing but test numbers."""

from pathlib import Path

import pytest
from personnummer.personnummer import Personnummer

from hanport.testid.people import BY_KEY, BY_NUMBER, PEOPLE, POLICIES, Kind, Person


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.key)
def test_every_number_is_one_that_the_tax_agency_gives_for_tests(person: Person) -> None:
    """Its lists have the last four 98xx for those born until 1918, and 238x and 239x after; one is older than that."""
    assert Personnummer(person.number).format(long_format=True) == person.number
    series = person.number[8:11]
    assert series in ("238", "239") or (person.number < "1919" and series[:2] == "98") or person.key == "tolvan"


def test_everybody_is_somebody_else() -> None:
    assert len(BY_KEY) == len(BY_NUMBER) == len({person.name for person in PEOPLE}) == len(PEOPLE)
    assert BY_NUMBER["191212121212"].name == "Tolvan Tolvansson"


def test_the_page_of_the_service_has_them_all() -> None:
    page = (Path(__file__).parents[2] / "docs/testid.md").read_text("utf-8")
    assert "".join(f"| {person.name} | {person.number} |\n" for person in PEOPLE) + "<!-- end of people -->" in page


def test_policies_are_those_of_the_test_environment() -> None:
    assert set(POLICIES) == set(Kind)
    assert all(policy.startswith("1.2.3.4.") for policy in POLICIES.values())
