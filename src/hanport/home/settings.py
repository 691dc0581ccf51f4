"""Changes of the configuration back into home.toml: comments and order kept, the file replaced in one step."""

import os
from pathlib import Path

import msgspec
import tomlkit
from tomlkit.items import Table

from hanport.errors import ConfigError
from hanport.home.config import HomeConfig, parse


def rewritten(text: str, config: HomeConfig) -> str:
    """The text of a home.toml that says `config`: what differs is changed, what is the default and was not written
    stays unwritten. Raises ConfigError where the text is no home.toml.
    """
    before = msgspec.to_builtins(parse(text))
    document = tomlkit.parse(text)
    _change(document, before, msgspec.to_builtins(config))
    return tomlkit.dumps(document)


def _change(table: tomlkit.TOMLDocument | Table, before: dict[str, object], after: dict[str, object]) -> None:
    for key, value in after.items():
        was = before[key]
        if value == was:
            continue
        if isinstance(value, dict) and isinstance(was, dict):
            inner = table.get(key)
            if inner is None:
                inner = tomlkit.table()
                table.add(key, inner)
            _change(inner, was, value)
        else:
            table[key] = list(value) if isinstance(value, tuple) else value


def save(path: Path, config: HomeConfig) -> None:
    """Write the configuration back; readable by its owner alone, since it may hold passwords. Raises ConfigError."""
    try:
        text = path.read_text("utf-8") if path.exists() else ""
        new = rewritten(text, config)
        beside = path.with_name(path.name + ".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written ({error.strerror}).", "The hub must be allowed to write it and its folder."
        ) from error
