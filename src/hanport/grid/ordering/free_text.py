"""Words that people and head-ends write freely: without control characters, and without numbers of persons."""

import re

# A date with six digits or eight, then four: every form of a personal or organisation number. Longer runs stay: a
# facility's ID has 18 digits.
_NUMBER = re.compile(r"(?<!\d)(?:\d\d)?\d\d[-. ]?\d\d[-. ]?\d\d[-+ ]?\d{4}(?!\d)")
_LONGEST = 300


def tidy(text: str) -> str:
    """The text on one line, at most 300 characters; what could be a personal number is left out."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return _NUMBER.sub("[number left out]", line)[:_LONGEST]
