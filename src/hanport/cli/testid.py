"""`hanport testid`: an identity service for demonstrations and tests, with a page that plays the phone."""

import asyncio
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.sources.address import parse_listen

_SHOWN_FAULTS = "internal-error@collect*2, slow=20, unknown-hint, other-text, forged-chain; docs/testid.md has all"


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for, one field an option."""

    folder: Path
    listen: str
    page: str
    company: str | None
    fault: tuple[str, ...]


@click.command(epilog=f"Faults: {_SHOWN_FAULTS}.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), required=True,
              help="Where its certificates are; made at the first start.")  # fmt: skip
@click.option("--listen", default="127.0.0.1:0", show_default=True, metavar="HOST:PORT", help="Where the API is.")
@click.option("--page", default="127.0.0.1:0", show_default=True, metavar="HOST:PORT", help="Where the phone is.")
@click.option("--company", metavar="NAME", help="Who asks, as the phone shows it (first start).")
@click.option("--fault", multiple=True, metavar="NAME[=SECONDS][@CALL][*TIMES]", help="Put a fault to work.")
def command(**given: Any) -> int:
    """Run an identity service for demonstrations and tests: it behaves as BankID's API does towards relying parties,
    and signs for invented people by an authority of its own, which nobody else trusts.

    The folder has what the activation service needs of it: server-ca.pem, rp.p12, rp-passphrase, signature-root.pem.
    """
    asyncio.run(_run(Options(**given)))
    return 0


async def _run(options: Options) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    try:
        from hanport.testid.assembly import make_service, running
        from hanport.testid.faults import Faults, Plan
        from hanport.testid.pki import COMPANY, open_pki
    except ImportError as missing:
        raise ConfigError(f"The test identity needs {missing.name}.", "pip install 'hanport[testid]'") from missing
    clock = SystemClock()
    faults = Faults(Plan.parse(text) for text in options.fault)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with _listen(options.listen) as api, _listen(options.page) as page:
        pki = open_pki(options.folder, clock.now(), options.company or COMPANY)
        async with running(make_service(pki, faults, clock), api, page):
            click.echo(f"testid on {_address(api, 'https')}/rp/v6.0")
            click.echo(f"phone on {_address(page, 'http')}")
            await stop.wait()


def _listen(text: str) -> socket.socket:
    from hanport.serving import listen

    wanted = parse_listen(f"tcp://{text}")
    return listen(wanted.host, wanted.port)


def _address(listener: socket.socket, scheme: str) -> str:
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
