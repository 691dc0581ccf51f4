"""The options `--key` and `--auth` of every command that decodes."""

from collections.abc import Callable
from typing import TypeVar

import click

from hanport.errors import ConfigError
from hanport.port.cipher import Keys

Command = TypeVar("Command", bound=Callable[..., object])


def key_options(command: Command) -> Command:
    """Add `--key HEX` and `--auth HEX`."""
    command = click.option("--auth", metavar="HEX", help="Authentication key (AK, GPK61), 32 hex digits.")(command)
    return click.option("--key", metavar="HEX", help="Encryption key (EK, GPK60), 32 hex digits.")(command)


def keys_from(key: str | None, auth: str | None) -> Keys | None:
    """The keys of an encrypted port.

    Raises ConfigError for anything that is not 32 hex digits. The key itself is never repeated.
    """
    if key is None:
        if auth is not None:
            raise ConfigError("--auth alone decrypts nothing.", "Give the encryption key too: --key HEX.")
        return None
    return Keys(_parse("--key", key), None if auth is None else _parse("--auth", auth))


def _parse(option: str, text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 16:
        raise ConfigError(
            f"{option} is not a key of 32 hex digits.",
            "The network company gives it in this form; spaces between the bytes are allowed.",
        )
    return key
