"""What the commands that verify for anybody share: files of a bounded length in, harmless text out."""

import json
from pathlib import Path

from hanport.errors import ConfigError


def read(file: Path, longest: int, remedy: str) -> bytes:
    """The file's bytes, at most `longest`. Raises ConfigError; `remedy` says which file is meant."""
    try:
        with file.open("rb") as opened:
            data = opened.read(longest + 1)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}).", "Check its name.") from error
    if len(data) > longest:
        raise ConfigError(f"{file} is too long for this.", remedy)
    return data


def printable(told: object) -> str:
    """JSON without signs that a terminal obeys, or that turn what is read around: a forged file may hold any."""
    text = json.dumps(told, ensure_ascii=False, indent=2)
    return "".join(sign if sign.isprintable() or sign == "\n" else json.dumps(sign)[1:-1] for sign in text)
