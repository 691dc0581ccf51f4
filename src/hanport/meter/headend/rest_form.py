"""The REST form: commands and answers as JSON."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from hanport.meter.headend.telling import Body, Seen, Writer
from hanport.meter.headend.values import COMMAND_ID, Command, Form, Kind, NotRead, Standing

JSON = "application/json"
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Text = Annotated[str, msgspec.Meta(max_length=200)]


class _Meter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which meter."""

    serial: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    maker: _Text
    model: _Text


class _Sent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a command. Everything must be there: a stand-in is strict."""

    kind: Kind
    meter: _Meter
    gsrn: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{18})?$")]
    due_at: _Instant | None
    expires_at: _Instant
    reply_url: Annotated[str, msgspec.Meta(max_length=2000)]


def read_command(command_id: str, body: bytes) -> Command:
    """The command of a PUT. Raises NotRead."""
    if not re.fullmatch(COMMAND_ID, command_id):
        raise NotRead("The id has other characters, or more than 64.", "Use A-Z a-z 0-9 . _ - only.")
    try:
        sent = msgspec.json.decode(body, type=_Sent)
    except msgspec.DecodeError as wrong:
        raise NotRead(f"The body is no command: {wrong}.", "Compare it with the specification.") from wrong
    return Command(
        id=command_id,
        kind=sent.kind,
        meter=sent.meter.serial,
        form=Form.REST,
        reply_url=checked_url(sent.reply_url),
        expires_at=sent.expires_at,
    )


def checked_url(url: str) -> str:
    """An address that an answer can be posted to, or "". Raises NotRead."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if url and not whole:
        raise NotRead("The reply address is no address.", "Write https://HOST/PATH.")
    return url


def standing_of(command: Command, standing: Standing) -> dict[str, Any]:
    """How a command stands, as the body of replies and answers."""
    return {
        "id": command.id,
        "kind": command.kind,
        "meter_serial": command.meter,
        "state": standing.state,
        "port": standing.port,
        "at": standing.at,
        "detail": standing.detail[:200],
    }


def _answer(command: Command, standing: Standing) -> Body:
    return Body(JSON, msgspec.json.encode(standing_of(command, standing)))


def _report(seen: Sequence[Seen]) -> Body:
    states = [{"meter_serial": each.meter, "port": each.standing.port, "at": each.standing.at} for each in seen]
    return Body(JSON, msgspec.json.encode({"states": states}))


WRITER = Writer(_answer, _report)
