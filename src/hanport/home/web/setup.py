"""The first start: one browser, led from an empty hub to its first value by a one-time address.

Whoever starts the hub sees the address and its QR code in the terminal; nobody else may set the hub up. So the code of
the address binds the first browser that uses it, is worth nothing afterwards, and ends after 15 minutes; guesses are
slowed down. What is entered is kept here, so that reloading and going back lose nothing, and is saved at the end alone.
"""

import asyncio
import hashlib
import hmac
import io
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import segno

from hanport.clock import Clock
from hanport.home.accounts import Accounts, LoggedIn, Role
from hanport.home.config import HomeConfig, HouseTable, SourceTable
from hanport.home.from_company import HandOver
from hanport.home.throttle import Throttle, key_of_address
from hanport.home.web.devices import Device, serial_devices
from hanport.home.web.probing import Probe
from hanport.home.web.trial import Trial

OPEN_FOR_S = 15 * 60.0
# Without letters and digits that look alike; 16 of them are 78 bits, for guesses that have to wait.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_CODE_LENGTH = 16
_LONGEST_WAIT_S = 300.0

STEPS = ("language", "source", "telegram", "fuse", "user")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupParts:
    """What the set-up is given. `config` is what it begins with; its `web` is where the hub will listen. `save` writes
    the whole; it and the accounts raise HanportError. `handed_over`: what the network company told, where it did.
    """

    clock: Clock
    config: HomeConfig
    save: Callable[[HomeConfig], Awaitable[None]]
    accounts: Accounts
    probe: Probe
    devices: Callable[[], Sequence[Device]] = serial_devices
    handed_over: HandOver | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """What stands in the terminal."""

    url: str
    qr: str


class Setup:
    """One set-up, from its address to its end."""

    def __init__(self, parts: SetupParts) -> None:
        self.parts = parts
        self.code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        self.draft = parts.config
        self.handed_over = parts.handed_over
        self.trial = Trial(parts.probe, parts.clock)
        self.done: set[str] = set()  # steps that were gone through
        self.finished = asyncio.Event()
        self._browser: bytes | None = None
        self._ends_s = parts.clock.monotonic() + OPEN_FOR_S
        self._guesses = Throttle(parts.clock, longest_wait_s=_LONGEST_WAIT_S)

    def invitation(self, base_url: str) -> Invitation:
        """The one-time address under a base (`http://192.168.1.20:8480`), and its QR code for a terminal."""
        url = f"{base_url.rstrip('/')}/setup/{written_code(self.code)}"
        drawn = io.StringIO()
        segno.make(url, error="m", micro=False).terminal(out=drawn, compact=True)
        return Invitation(url, drawn.getvalue())

    # The one browser

    @property
    def is_over(self) -> bool:
        """Whether it has ended: done, or not begun or gone on with for 15 minutes."""
        return self.finished.is_set() or self._is_late

    @property
    def _is_late(self) -> bool:
        return self.parts.clock.monotonic() >= self._ends_s

    def wait_s(self, peer: str) -> float:
        """Seconds that this address has to wait after its wrong guesses."""
        return self._guesses.wait_s(key_of_address(peer))

    def opens(self, code: str, peer: str) -> bool:
        """Whether the code is right, and still good; a wrong one counts."""
        key = key_of_address(peer)
        self._guesses.begin(key)
        right = hmac.compare_digest(plain_code(code).encode(), self.code.encode())
        if right:
            self._guesses.forgive_all(key)
        return right and not self.is_over

    @property
    def is_bound(self) -> bool:
        """Whether a browser has come."""
        return self._browser is not None

    def bind(self) -> str:
        """The browser that comes with the right code is the one: the secret for its cookie."""
        assert not self.is_bound
        secret = secrets.token_urlsafe(32)
        self._browser = hashlib.sha256(secret.encode()).digest()
        return secret

    def knows(self, cookie: str) -> bool:
        """Whether it is the browser that the set-up is bound to; it goes on for another 15 minutes then."""
        hashed = hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).digest()
        if self._browser is None or not hmac.compare_digest(hashed, self._browser) or self._is_late:
            return False
        self._ends_s = self.parts.clock.monotonic() + OPEN_FOR_S
        return True

    async def ended(self) -> bool:
        """Waits for the end. True where the hub is set up, False where the time is over."""
        while not self.is_over:
            left_s = self._ends_s - self.parts.clock.monotonic()
            over = asyncio.ensure_future(self.parts.clock.sleep(left_s))
            done = asyncio.ensure_future(self.finished.wait())
            try:
                await asyncio.wait([over, done], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in (over, done):
                    each.cancel()
                await asyncio.gather(over, done, return_exceptions=True)
        await self.trial.stop()
        return self.finished.is_set()

    # What is entered

    def step_of(self, wanted: str) -> str:
        """The step to show: the wanted one, or the first before it that was not gone through."""
        before = STEPS[: STEPS.index(wanted)]
        return next((step for step in before if step not in self.done), wanted)

    def choose_language(self, language: Literal["sv", "en"]) -> None:
        """The language of the house, and of its first user."""
        hub = msgspec.structs.replace(self.draft.hub, language=language)
        self.draft = msgspec.structs.replace(self.draft, hub=hub)
        self.done.add("language")

    async def set_source(self, source: SourceTable) -> None:
        """Where the meter is read; it is listened to at once, as the network company says that it sends."""
        if self.handed_over is not None:
            source = self.handed_over.applied(source)
        self.draft = msgspec.structs.replace(self.draft, source=source)
        if source.address:
            await self.trial.begin(source)
        else:
            await self.trial.stop()

    def keep_setting(self) -> None:
        """The serial setting by which telegrams came is the one to keep."""
        heard = self.trial.heard()
        if heard is not None and heard.telegrams_count and self.trial.source == self.draft.source:
            self.draft = msgspec.structs.replace(self.draft, source=heard.source)

    def set_house(self, house: HouseTable) -> None:
        """Main fuse and phases."""
        self.draft = msgspec.structs.replace(self.draft, house=house)

    async def finish(self, name: str, password: str) -> LoggedIn:
        """Save all, and make the first owner; who is known by that name gets the password. Raises HanportError."""
        accounts = self.parts.accounts
        known = {user.name.casefold(): user for user in await accounts.users()}
        user = known.get(name.strip().casefold())
        if user is None:
            user = await accounts.add(name, password, Role.OWNER, self.draft.hub.language)
        else:
            await accounts.set_password(user, password)
            await accounts.set_role(user.id, Role.OWNER)
        await self.trial.stop()  # the hub will open the device
        await self.parts.save(self.draft)
        return await accounts.begin_session(user)


def written_code(code: str) -> str:
    """In fours, to be typed: `k3f9-…`."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def plain_code(typed: str) -> str:
    """A code as it is compared, however it was typed."""
    return "".join(typed.lower().replace("-", "").split())[:100]


def address_on_network(port: int, scheme: str = "http") -> str:
    """The address that a phone on the same network uses. Nothing is sent to find it out."""
    for family, somewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((somewhere, 9))
            except OSError:
                continue
            host = probe.getsockname()[0]
            return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    return f"{scheme}://localhost:{port}"
