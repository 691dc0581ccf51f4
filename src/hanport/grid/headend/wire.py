"""One bounded HTTP exchange with a head-end: its token, TLS, time and size are kept here.

Whatever goes wrong is `Unreachable`: then nobody knows whether the head-end took the command, and it is sent again.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from hanport.errors import ConfigError
from hanport.grid.config import HeadEndTable
from hanport.grid.headend.contract import Unreachable

LONGEST_REPLY = 262_144  # bytes
_LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply; `content_type` without its parameters."""

    status: int
    body: bytes
    content_type: str


class Wire:
    """Connections to one head-end."""

    def __init__(self, name: str, client: httpx.AsyncClient, timeout_s: float) -> None:
        self._name = name
        self._client = client
        self._timeout_s = timeout_s

    async def ask(self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Send one request and read the whole reply. Raises Unreachable."""
        try:
            async with asyncio.timeout(self._timeout_s):
                request = self._client.build_request(method, url, content=body or None, headers=headers)
                return await self._exchange(request)
        except TimeoutError:
            raise Unreachable(f"{self._name} did not reply in {self._timeout_s:g} s.") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise Unreachable(f"{self._name} could not be spoken to ({type(error).__name__}).") from error

    async def _exchange(self, request: httpx.Request) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise Unreachable(f"{self._name} sent a compressed reply, which was not asked for.")
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > LONGEST_REPLY:
                    raise Unreachable(f"{self._name} sent a reply longer than {LONGEST_REPLY // 1024} kB.")
        finally:
            await response.aclose()
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Reply(response.status_code, bytes(body), kind)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


def wire(table: HeadEndTable, folder: Path, *, connections: int, is_encrypted: bool) -> Wire:
    """Connections to the head-end of a table; its files count from `folder`. Raises ConfigError.

    Not `is_encrypted`: no server is trusted, as none is met.
    """
    headers = {"Accept-Encoding": "identity", "User-Agent": "hanport"}
    if table.token_file:
        headers["Authorization"] = f"Bearer {_token(folder / table.token_file, table.name)}"
    client = httpx.AsyncClient(
        verify=_trust(table, folder) if is_encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        headers=headers,
        timeout=table.timeout_s,
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        follow_redirects=False,
        trust_env=False,
    )
    return Wire(table.name, client, table.timeout_s)


def address(table: HeadEndTable, text: str, *, in_production: bool) -> str:
    """The address of a head-end without a slash at its end. Raises ConfigError unless it is https (or local http)."""
    where = f"head-end {table.name}"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise ConfigError(f"{where}: `url` is no address of a server.", 'Write it as "https://head-end.example/path".')
    if parts.username is not None or parts.password is not None:
        raise ConfigError(f"{where}: a password stands in `url`.", "Put a token into a file, as `token_file`.")
    if parts.scheme == "http" and in_production and host not in _LOCAL:
        raise ConfigError(f"{where}: `url` is not encrypted.", "Use https://, or a port of this machine.")
    return text.rstrip("/")


def _token(path: Path, name: str) -> str:
    try:
        token = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not ASCII"
        raise ConfigError(f"head-end {name}: {path} cannot be read ({reason}).", "Put the token into it.") from error
    if not token or not token.isprintable() or " " in token:
        raise ConfigError(f"head-end {name}: {path} holds no token.", "Put the token into it, alone on one line.")
    return token


def _trust(table: HeadEndTable, folder: Path) -> ssl.SSLContext:
    if bool(table.certificate_file) != bool(table.private_key_file):
        raise ConfigError(
            f"head-end {table.name}: a certificate and its key belong together.",
            "Set both `certificate_file` and `private_key_file`.",
        )
    try:
        context = ssl.create_default_context(cafile=str(folder / table.ca_file) if table.ca_file else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if table.certificate_file:
            context.load_cert_chain(folder / table.certificate_file, folder / table.private_key_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"head-end {table.name}: its certificates cannot be used.",
            "Give `ca_file`, `certificate_file` and `private_key_file` in PEM.",
        ) from error
    return context
