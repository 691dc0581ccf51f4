"""The invented register of the network company: people by test numbers alone, their facilities, contracts and meters.

The personal numbers are some of those that the Swedish tax agency has published for tests; the organisation number is
that of BankID's own test company.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ADAPTER_FITTED_DAYS_AGO = 200  # within the two years of the warranty
_SINCE = "2024-01-01"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the test identity. `key` is the customer number, "" for who is no customer."""

    number: str
    name: str
    key: str = ""


ASTRID = Person("199108142382", "Astrid Fjällgren", "K1001")
INGRID = Person("199201042380", "Ingrid Sjöholm", "K1002")
EMIL = Person("199111182391", "Emil Rönnlund", "K1003")
NILS = Person("199112032397", "Nils Bergdal", "K1004")
SARA = Person("200106182389", "Sara Lindmo")
BAKERY = Person("556630-4928", "Fjällbyns Bageri AB", "K1005")

HOUSE = "735999000000000013"
CABIN = "735999000000000020"
NEXT_DOOR = "735999000000000037"
PUMP_HOUSE = "735999000000000044"
BAKEHOUSE = "735999000000000051"

# The house's meters: the one that hangs there, and those that the company has in store for it.
HOUSE_METERS = ("18012345", "22054321", "22054322", "22054323")
BAKEHOUSE_METER = "18012349"
FIRST_ADAPTER = "H9001"
FIRST_CONTRACT = "A2001"
# Its port can be opened from afar, and the meter restarted; the older model has no port that can.
MAKER, MODEL = "Kamstrup", "OMNIPOWER (P1)"
_OLD_MODEL = "382"

# A file's name -> its rows, the columns first.
Tables = dict[str, Sequence[Sequence[str]]]


def files(today: date) -> dict[str, str]:
    """The files of the customer system, by name, as `hanport grid import` takes them."""
    tables = _people_and_places() | _equipment(today)
    return {name: "".join(";".join(row) + "\n" for row in rows) for name, rows in tables.items()}


def _people_and_places() -> Tables:
    return {
        "facilities.csv": (
            ("gsrn", "address"),
            (HOUSE, "Storgatan 1, Fjällbyn"),
            (CABIN, "Fjällvägen 8, Fjällbyn"),
            (NEXT_DOOR, "Storgatan 3, Fjällbyn"),
            (PUMP_HOUSE, "Älvvägen 2, Fjällbyn"),
            (BAKEHOUSE, "Torget 4, Fjällbyn"),
        ),
        "customers.csv": (
            ("key", "number", "name"),
            *((each.key, each.number, each.name) for each in (ASTRID, INGRID, EMIL, NILS, BAKERY)),
        ),
        "contracts.csv": (
            ("key", "facility", "customer", "from"),
            (FIRST_CONTRACT, HOUSE, ASTRID.key, _SINCE),
            ("A2002", CABIN, ASTRID.key, _SINCE),
            ("A2003", NEXT_DOOR, EMIL.key, _SINCE),
            ("A2004", PUMP_HOUSE, NILS.key, _SINCE),
            ("A2005", BAKEHOUSE, BAKERY.key, _SINCE),
        ),
        "exemptions.csv": (("key", "facility", "from"), ("U3001", PUMP_HOUSE, _SINCE)),
        "powers.csv": (("key", "grantor", "agent", "from"), ("F4001", BAKERY.key, SARA.number, _SINCE)),
    }


def _equipment(today: date) -> Tables:
    fitted = today - timedelta(days=ADAPTER_FITTED_DAYS_AGO)
    return {
        "models.csv": (
            ("maker", "model", "opens", "restarts"),
            (MAKER, MODEL, "yes", "yes"),
            (MAKER, _OLD_MODEL, "no", "no"),
        ),
        "meters.csv": (
            ("serial", "maker", "model", "facility", "from"),
            (HOUSE_METERS[0], MAKER, MODEL, HOUSE, _SINCE),
            ("11022001", MAKER, _OLD_MODEL, CABIN, _SINCE),
            ("11022002", MAKER, _OLD_MODEL, NEXT_DOOR, _SINCE),
            ("18012347", MAKER, MODEL, PUMP_HOUSE, _SINCE),
            (BAKEHOUSE_METER, MAKER, MODEL, BAKEHOUSE, _SINCE),
        ),
        "adapters.csv": (("serial", "meter", "fitted"), (FIRST_ADAPTER, HOUSE_METERS[0], fitted.isoformat())),
    }
