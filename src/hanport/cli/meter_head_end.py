"""`hanport meter head-end`: a stand-in for a network company's head-end, with virtual meters behind it."""

import asyncio
import signal
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.sources.address import parse_listen

if TYPE_CHECKING:
    from hanport.meter.headend.assembly import Setup
    from hanport.serving import Certificate

_SHOWN_FAULTS = "lose-request, lose-reply, late=90, do-nothing, opposite, contradict; docs/virtual-meter.md has all"


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for, one field an option."""

    listen: str
    meter: tuple[str, ...]
    fault: tuple[str, ...]
    control: str | None
    delay: float
    at_once: bool
    code: tuple[str, ...]
    token_file: Path | None
    reply_token_file: Path | None
    reply_ca_file: Path | None
    certificate_file: Path | None
    private_key_file: Path | None


_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(epilog=f"Faults: {_SHOWN_FAULTS}.")
@click.option("--listen", default="127.0.0.1:0", show_default=True, metavar="HOST:PORT", help="Where it serves.")
@click.option("--meter", multiple=True, required=True, metavar="SERIAL=http://HOST:PORT", help="A meter's control.")
@click.option("--fault", multiple=True, metavar="NAME[=SECONDS][@SERIAL][*TIMES]", help="Put a fault to work.")
@click.option("--control", metavar="HOST:PORT", help="Offer the control interface (HTTP).")
@click.option("--delay", type=click.FloatRange(0, 86_400), default=0.5, show_default=True, metavar="SECONDS",
              help="From a command's arrival to its beginning.")  # fmt: skip
@click.option("--at-once", is_flag=True, help="Reply when a command has ended (REST form).")
@click.option("--code", multiple=True, metavar="NAME=NUMBER", help="Another code of the CIM form.")
@click.option("--token-file", type=_FILE, help="The token that whoever commands must show.")
@click.option("--reply-token-file", type=_FILE, help="The token to show with answers.")
@click.option("--reply-ca-file", type=_FILE, help="Whom to trust when answers are posted.")
@click.option("--certificate-file", type=_FILE, help="Serve over TLS with this chain.")
@click.option("--private-key-file", type=_FILE, help="Its key.")
def command(**given: Any) -> int:
    """Run a stand-in for a network company's head-end: it takes commands as docs/head-end.md says, tells the virtual
    meters, and posts how it went to the reply address.
    """
    asyncio.run(_run(Options(**given)))
    return 0


async def _run(options: Options) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    try:
        from hanport.meter.headend.assembly import running
        from hanport.meter.headend.faults import Faults, Plan
    except ImportError as missing:
        raise ConfigError(f"The head-end needs {missing.name}.", "pip install 'hanport[meter]'") from missing
    setup, certificate = _setup(options), _certificate(options)
    faults = Faults(Plan.parse(text) for text in options.fault)
    listener = _listen(options.listen)
    control = _listen(options.control) if options.control else None
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(setup, faults, SystemClock(), listeners=(listener, control), certificate=certificate):
        scheme = "https" if certificate else "http"
        click.echo(f"REST form on {_address(listener, scheme)}/rest")
        click.echo(f"CIM form on {_address(listener, scheme)}/cim")
        if control is not None:
            click.echo(f"control on {_address(control, 'http')}/api/v1/state")
        await stop.wait()


def _setup(options: Options) -> "Setup":
    from hanport.meter.headend.assembly import Setup
    from hanport.meter.headend.codes import Codes
    from hanport.meter.headend.meters import parse_address
    from hanport.meter.headend.server import Manners

    return Setup(
        meters=dict(parse_address(text) for text in options.meter),
        manners=Manners(_text_of(options.token_file), options.at_once),
        codes=Codes.parse(options.code),
        delay_s=options.delay,
        reply_token=_text_of(options.reply_token_file),
        trusted=_trusted(options.reply_ca_file),
        say=click.echo,
    )


def _certificate(options: Options) -> "Certificate | None":
    from hanport.serving import Certificate

    if options.certificate_file and options.private_key_file:
        return Certificate(str(options.certificate_file), str(options.private_key_file))
    if options.certificate_file or options.private_key_file:
        raise ConfigError("A certificate and its key go together.", "Give both files, or neither.")
    return None


def _listen(text: str) -> socket.socket:
    from hanport.serving import listen

    wanted = parse_listen(f"tcp://{text}")
    return listen(wanted.host, wanted.port)


def _address(listener: socket.socket, scheme: str) -> str:
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _text_of(path: Path | None) -> str:
    return path.read_text("utf-8").strip() if path else ""


def _trusted(path: Path | None) -> ssl.SSLContext | None:
    try:
        return ssl.create_default_context(cafile=str(path)) if path else None
    except ssl.SSLError as wrong:
        raise ConfigError(f"{path} holds no certificate.", "Give a file in PEM.") from wrong
