"""Takes out of a text whatever could be a person's number: for what is said of words that may hold one anywhere."""

import re

from hanport.grid.identifiers import gsrn_check_digit, luhn_holds

MASK = "[masked]"
# Ten digits are a number; nine are one with a letter in the wrong place, and the check digit gives the tenth back.
# Up to three signs may stand between two digits: 1912 12 12 - 1212.
_RUN = re.compile(r"\d(?:[\s_+./;,\u2010-\u2015\u2212-]{0,3}\d){8,}")
_NO_DIGIT = re.compile(r"\D")
_LENGTHS = (10, 12)


def masked(text: str) -> str:
    """The text without runs of nine digits or more, however they are written. A facility's whole ID stays."""
    return _RUN.sub(_unless_facility, text)


def masked_name(text: str) -> str:
    """A file's name without numbers that are right; a date and time in it mostly stay."""
    return _RUN.sub(lambda run: MASK if _holds_number(_NO_DIGIT.sub("", run[0])) else run[0], text)


def _unless_facility(run: re.Match[str]) -> str:
    digits = run[0].replace(" ", "")
    is_facility = digits.isascii() and digits.isdigit() and len(digits) == 18 and digits.startswith("735")
    return run[0] if is_facility and digits[-1] == gsrn_check_digit(digits[:-1]) else MASK


def _holds_number(digits: str) -> bool:
    return any(
        luhn_holds(digits[begin : begin + length][-10:])
        for length in _LENGTHS
        for begin in range(len(digits) - length + 1)
    )
