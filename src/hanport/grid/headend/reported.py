"""What head-ends say, read into values: texts are cleaned, and whatever cannot be believed is refused."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from hanport.errors import HanportError
from hanport.grid.free_text import tidy
from hanport.grid.headend.contract import Answer, PortState

DETAIL_LENGTH = 200
_COMMAND_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SERIAL = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,64}")


class Unreadable(HanportError):
    """What a head-end sent is no answer, or none that can be believed. Sending it again does not help.

    `reply` is the body to answer with in the head-end's own form, b"" for none.
    """

    def __init__(self, problem: str, remedy: str = "", *, reply: bytes = b"", content_type: str = "") -> None:
        super().__init__(problem, remedy)
        self.reply = reply
        self.content_type = content_type


@dataclass(frozen=True, slots=True)
class PortReport:
    """A head-end says unasked how a port stands, and when it saw that."""

    meter_serial: str
    port: PortState
    at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """What one message of a head-end holds. `reply` is the body to answer with, b"" for none."""

    answers: tuple[Answer, ...] = ()
    reports: tuple[PortReport, ...] = ()
    reply: bytes = b""
    content_type: str = ""


def command_id(text: object) -> str:
    """A command's id. Raises Unreadable."""
    if isinstance(text, str) and _COMMAND_ID.fullmatch(text):
        return text
    raise Unreadable("The id of a command is missing or malformed.", "It has 1 to 64 letters, digits, dots and dashes.")


def meter_serial(text: object) -> str:
    """A meter's serial number. Raises Unreadable."""
    if isinstance(text, str) and _SERIAL.fullmatch(text.strip()):
        return text.strip()
    raise Unreadable("The serial number of a meter is missing or malformed.", "It has 1 to 64 characters.")


def instant(text: object) -> datetime:
    """An instant with an offset, in UTC. Raises Unreadable."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        if at is not None and at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Unreadable("A time is missing or malformed.", "Write it as 2026-11-25T08:00:00Z.")


def detail(text: str) -> str:
    """A head-end's own words on one line, at most 200 characters, with long numbers masked."""
    return tidy(text, DETAIL_LENGTH)
