"""Where all parties are: ports of this machine that are free when the demonstration starts, and stay its own."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from random import sample

from hanport.errors import ConfigError
from hanport.serving import listen

HERE = "127.0.0.1"
_ANY = range(20_000, 30_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Ports of 127.0.0.1. `controls` are those of the control interfaces of the house's meters, one after the other;
    `telegrams` is the address at which all of them send.
    """

    portal: int
    identity: int
    phone: int
    head_end: int
    head_end_control: int
    controls: tuple[int, ...]
    bakehouse: int
    telegrams: str

    @property
    def portal_url(self) -> str:
        """The company's pages and API."""
        return f"http://{HERE}:{self.portal}"

    @property
    def phone_url(self) -> str:
        """The page that plays the phone."""
        return f"http://{HERE}:{self.phone}"

    @property
    def identity_url(self) -> str:
        """Where relying parties call."""
        return f"https://{HERE}:{self.identity}/rp/v6.0"

    @property
    def head_end_url(self) -> str:
        """Where the company posts its commands."""
        return f"http://{HERE}:{self.head_end}/cim"


class Claims:
    """Ports that belong to this demonstration until the end of the block, though its programs come and go on them.

    Each claim is a UDP socket of the same number, which no other demonstration can have at the same time. Nobody else
    is handed such a port by chance either: where any will do, it is below those that systems hand out.
    """

    def __init__(self) -> None:
        self._held = ExitStack()

    def __enter__(self) -> "Claims":
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def take(self, wanted: int, *, host: str = HERE) -> int:
        """The wanted port where that is free and not 0, else any. Raises ConfigError where there is none."""
        found = next((port for port in _candidates(wanted) if self._is_ours(host, port)), None)
        if found is None:
            raise ConfigError("No port of this machine is free.", "End programs that listen on many ports.")
        return found

    def _is_ours(self, host: str, port: int) -> bool:
        """Whether it could be claimed: no other demonstration has it, and nobody listens on it. Raises ConfigError."""
        with ExitStack() as stack:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            claim = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            probe = stack.enter_context(listen(host, port, or_any=True))
            try:
                claim.bind((host, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise ConfigError(
                        f"{host}:{port} cannot be claimed ({error.strerror}).", "Choose another."
                    ) from error
                return False
            if probe.getsockname()[1] != port:
                return False
            probe.close()
            self._held.push(stack.pop_all())
        return True


def _candidates(wanted: int) -> Iterator[int]:
    if wanted:
        yield wanted
    yield from sample(_ANY, len(_ANY))


def control_url(port: int) -> str:
    """The control interface of a meter."""
    return f"http://{HERE}:{port}"
