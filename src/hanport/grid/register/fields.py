"""Reads one cell of a record: a day, a key, a text, a number. What is wrong is said without repeating the cell."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache

from hanport.errors import HanportError
from hanport.grid.identifiers import IdentifierError, Number, NumberKind, parse_gsrn, parse_number
from hanport.grid.workdays import start_of_day

KEY_LONGEST = 64
TEXT_LONGEST = 200
_KEY = re.compile(r"[!-~\u00a1-\uffff]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# A personal number in a text: with its century, or with its mark. Ten bare digits may as well be a phone's.
_PERSONAL = re.compile(r"(?<!\d)(?:(?:18|19|20)\d{6}[-+ ]?\d{4}|\d{6}[-+]\d{4})(?!\d)", re.ASCII)
_SHORTEST = 11  # characters
_YES = frozenset({"yes", "true", "1", "ja"})
_NO = frozenset({"no", "false", "0", "nej"})


class FieldError(HanportError):
    """A cell cannot be read. Nothing of it is in the text."""


def read_key(text: str, today: date) -> str:
    """A key of the company's own: 1 to 64 characters without spaces, and no personal number."""
    if len(text) > KEY_LONGEST or not _KEY.fullmatch(text):
        raise FieldError(
            f"A key has 1 to {KEY_LONGEST} characters and no spaces.", "Write the key as it is in your system."
        )
    return _impersonal(text, today)


def read_keys(text: str, today: date) -> tuple[str, ...]:
    """Keys with spaces between them, each once, in their order."""
    return tuple(dict.fromkeys(read_key(each, today) for each in text.split()))


def read_text(text: str, today: date) -> str:
    """A line of at most 200 characters, without a personal number."""
    if len(text) > TEXT_LONGEST:
        raise FieldError(f"The text has more than {TEXT_LONGEST} characters.", "Shorten it.")
    if _CONTROL.search(text):
        raise FieldError("The text has a line break or a control character.", "Write it on one line.")
    return _impersonal(text, today)


def read_number(text: str, today: date) -> Number:
    """A personal, co-ordination or organisation number."""
    try:
        return parse_number(text, today)
    except IdentifierError as error:
        raise FieldError(error.problem, error.remedy) from None


def read_gsrn(text: str, _: date) -> str:
    """A facility's ID."""
    return _gsrn(text)


def read_yes(text: str, _: date) -> bool:
    """Yes or no."""
    said = text.lower()
    if said not in _YES and said not in _NO:
        raise FieldError("This is neither yes nor no.", "Write yes or no.")
    return said in _YES


def read_day(text: str, _: date) -> date:
    """A day, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else _no_day()
    except ValueError:
        return _no_day()


def read_instant(text: str, _: date) -> datetime:
    """00:00 in Sweden of a day, or an instant with its offset; in UTC."""
    return _instant(text)


def names_a_person(text: str, today: date) -> bool:
    """Whether a personal or co-ordination number is in the text, in a form that cannot well be anything else."""
    for found in _PERSONAL.finditer(text) if len(text) >= _SHORTEST else ():
        try:
            number = parse_number(found[0], today)
        except IdentifierError:
            continue
        if number.kind is not NumberKind.ORGANISATION:
            return True
    return False


def _impersonal(text: str, today: date) -> str:
    if names_a_person(text, today):
        raise FieldError("There is a personal number in it.", "Personal numbers stand in the column for them alone.")
    return text


@lru_cache(maxsize=4096)
def _gsrn(text: str) -> str:
    try:
        return parse_gsrn(text)
    except IdentifierError as error:
        raise FieldError(error.problem, error.remedy) from None


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    try:
        if _DAY.fullmatch(text):
            return start_of_day(date.fromisoformat(text))
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else _no_instant()
    except (ValueError, OverflowError):
        return _no_instant()


def _no_day() -> date:
    raise FieldError("This is no day.", "Write it as 2026-12-31.")


def _no_instant() -> datetime:
    raise FieldError("This is no day and no instant.", "Write 2026-12-31, or 2026-12-31T12:00:00+01:00.")
