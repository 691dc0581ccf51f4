"""Which texts there are: where each is seen, how long it may be, and whether it may be empty."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hanport.errors import HanportError
from hanport.models import MODELS

TERMS = "terms"
MAIL_END = "notices.end"
_PAGE = 12_000  # signs: two languages of it fit into one form
_PARAGRAPH = 2_000
_LINE = 200


class Problem(StrEnum):
    """Why a text cannot be changed as asked. Pages say it as `texts.error.<problem>`."""

    UNKNOWN = "unknown"
    LONG = "long"
    EMPTY = "empty"
    ONE_LANGUAGE = "one_language"
    NO_VERSION = "no_version"
    MEANWHILE = "meanwhile"


_WORDS: dict[Problem, tuple[str, str]] = {
    Problem.UNKNOWN: ("There is no such text.", "Choose one from the list of texts."),
    Problem.LONG: ("The text is too long.", "Make it shorter, or put a part of it elsewhere."),
    Problem.EMPTY: ("The text is empty in a language.", "Write it in both languages."),
    Problem.ONE_LANGUAGE: ("The text is written in one language only.", "Write it in both languages, or in none."),
    Problem.NO_VERSION: ("There is no such version.", "Choose one from the history."),
    Problem.MEANWHILE: ("Somebody else has changed this text meanwhile.", "Compare the two, and save again."),
}


class WordingError(HanportError):
    """A text cannot be changed as asked. Nothing has changed."""

    def __init__(self, why: Problem) -> None:
        super().__init__(*_WORDS[why])
        self.why = why


@dataclass(frozen=True, slots=True)
class Kind:
    """A text that staff may edit. `seen_at` is the page that shows it, "" for none (e-mails).

    A `numbered` text is one that orders refer to: each version is kept word for word, the first one too. Markdown is
    understood in all but `plain` ones.
    """

    key: str
    seen_at: str
    longest: int
    is_needed: bool = True
    is_numbered: bool = False
    is_plain: bool = False


KINDS: Mapping[str, Kind] = {
    each.key: each
    for each in (
        Kind("start.lead", "/", _LINE * 2),
        Kind("start.more", "/", _PAGE, is_needed=False),
        Kind("contact.hours", "/contact", _PARAGRAPH),
        Kind("contact.more", "/contact", _PARAGRAPH, is_needed=False),
        Kind("help.more", "/help", _PAGE, is_needed=False),
        Kind(TERMS, "/terms", _PAGE, is_numbered=True),
        Kind("privacy", "/privacy", _PAGE),
        Kind("accessibility", "/accessibility", _PAGE),
        Kind(MAIL_END, "", _PARAGRAPH, is_needed=False, is_plain=True),
        *(Kind(f"model.{name}.note", f"/meters/{name}", _PARAGRAPH, is_needed=False) for name in MODELS),
    )
}


def kind_of(key: str) -> Kind:
    """Raises WordingError for a text that there is not."""
    kind = KINDS.get(key)
    if kind is None:
        raise WordingError(Problem.UNKNOWN)
    return kind


def note_key(model: str) -> str:
    """The key of the company's own remark on a meter model (its name in `hanport.models`)."""
    return f"model.{model}.note"
