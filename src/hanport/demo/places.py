"""Where all parties are: ports of this machine that are free when the demonstration starts, and stay its own."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from hanport.serving import listen

HERE = "127.0.0.1"


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


def free_ports(wanted: Sequence[int], *, host: str = HERE) -> list[int]:
    """Ports, each the wanted one where that is free and not 0, else any; no two are the same."""
    with ExitStack() as stack:
        held = [stack.enter_context(listen(host, port, or_any=True)) for port in wanted]
        return [int(each.getsockname()[1]) for each in held]


def control_url(port: int) -> str:
    """The control interface of a meter."""
    return f"http://{HERE}:{port}"
