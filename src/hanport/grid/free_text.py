"""Words that people and machines write freely: on one line, bounded, and without what could be a person's number."""

from hanport.grid.masking import masked

LONGEST = 300


def one_line(text: str) -> str:
    """The text with single spaces for whatever is not printable, line ends and signs that control among it."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def tidy(text: str, longest: int = LONGEST) -> str:
    """The text on one line, at most `longest` characters, with numbers masked before it is cut."""
    return masked(one_line(text[: 4 * longest]))[:longest]
