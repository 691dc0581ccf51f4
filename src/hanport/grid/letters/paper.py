"""What stands on a letter, before anybody has set it; and how it is kept once it is printed, without its secrets."""

from dataclasses import asdict, dataclass, replace

import msgspec

from hanport.grid.keys import Keyring, Purpose


@dataclass(frozen=True, slots=True)
class Paper:
    """`to` are the lines in the window. `code` and `qr` are its secrets: what is typed, and what the square holds."""

    language: str
    to: tuple[str, ...]
    day: str
    subject: str
    paragraphs: tuple[str, ...]
    particulars: tuple[tuple[str, str], ...] = ()
    code: str = ""
    qr: str = ""
    after: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Paper(...)"


def seal_printed(keyring: Keyring, paper: Paper) -> bytes:
    """As it is kept: what was told, to whom."""
    return keyring.seal(msgspec.json.encode(asdict(replace(paper, code="", qr=""))), Purpose.NOTICE)


def read_printed(keyring: Keyring, sealed: bytes) -> Paper:
    """What was kept. Raises SealError."""
    return msgspec.json.decode(keyring.open(sealed, Purpose.NOTICE), type=Paper)
