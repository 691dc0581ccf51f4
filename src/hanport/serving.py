"""Serves an ASGI application on a listening socket, inside a loop that belongs to somebody else."""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from hanport.errors import ConfigError

_BACKLOG = 128
_ALWAYS: dict[str, Any] = {
    "lifespan": "off",
    "ws": "none",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "timeout_graceful_shutdown": 1,
}
# In the scope of each request: an asyncio.Event that is set when the server stops, for answers without an end.
CLOSING = "hanport.closing"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of a certificate chain and its key, in PEM.

    With `clients`, a file of authorities, whoever connects has to show a certificate of theirs (mutual TLS).
    """

    chain: str
    key: str
    clients: str | None = None


def _tls_of(certificate: Certificate) -> dict[str, Any]:
    """What uvicorn is told of it."""
    return {
        "ssl_certfile": certificate.chain,
        "ssl_keyfile": certificate.key,
        "ssl_ca_certs": certificate.clients,
        "ssl_cert_reqs": ssl.CERT_REQUIRED if certificate.clients else ssl.CERT_NONE,
    }


class _Server(uvicorn.Server):
    """Leaves the signals to the program that it runs in."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int, *, or_any: bool = False) -> socket.socket:
    """A listening socket on `host`, with `or_any` on another port where that one is busy. Raises ConfigError."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except PermissionError as error:
        raise ConfigError(f"You may not listen on port {port}.", "Choose one from 1024.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE and or_any:
            return listen(host, 0)
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"Port {port} is taken by another program.", "Choose another, or end that one."
            ) from error
        raise ConfigError(f"{host}:{port} cannot be listened on ({error.strerror}).", "Check the address.") from error


async def serve(
    application: ASGIApp,
    listener: socket.socket,
    *,
    certificate: Certificate | None = None,
    connections: int = 64,
    behind_proxy: bool = False,
) -> None:
    """Answer requests on a listening socket until cancelled; then the socket is closed.

    More `connections` at once than that are answered 503. With `behind_proxy`, what peers of this machine say in
    X-Forwarded-For and -Proto is believed: anybody who reaches the socket from here may say so. Raises ConfigError for
    a certificate that cannot be used.
    """
    closing = asyncio.Event()

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        scope[CLOSING] = closing
        await application(scope, receive, send)

    tls = _tls_of(certificate) if certificate else {}
    server = _Server(uvicorn.Config(told, limit_concurrency=connections, proxy_headers=behind_proxy, **_ALWAYS, **tls))
    try:
        server.config.load()
    except (OSError, ssl.SSLError) as error:
        listener.close()
        raise ConfigError("The certificate cannot be used.", "Give a chain and its key in PEM.") from error
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    finally:
        closing.set()
        server.should_exit = True
        await serving
        listener.close()
