"""A message as it is kept: to whom and what, sealed; and the secret of its link, sealed by itself until it is sent."""

import secrets
from dataclasses import asdict, dataclass

import msgspec

from hanport.grid.keys import Keyring, Purpose


@dataclass(frozen=True, slots=True)
class Envelope:
    """To which address or number, and what it says. An SMS has no subject."""

    to: str
    subject: str
    text: str

    def __repr__(self) -> str:
        return "Envelope(...)"


def new_id() -> str:
    """An id that no other message has, anywhere."""
    return secrets.token_hex(12)


def seal(keyring: Keyring, envelope: Envelope) -> bytes:
    """As it is kept."""
    return keyring.seal(msgspec.json.encode(asdict(envelope)), Purpose.NOTICE)


def unseal(keyring: Keyring, sealed: bytes) -> Envelope:
    """What was kept. Raises SealError."""
    return msgspec.json.decode(keyring.open(sealed, Purpose.NOTICE), type=Envelope)


def seal_secret(keyring: Keyring, secret: str) -> bytes:
    """The secret of a link, as it waits to be sent."""
    return keyring.seal(secret.encode(), Purpose.NOTICE)


def unseal_secret(keyring: Keyring, sealed: bytes | None) -> str:
    """The secret of a link, "" where there is none. Raises SealError."""
    return keyring.open(sealed, Purpose.NOTICE).decode() if sealed is not None else ""
