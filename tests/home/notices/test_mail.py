"""E-mail to a real SMTP server: encryption, login, refusals in words, and a message that every reader can show."""

import asyncio
import email.policy
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from hanport.home.config import HomeConfig, MailTable, NoticeTable
from hanport.home.notices import Kind, Notice
from hanport.home.notices.errors import NotSent
from hanport.home.notices.mail import compose, send
from hanport.home.values import PortState
from notice_servers import PASSWORD, USER, MailServer, mail_server, make_certificate, server_context

AT = datetime(2026, 11, 25, 8, 12, tzinfo=UTC)
NOTICE = Notice(
    "silent-1", Kind.SILENT, AT, "Hemma på Åsgatan", "sv", PortState.SILENT, AT, None, "silent-since", "guide.restart"
)


def config(port: int, security: Literal["starttls", "tls", "none"] = "none", **changes: Any) -> HomeConfig:
    table = MailTable(
        enabled=True, host="localhost", port=port, security=security, sender=f"Hubben <{USER}>", to=("anna@example.se",)
    )
    return HomeConfig(notice=NoticeTable(mail=msgspec.structs.replace(table, **changes)))


def sent(server: MailServer) -> EmailMessage:
    (envelope,) = server.envelopes
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


async def test_a_mail_arrives_with_everything_in_it() -> None:
    async with mail_server() as server:
        await send(NOTICE, config(server.port, to=("anna@example.se", "Bo <bo@example.se>")))
    message = sent(server)
    assert message["Subject"] == NOTICE.subject == "Hemma på Åsgatan: elmätarens HAN-port är tyst"
    assert message["Message-ID"] == "<silent-1@example.se>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == AT
    assert message.get_content().replace("\r\n", "\n") == NOTICE.body
    assert server.envelopes[0].rcpt_tos == ["anna@example.se", "bo@example.se"]
    assert server.envelopes[0].mail_from == USER


async def test_with_starttls_and_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with mail_server(starttls=server_context(certificate), login=True) as server:
        await send(NOTICE, config(server.port, "starttls", user=USER, password=PASSWORD))
    assert server.logins == [(USER, PASSWORD)]
    assert len(server.envelopes) == 1


async def test_with_tls_from_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with mail_server(tls=server_context(certificate)) as server:
        await send(NOTICE, config(server.port, "tls"))
    assert len(server.envelopes) == 1


async def refused(config: HomeConfig) -> NotSent:
    with pytest.raises(NotSent) as caught:
        await send(NOTICE, config)
    assert PASSWORD not in str(caught.value)
    assert "anna" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, security: Literal["starttls", "tls"]) -> None:
    context = server_context(make_certificate(tmp_path))
    contexts: dict[str, ssl.SSLContext] = {security: context}
    async with mail_server(**contexts) as server:  # type: ignore[arg-type]
        error = await refused(config(server.port, security))
    assert error.key == "problem.mail-tls"
    assert server.envelopes == []


async def test_no_encryption_where_it_was_asked_for() -> None:
    async with mail_server() as server:
        assert (await refused(config(server.port, "starttls"))).key == "problem.mail-tls"
    assert server.envelopes == []


async def test_a_wrong_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with mail_server(starttls=server_context(certificate), login=True) as server:
        error = await refused(config(server.port, "starttls", user=USER, password="wrong"))
    assert (error.key, error.numbers) == ("problem.mail-login", {"code": 535})
    assert "applösenord" in error.said("sv")


@pytest.mark.parametrize(
    ("verb", "key"), [("MAIL", "mail-sender"), ("RCPT", "mail-recipient"), ("DATA", "mail-refused")]
)
async def test_what_a_server_may_refuse(verb: str, key: str) -> None:
    async with mail_server() as server:
        server.answers[verb] = "550 anna@example.se is unknown here"
        error = await refused(config(server.port))
    assert (error.key, error.numbers["code"]) == (f"problem.{key}", 550)


async def test_nobody_at_the_address() -> None:
    assert (await refused(config(1))).key == "problem.mail-connect"


async def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanport.home.notices.mail.TIMEOUT_S", 0.1)

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert (await refused(config(port, host="127.0.0.1"))).key == "problem.mail-timeout"
    await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "changes",
    [
        {"host": ""},
        {"to": ()},
        {"to": ("anna",)},
        {"sender": "", "user": "anna"},
        {"sender": "a@example.se\nBcc: x@example.se"},
        {"to": ("anna@example.se\nBcc: x@example.se",)},
    ],
)
async def test_what_cannot_be_sent_at_all(changes: dict[str, Any]) -> None:
    assert (await refused(config(1, **changes))).key == "problem.mail-incomplete"


def test_the_user_is_the_sender_where_none_is_given() -> None:
    mail = config(1, sender="", user=USER).notice.mail
    assert compose(replace(NOTICE, kind=Kind.TEST), mail)["From"] == USER
