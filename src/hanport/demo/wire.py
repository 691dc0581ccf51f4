"""The way from the demonstration to a party: HTTP, each call taken down where somebody listens."""

from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from hanport.demo.journal import Listens
from hanport.errors import HanportError

T = TypeVar("T")
# A machine that starts everything at once is slow to answer.
TIMEOUT_S = 20.0


class PartyError(HanportError):
    """A party does not answer, or otherwise than it should. `status` is that of its answer, 0 without one."""

    def __init__(self, problem: str, remedy: str = "", *, status: int = 0) -> None:
        super().__init__(problem, remedy)
        self.status = status


class Wire:
    """Calls to one party. What it is called stands in the errors; what is not JSON is not read."""

    def __init__(self, client: httpx.AsyncClient, called: str, journal: Listens | None = None) -> None:
        self._client = client
        self._called = called
        self._journal = journal

    @property
    def headers(self) -> httpx.Headers:
        """What is sent with each call."""
        return self._client.headers

    def heard_by(self, journal: Listens) -> "Wire":
        """The same, with each call taken down."""
        return Wire(self._client, self._called, journal)

    async def ask(self, method: str, url: str, **content: Any) -> httpx.Response:
        """The answer, whatever its status is. Raises PartyError where none comes."""
        try:
            answer = await self._client.request(method, url, **content)
        except httpx.HTTPError as error:
            self._tell(method, url, type(error).__name__)
            raise PartyError(f"{self._called} does not answer ({type(error).__name__}).", "Try again.") from error
        self._tell(method, str(answer.request.url), str(answer.status_code))
        return answer

    async def tell(self, method: str, url: str, **content: Any) -> bytes:
        """The body of an answer that is no refusal. Raises PartyError."""
        answer = await self.ask(method, url, **content)
        if answer.status_code >= 400:
            problem = f"{self._called} answers {answer.status_code}: {answer.text[:300]}"
            raise PartyError(problem, "Begin the story anew.", status=answer.status_code)
        return answer.content

    async def get(self, url: str, kind: type[T]) -> T:
        """What it tells, as JSON of that form. Raises PartyError."""
        body = await self.tell("GET", url)
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.DecodeError as error:
            raise PartyError(f"{self._called} tells something else than expected.", str(error)) from error

    def _tell(self, method: str, url: str, outcome: str) -> None:
        if self._journal is not None:
            parts = urlsplit(url)
            port = f":{parts.port} " if parts.port else ""
            self._journal.call(f"{method} {port}{shortened(parts.path)}", outcome)


def shortened(path: str) -> str:
    """A path without what is long and says nothing."""
    return "/".join(each if len(each) <= 18 else f"{each[:6]}…" for each in path.split("/"))


def client(base: str, **headers: str) -> httpx.AsyncClient:
    """The way to a party of this machine, through no proxy. Each call has a connection of its own: one that is kept
    would be closed by a program that is exchanged for another.
    """
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(base_url=base, headers=headers, timeout=TIMEOUT_S, trust_env=False, limits=limits)
