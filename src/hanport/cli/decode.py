"""`hanport decode`: raw bytes or hex text to one JSON object a line."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from hanport.cli.keys import key_options, keys_from
from hanport.errors import HanportError
from hanport.port.cipher import Keys
from hanport.port.decoder import Decoder, Event
from hanport.port.message import LLC
from hanport.port.telegram import Telegram
from hanport.port.values import Register

_PIECE = 64 * 1024
_HEX_TEXT = b"0123456789ABCDEFabcdef \t\r\n"
# Hex text and bare messages are decoded whole, at the end of the input; more than this is neither.
_MOST_HELD = 64 * 1024 * 1024


@click.command(short_help="Decode raw bytes or hex text: one JSON object a line.")
@click.argument("file", default="-")
@key_options
@click.option("--bulk", is_flag=True, help="Read a recording of millions of telegrams to columns (Parquet).")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The Parquet file that --bulk writes.")
def command(file: str, key: str | None, auth: str | None, bulk: bool, out: Path | None) -> int:
    """Decode FILE, or standard input, to one JSON object a line.

    The input is raw bytes, or hex text (only hex digits and white space). Leaves with 0 when there were telegrams and
    no rejection, 1 otherwise, 2 when the file cannot be read.
    """
    keys = keys_from(key, auth)
    if bulk:
        if out is None or file == "-":
            raise click.UsageError("--bulk reads a file and writes another: give FILE and --out FILE.parquet")
        from hanport.cli.parquet import export

        return export(Path(file), out, keys)
    if out is not None:
        raise click.UsageError("--out goes with --bulk; without it, redirect the output: hanport decode FILE > OUT")
    telegrams = rejections = 0
    for event in events(_open(file), keys):
        telegrams += isinstance(event, Telegram)
        rejections += not isinstance(event, Telegram)
        sys.stdout.buffer.write(as_json(event) + b"\n")
        sys.stdout.flush()
    return 0 if telegrams and not rejections else 1


def _open(file: str) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return open(file, "rb")
    except FileNotFoundError:
        raise HanportError(f"There is no file {file}.", "Check the path, or give - for standard input.") from None
    except IsADirectoryError:
        raise HanportError(f"{file} is a folder.", "Give one file.") from None
    except OSError as error:
        raise HanportError(f"{file} cannot be read: {error.strerror}.", "Check its permissions.") from error


def events(source: BinaryIO, keys: Keys | None) -> Iterator[Event]:
    """The events of an input, as soon as they are sure: a live stream is not waited for to end."""
    decoder = Decoder(keys)
    held = bytearray()
    with source:
        for piece in iter(lambda: source.read1(_PIECE), b""):  # type: ignore[attr-defined]
            held += piece
            if len(held) > _MOST_HELD or not _wants_all(bytes(held)):
                yield from decoder.feed(bytes(held))
                held.clear()
                break
        for piece in iter(lambda: source.read1(_PIECE), b""):  # type: ignore[attr-defined]
            yield from decoder.feed(piece)
    if held:
        whole = bytes.fromhex(held.decode("ascii")) if _is_hex(bytes(held)) else bytes(held)
        yield from decoder.message(whole)
    yield from decoder.finish()


def _wants_all(start: bytes) -> bool:
    """Whether what came so far may be hex text or one bare DLMS message."""
    return not start.strip(_HEX_TEXT) or start[:3] in LLC or start[:1] == b"\x0f"


def _is_hex(data: bytes) -> bool:
    return not data.translate(None, _HEX_TEXT) and len(data.translate(None, b" \t\r\n")) % 2 == 0


def as_json(event: Event) -> bytes:
    """The line of an event (DESIGN.md, section 7)."""
    if not isinstance(event, Telegram):
        line: dict[str, object] = {"kind": "rejected", "reason": event.reason, "length": len(event.raw)}
        return msgspec.json.encode(line | ({"hint": event.hint} if event.hint else {}))
    reading = {name: getattr(event.reading, name) for name in event.reading.__struct_fields__ if name != "at"}
    return msgspec.json.encode(
        {
            "kind": "telegram",
            "protocol": event.protocol,
            "identification": event.identification,
            "crc": event.checksum,
            "at": event.at,
            "registers": [_register(register) for register in event.registers],
            "reading": reading,
        }
    )


def _register(register: Register) -> dict[str, object]:
    value = None if register.value is None else f"{register.value:f}"
    row: dict[str, object] = {"obis": register.obis, "raw": register.raw, "value": value, "unit": register.unit}
    return row | ({"text": register.text} if register.text is not None else {})
