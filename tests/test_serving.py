"""Serving on a socket: plain, by TLS, and the errors a person can mend."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from hanport.errors import ConfigError
from hanport.serving import Certificate, listen, serve


async def _hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"hello by {request.url.scheme}")


async def _who(request: Request) -> JSONResponse:
    assert request.client is not None
    return JSONResponse([request.client.host, request.url.scheme])


APPLICATION = Starlette(routes=[Route("/", _hello), Route("/who", _who)])


def make_certificate(folder: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Certificate(str(chain), str(secret))


@contextlib.asynccontextmanager
async def served(
    listener: socket.socket, certificate: Certificate | None = None, *, behind_proxy: bool = False
) -> AsyncIterator[int]:
    serving = asyncio.create_task(serve(APPLICATION, listener, certificate=certificate, behind_proxy=behind_proxy))
    await asyncio.sleep(0.05)
    try:
        yield listener.getsockname()[1]
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


async def test_it_answers_until_cancelled_and_closes_its_socket() -> None:
    listener = listen("127.0.0.1", 0)
    async with served(listener) as port, httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/")
        assert answer.text == "hello by http"
        assert "server" not in answer.headers
    assert listener.fileno() == -1


async def test_with_a_certificate_it_speaks_tls(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    trusted = ssl.create_default_context(cafile=certificate.chain)
    async with served(listen("127.0.0.1", 0), certificate) as port, httpx.AsyncClient(verify=trusted) as client:
        assert (await client.get(f"https://localhost:{port}/")).text == "hello by https"


@pytest.mark.parametrize(("behind_proxy", "who"), [(False, ["127.0.0.1", "http"]), (True, ["203.0.113.9", "https"])])
async def test_what_a_peer_claims_of_others_is_believed_only_where_a_proxy_stands_before(
    behind_proxy: bool, who: list[str]
) -> None:
    claims = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
    async with served(listen("127.0.0.1", 0), behind_proxy=behind_proxy) as port, httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/who", headers=claims)).json() == who


async def test_whoever_connects_has_to_show_a_certificate_where_that_is_asked(tmp_path: Path) -> None:
    (tmp_path / "client").mkdir()
    client = make_certificate(tmp_path / "client")
    certificate = replace(make_certificate(tmp_path), clients=client.chain)
    trusted = ssl.create_default_context(cafile=certificate.chain)
    async with served(listen("127.0.0.1", 0), certificate) as port:
        address = f"https://localhost:{port}/"
        async with httpx.AsyncClient(verify=trusted) as nobody:
            with pytest.raises(httpx.TransportError):
                await nobody.get(address)
        trusted.load_cert_chain(certificate.chain, certificate.key)
        async with httpx.AsyncClient(verify=trusted) as stranger:
            with pytest.raises(httpx.TransportError):
                await stranger.get(address)
        trusted.load_cert_chain(client.chain, client.key)
        async with httpx.AsyncClient(verify=trusted) as known:
            assert (await known.get(address)).text == "hello by https"


async def test_a_certificate_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("nothing")
    for chain in ("bad.pem", "missing.pem"):
        wrong = Certificate(str(tmp_path / chain), str(tmp_path / chain))
        with pytest.raises(ConfigError, match="certificate"):
            await serve(APPLICATION, listen("127.0.0.1", 0), certificate=wrong)


def test_a_taken_port() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} is taken"):
            listen("127.0.0.1", port)
        with listen("127.0.0.1", port, or_any=True) as other:
            assert other.getsockname()[1] != port


def test_an_address_of_another_machine() -> None:
    with pytest.raises(ConfigError, match="cannot be listened on"):
        listen("192.0.2.1", 0)


def test_an_ipv6_address() -> None:
    with listen("::1", 0) as listener:
        assert listener.family == socket.AF_INET6
