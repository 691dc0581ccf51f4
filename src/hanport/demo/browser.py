"""A customer's browser at the company's pages: the same pages, forms, cookies and redirects as a person has.

It signs as people do on one device: by the page's own button, which starts the phone, which leads back.
"""

from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from hanport.clock import Clock
from hanport.demo.journal import Listens
from hanport.demo.parties import Phone
from hanport.demo.register import Person
from hanport.demo.wire import PartyError, Wire, client

_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
_HERE = "same_device"
_SETTLES_S = 60.0
_LOOKS_EVERY_S = 0.5


class _Waiting(msgspec.Struct, frozen=True, rename="camel"):
    """What the page that waits for a signature tells its script."""

    text: str
    start: str = ""
    goes_to: str = ""
    is_over: bool = False


class Browser:
    """One browser with its cookies; use it with `async with`."""

    def __init__(self, portal: str, journal: Listens, clock: Clock, *, language: str) -> None:
        headers = {"origin": portal, "accept": "text/html", "accept-language": language, "user-agent": _AGENT}
        self._client = client(portal, **headers)
        self._wire = Wire(self._client, "The portal", journal)
        self._quiet = Wire(self._client, "The portal")
        self._clock = clock

    async def __aenter__(self) -> "Browser":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def look(self, path: str) -> httpx.Response:
        """A page, whatever its status is; a redirect is not followed."""
        return await self._wire.ask("GET", path)

    async def send(self, path: str, **form: str) -> httpx.Response:
        """A form."""
        return await self._wire.ask("POST", path, data=form)

    async def identify(self, person: Person, phone: Phone) -> None:
        """Log in with a person's BankID. Raises PartyError."""
        await self.look("/identify?next=/facilities")
        await self.sign(await self.begin_to_identify(), person, phone)

    async def begin_to_identify(self) -> str:
        """Begin a login, and give the page that waits for it."""
        return place_of(await self.send("/identify", way=_HERE, next="/facilities"))

    async def order(self, gsrn: str, person: Person, phone: Phone) -> str:
        """Order the opening of a port that may be ordered, and sign; gives the order's page. Raises PartyError."""
        await self._wire.tell("GET", f"/order?facility={gsrn}")
        waiting = place_of(await self.send("/order", facility=gsrn, way=_HERE))
        return await self.sign(waiting, person, phone)

    async def sign(self, waiting: str, person: Person, phone: Phone) -> str:
        """Sign what a page waits for, and come back as the phone says; gives where the browser then goes on."""
        done = await phone.sign(token_of(await self.start_link(waiting)), person.number)
        if done.state != "complete":
            raise PartyError(f"The phone did not sign ({done.hint or done.state}).", "Begin again.")
        await self.look(done.return_url)
        return await self._settled(waiting)

    async def start_link(self, waiting: str) -> str:
        """The link of the page's button that starts the phone. Raises PartyError."""
        found = await self.state_of(waiting)
        if not found.start:
            raise PartyError("The page has no button that starts the phone.", found.text)
        return found.start

    async def state_of(self, waiting: str) -> _Waiting:
        """How the page that waits stands."""
        return await self._quiet.get(f"{waiting}/state", _Waiting)

    async def _settled(self, waiting: str) -> str:
        ends_s = self._clock.monotonic() + _SETTLES_S
        while self._clock.monotonic() < ends_s:
            answer = await self._quiet.ask("GET", waiting)
            place = answer.headers.get("location", "")
            if place and place != waiting:
                return place_of(answer)
            if not place and (found := await self.state_of(waiting)).is_over:
                raise PartyError(found.text)
            await self._clock.sleep(_LOOKS_EVERY_S)
        raise PartyError("The signature is not taken.", "The machine is very slow: begin again.")


def place_of(answer: httpx.Response) -> str:
    """The path that an answer leads on to. Raises PartyError where it leads nowhere."""
    place = str(answer.headers.get("location", ""))
    if not place:
        raise PartyError(f"The page {answer.request.url.path} answers {answer.status_code}.", status=answer.status_code)
    parts = urlsplit(place)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def token_of(start_link: str) -> str:
    """The token in a link that starts the phone."""
    found: Any = httpx.URL(start_link).params.get("autostarttoken", "")
    return str(found)
