"""Reads a secret that stands alone in a file."""

from pathlib import Path

from hanport.errors import ConfigError

LOCAL = ("127.0.0.1", "localhost", "::1")  # hosts that need no encryption: they are this machine


def read_secret(path: Path, setting: str) -> str:
    """The file's one line. Raises ConfigError, which names the setting and never the secret."""
    try:
        secret = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigError(f"{setting}: {path} cannot be read ({reason}).", "Put the secret into it.") from error
    if not secret or not secret.isprintable():
        raise ConfigError(f"{setting}: {path} holds no secret.", "Put it there, alone on one line.")
    return secret
