"""The people of the test identity service: invented names with official test numbers.

The numbers are from the lists of test personal numbers (`testpersonnummer`) and test co-ordination numbers that the
Swedish tax agency publishes as open data; it gives them to nobody. Day + 60 is a co-ordination number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person. `key` stands in addresses and cookies, where a number never does."""

    key: str
    number: str
    given_name: str
    surname: str

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.given_name} {self.surname}"


# The first is chosen already where nobody was before: the one whom the demonstration is about.
PEOPLE: tuple[Person, ...] = (
    Person("astrid", "199108142382", "Astrid", "Fjällgren"),
    Person("emil", "199111182391", "Emil", "Rönnlund"),
    Person("ingrid", "199201042380", "Ingrid", "Sjöholm"),
    Person("nils", "199112032397", "Nils", "Bergdal"),
    Person("sara", "200106182389", "Sara", "Lindmo"),
    Person("anders", "200107132391", "Anders", "Åkerström"),
    Person("hulda", "189001019802", "Hulda", "Öberg"),
    Person("jan", "195004842398", "Jan", "Kowalczyk"),
    Person("tolvan", "191212121212", "Tolvan", "Tolvansson"),
)
BY_KEY: Mapping[str, Person] = {person.key: person for person in PEOPLE}
BY_NUMBER: Mapping[str, Person] = {person.number: person for person in PEOPLE}


class Kind(StrEnum):
    """Where a BankID is kept."""

    MOBILE = "mobile"
    FILE = "file"
    CARD = "card"


# The policies of BankID's own test environment (its production has others).
POLICIES: Mapping[Kind, str] = {Kind.FILE: "1.2.3.4.5", Kind.CARD: "1.2.3.4.10", Kind.MOBILE: "1.2.3.4.25"}


def is_among(kind: Kind, policies: Iterable[str]) -> bool:
    """Whether a list of policies names this kind. One that ends in `*` names all that begin so."""
    oid = POLICIES[kind]
    return any(oid.startswith(each[:-1]) if each.endswith("*") else oid == each for each in policies)
