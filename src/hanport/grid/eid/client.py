"""BankID's API, spoken over mutual TLS: what is asked goes out, and an answer comes back or one of `eid.errors`.

Connections are kept and used again. Nothing is repeated here: whether an order may be asked for again is for the flow
to decide.
"""

import asyncio
import logging
import ssl
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx
import msgspec

from hanport.grid.config import BankIDTable
from hanport.grid.database.schema import Environment
from hanport.grid.eid import answers, errors, requests, trust
from hanport.grid.eid.answers import Collected, Started
from hanport.grid.eid.errors import AlertStaff, BankIDError
from hanport.grid.eid.requests import Ask, Form
from hanport.grid.identifiers import Number

LONGEST_ANSWER = 1_048_576  # bytes
_CONNECTIONS = 50
_KEPT_S = 30.0
# Without a charset, or BankID answers 415.
_HEADERS = {"Content-Type": "application/json"}
_log = logging.getLogger(__name__)

Caller = Literal["user", "RP"]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: httpx.Headers
    body: bytes


class BankID:
    """The API of one BankID environment. Every call raises AlertStaff, RetryLater or TellUser, and nothing else."""

    def __init__(self, http: httpx.AsyncClient, url: str, timeout_s: float) -> None:
        self._http = http
        self._url = url
        self._timeout_s = timeout_s

    async def auth(self, ask: Ask) -> Started:
        """Begin an identification."""
        return answers.started(await self._post("/auth", requests.auth_form(ask)))

    async def sign(self, ask: Ask) -> Started:
        """Begin a signature."""
        return answers.started(await self._post("/sign", requests.sign_form(ask)))

    async def phone_auth(self, ask: Ask, *, number: Number | str, caller: Caller) -> Started:
        """Begin the identification of a person on the phone; `caller` is who called."""
        form = requests.phone_auth_form(ask, number, caller)
        return answers.started_by_phone(await self._post("/phone/auth", form))

    async def phone_sign(self, ask: Ask, *, number: Number | str, caller: Caller) -> Started:
        """Begin the signature of a person on the phone; `caller` is who called."""
        form = requests.phone_sign_form(ask, number, caller)
        return answers.started_by_phone(await self._post("/phone/sign", form))

    async def collect(self, order_ref: str) -> Collected:
        """How an order stands. Ask every two seconds while it is pending. Complete comes once only: whoever reads it
        keeps it at once.
        """
        return answers.collected(await self._post("/collect", {"orderRef": order_ref}), order_ref)

    async def cancel(self, order_ref: str) -> None:
        """End an order. One that has ended already is left as it is."""
        try:
            await self._post("/cancel", {"orderRef": order_ref})
        except AlertStaff as error:
            if error.code != "invalidParameters":
                raise

    async def is_alive(self) -> bool:
        """Whether BankID answers us: a GET is not allowed, and says so only to those whose certificate it knows."""
        try:
            return (await self._answer("GET", "/auth", b"")).status == 405
        except BankIDError:
            return False

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _post(self, call: str, form: Form) -> bytes:
        answer = await self._answer("POST", call, msgspec.json.encode(form))
        if answer.status == 200:
            return answer.body
        error = errors.of_answer(answer.status, answer.body, answer.headers)
        cause = error.cause
        level = logging.ERROR if isinstance(error, AlertStaff) else logging.INFO
        about = {"call": call, "status": cause.status, "code": cause.code, "details": cause.details}
        _log.log(level, "BankID answered with an error", extra=about)
        raise error

    async def _answer(self, method: str, call: str, body: bytes) -> _Answer:
        try:
            async with asyncio.timeout(self._timeout_s):
                headers = _HEADERS if body else {}
                request = self._http.build_request(method, self._url + call, content=body or None, headers=headers)
                return await self._exchange(request)
        except TimeoutError:
            raise errors.unreachable("slow", f"BankID did not answer in {self._timeout_s:g} s.") from None
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
            raise _lost(error) from error

    async def _exchange(self, request: httpx.Request) -> _Answer:
        response = await self._http.send(request, stream=True)
        try:
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise errors.unreadable("its encoding")
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > LONGEST_ANSWER:
                    raise errors.unreadable("its length")
        finally:
            await response.aclose()
        return _Answer(response.status_code, response.headers, bytes(body))


def connect(table: BankIDTable, folder: Path, environment: Environment) -> BankID:
    """BankID as a configuration has it; its files count from `folder`. Raises ConfigError."""
    url = trust.address(table, environment)
    context = trust.tls(trust.company_certificate(table, folder), trust.server_roots(table, folder, environment))
    http = httpx.AsyncClient(
        verify=context,
        headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "hanport"},
        timeout=None,  # each call as a whole has its time
        limits=httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_KEPT_S),
        follow_redirects=False,
        trust_env=False,
    )
    return BankID(http, url, table.timeout_s)


def _lost(error: Exception) -> BankIDError:
    """No answer. Where it is the certificates that do not fit, waiting does not help."""
    refusal = _tls_refusal(error)
    if isinstance(refusal, ssl.SSLCertVerificationError):
        return errors.ours("wrongServer", "What answers at BankID's address is not proved to be BankID.")
    if refusal is not None:
        return errors.ours("certificateRefused", "BankID does not take the company's certificate.")
    return errors.unreachable("unreachable", f"BankID could not be spoken to ({type(error).__name__}).")


def _tls_refusal(error: BaseException | None) -> ssl.SSLError | None:
    """The refusal of a certificate beneath an error, on either side; httpx wraps it several times."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        reason = (getattr(error, "reason", None) or "") if isinstance(error, ssl.SSLError) else ""
        if "ALERT" in reason and any(word in reason for word in ("CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE", "ACCESS")):
            assert isinstance(error, ssl.SSLError)
            return error
        error = error.__cause__ or error.__context__
    return None
