"""Words that people and head-ends write freely: on one line, bounded, and without what could be a person's number."""

from hanport.grid.masking import masked

_LONGEST = 300


def tidy(text: str) -> str:
    """The text on one line, at most 300 characters, with numbers masked."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return masked(line)[:_LONGEST]
