"""A TOML file as one typed tree. An unknown key is an error that names the nearest known one."""

import difflib
import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

from hanport.errors import ConfigError


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a file."""


T = TypeVar("T", bound=Table)


def parse(text: str, tree: type[T], name: str) -> T:
    """The tree that a file says. Raises ConfigError, which names the place and the remedy."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is no TOML: {error}.", "Correct that place.") from error
    _refuse_unknown(content, tree, name, "")
    try:
        return msgspec.convert(content, tree)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$.")
        raise ConfigError(f"{name}: {place.rstrip('`') or 'a value'} is wrong: {problem}.", "Correct it.") from error


def load(path: Path, tree: type[T], *, missing: str) -> T:
    """The tree in a file; `missing` is the remedy when there is none. Raises ConfigError."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(f"There is no {path}.", missing) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error}).", "Check the file and its permissions.") from error
    return parse(text, tree, str(path))


def _refuse_unknown(content: dict[str, object], table: type[msgspec.Struct], name: str, place: str) -> None:
    known = {field.encode_name: field.type for field in msgspec.structs.fields(table)}
    for key, value in content.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            here = f"[{place.rstrip('.')}]" if place else "the file"
            remedy = f"Did you mean {place}{near[0]}?" if near else f"Known in {here}: {', '.join(known)}."
            raise ConfigError(f"{name}: there is no setting {place}{key}.", remedy)
        inner = known[key]
        if isinstance(value, dict) and isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            _refuse_unknown(value, inner, name, f"{place}{key}.")
