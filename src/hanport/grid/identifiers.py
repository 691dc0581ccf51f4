"""The numbers of persons, companies and facilities: read in every usual form, checked, and masked for people's eyes.

Sources: personal and co-ordination numbers as the Swedish tax agency makes them (Luhn over the last ten digits, day
+ 60 for co-ordination numbers, `+` from the year in which one turns 100); organisation numbers (third digit from 2,
often written with the prefix 16); GSRN by GS1 (modulo 10 with weights 3 and 1, 18 digits).
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hanport.errors import HanportError

_PERSON = re.compile(r"(?P<century>\d{2})?(?P<birth>\d{6})(?P<mark>[-+ ]?)(?P<serial>\d{4})", re.ASCII)
_GSRN = re.compile(r"\d{18}")
_OLDEST_YEARS = 100
_FIRST_BIRTH = date(1800, 1, 1)
_ZERO = ord("0")
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")  # twice, and its digits added


class IdentifierError(HanportError):
    """A number cannot be one of its kind. The text never repeats the number itself."""


class NumberKind(StrEnum):
    """Whose number it is."""

    PERSON = "person"
    COORDINATION = "coordination"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Number:
    """A personal, co-ordination or organisation number: 12 digits (organisations with the prefix 16).

    `str()` and `repr()` give it masked: a number that reaches a log or an error by accident says nothing.
    """

    digits: str
    kind: NumberKind

    @property
    def masked(self) -> str:
        """What may be shown: the year of a birth, or the last two digits of an organisation."""
        return (
            f"{self.digits[:4]}****-****"
            if self.kind is not NumberKind.ORGANISATION
            else f"******-**{self.digits[-2:]}"
        )

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"Number({self.masked})"


def parse_number(text: str, today: date) -> Number:
    """A number in any usual form: YYYYMMDDNNNC, YYMMDD-NNNC, YYMMDD+NNNC, with or without a dash, or NNNNNN-NNNN.

    `today` decides the century of a short form. Raises IdentifierError, without the number in its text.
    """
    found = _PERSON.fullmatch(text.strip())
    if found is None:
        raise IdentifierError("This is no personal or organisation number.", "Write 12 digits, YYYYMMDDNNNN.")
    ten = found["birth"] + found["serial"]
    if not luhn_holds(ten):
        raise IdentifierError("The check digit of the number is wrong.", "Compare it with the original.")
    if int(ten[2]) >= 2:
        return _organisation(found["century"], ten)
    century = found["century"] or _century(ten, found["mark"] == "+", today)
    day = int(ten[4:6])
    kind = NumberKind.COORDINATION if day > 60 else NumberKind.PERSON
    _check_birth((int(century + ten[:2]), int(ten[2:4]), day - 60 if day > 60 else day), today)
    return Number(century + ten, kind)


def parse_signed_number(text: str) -> Number:
    """The 12 digits that an identity service vouches for: compared as they are, without a check of the date.

    Raises IdentifierError for anything but 12 digits.
    """
    if not re.fullmatch(r"[0-9]{12}", text):
        raise IdentifierError("The identity service gave no number of 12 digits.", "Ask its operator.")
    return Number(text, NumberKind.COORDINATION if int(text[6:8]) > 60 else NumberKind.PERSON)


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the check digit of those before, by Luhn's rule."""
    signs = digits.encode()
    return (sum(signs[::2].translate(_DOUBLED)) + sum(signs[1::2]) - _ZERO * len(signs)) % 10 == 0


def parse_gsrn(text: str) -> str:
    """The 18 digits of a facility's GSRN (`anläggnings-ID`), spaces left out. Raises IdentifierError."""
    digits = text.replace(" ", "")
    if not (digits.isascii() and _GSRN.fullmatch(digits)):
        raise IdentifierError("A facility's ID has 18 digits.", "It stands on the bill: 735 999 ...")
    if digits[-1] != gsrn_check_digit(digits[:-1]):
        raise IdentifierError("The check digit of the facility's ID is wrong.", "Compare it with the bill.")
    return digits


def gsrn_check_digit(seventeen: str) -> str:
    """The 18th digit (GS1: weights 3, 1, 3 ... from the right)."""
    signs = seventeen.encode()
    thrice, once = signs[::-2], signs[-2::-2]
    return str(-(3 * (sum(thrice) - _ZERO * len(thrice)) + sum(once) - _ZERO * len(once)) % 10)


def _organisation(century: str | None, ten: str) -> Number:
    if century not in (None, "16"):
        raise IdentifierError("This is no personal or organisation number.", "A month has two digits, 01 to 12.")
    return Number("16" + ten, NumberKind.ORGANISATION)


def _century(ten: str, is_old: bool, today: date) -> str:
    year = today.year - today.year % 100 + int(ten[:2])
    if year > today.year:
        year -= 100
    return str((year - _OLDEST_YEARS if is_old else year) // 100)


def _check_birth(birth: tuple[int, int, int], today: date) -> None:
    try:
        is_possible = _FIRST_BIRTH <= date(*birth) <= today
    except ValueError:
        is_possible = False
    if not is_possible:
        raise IdentifierError("The number has an impossible date of birth.", "Compare it with the original.")
