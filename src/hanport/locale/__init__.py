"""What is said to people, in Swedish and English: one TOML file a catalog, one table a text.

A text is `[key]` with `en = "…"` and `sv = "…"`; places for numbers are those of `str.format`.
"""

import tomllib
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from importlib.resources import files

LANGUAGES = ("sv", "en")

_NO_BREAK_SPACE = "\u00a0"  # a number is not broken at the end of a line
_MINUS = "\u2212"


@cache
def catalog_texts(catalog: str) -> Mapping[str, Mapping[str, str]]:
    """All texts of a catalog: key -> language -> text. Raises FileNotFoundError for an unknown catalog."""
    content = files(__name__).joinpath(f"{catalog}.toml").read_text(encoding="utf-8")
    texts: dict[str, Mapping[str, str]] = tomllib.loads(content)
    return texts


def text(catalog: str, key: str, language: str, **numbers: object) -> str:
    """The text `key` of `<catalog>.toml` in a language ('sv' or 'en'), its places filled with `numbers`.

    Raises KeyError where the catalog has no such key, language or place: that is a mistake of ours, not the user's.
    """
    return catalog_texts(catalog)[key][language].format(**numbers)


def has_text(catalog: str, key: str) -> bool:
    """Whether the catalog has this key."""
    return key in catalog_texts(catalog)


def language_of_environment(environ: Mapping[str, str]) -> str:
    """'sv' when the locale of the environment says Swedish, else 'en'. LC_ALL goes before LC_MESSAGES before LANG."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name, "")
        if value:  # an empty variable counts as not set (POSIX.1-2017, 8.2)
            language = value.partition(".")[0].partition("@")[0].partition("_")[0].lower()
            return "sv" if language in ("sv", "swedish") else "en"
    return "en"


def number(value: int | Decimal, language: str, decimals: int | None = None) -> str:
    """A number as people write it: `1 234,5` with no-break spaces in Swedish, `1,234.5` in English.

    `decimals` rounds to that many, half to even; without it the number keeps the decimals that it has.
    """
    amount = Decimal(value)
    if decimals is not None:
        amount = amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    written = f"{amount:,f}"
    if not amount:
        written = written.removeprefix("-")  # -0.0 is no number for people
    if language != "sv":
        return written
    return written.translate({ord(","): _NO_BREAK_SPACE, ord("."): ",", ord("-"): _MINUS})


def duration(seconds: int, language: str) -> str:
    """A time as people say it, in its two largest units: `45 s`, `2 min 5 s`, `3 h`, `26 y`. The sign is left out."""
    day = {"sv": "dygn", "en": "d"}[language]
    year = {"sv": "år", "en": "y"}[language]
    units = ((365 * 86_400, year), (86_400, day), (3_600, "h"), (60, "min"), (1, "s"))
    left = abs(seconds)
    parts = []
    for size, unit in units:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{number(count, language)}{_NO_BREAK_SPACE}{unit}")
        elif parts:
            break  # `1 h`, not `1 h 3 s`
    return " ".join(parts[:2]) or f"0{_NO_BREAK_SPACE}s"


def fill(catalog: str, key: str, language: str, numbers: Mapping[str, object]) -> str:
    """As `text`, with the numbers written as people do.

    Where a name ends in `_s`, the number is a time in seconds. A word that the catalog has as `word.<word>` is
    translated; the words of a tuple stand in a row, divided by commas.
    """
    written = {name: _written(catalog, name, language, value) for name, value in numbers.items()}
    return text(catalog, key, language, **written)


def _written(catalog: str, name: str, language: str, value: object) -> str:
    match value:
        case int() if name.endswith("_s"):
            return duration(value, language)
        case int() | Decimal():
            return number(value, language)
        case tuple():
            return ", ".join(_written(catalog, name, language, each) for each in value)
        case str() if has_text(catalog, f"word.{value}"):
            return text(catalog, f"word.{value}", language)
    return str(value)
