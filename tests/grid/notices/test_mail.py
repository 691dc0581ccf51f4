"""Notices to a real SMTP server: encryption, login, and what is final and what is tried again."""

import asyncio
import email.policy
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grid.conftest import START
from grid.notices.office import CONFIG, config_with
from hanport.errors import ConfigError
from hanport.grid.config import MailTable
from hanport.grid.database.schema import Environment
from hanport.grid.notices.errors import NotDelivered
from hanport.grid.notices.mail import MailChannel, mail_channel
from hanport.grid.notices.outgoing import Outgoing
from hanport.grid.notices.ways import Way
from notice_servers import PASSWORD, USER, MailServer, mail_server, make_certificate, server_context

MESSAGE = Outgoing("id1", Way.MAIL, "anna@example.se", "Öppnad på Åsgatan", "HAN-porten är öppen.\n", START)


def channel(port: int, folder: Path = Path("/nowhere"), **changes: Any) -> MailChannel:
    table = MailTable(host="localhost", port=port, security="none", sender="han@example.se")
    return mail_channel(config_with(mail=msgspec.structs.replace(table, **changes)), folder)


def sent(server: MailServer) -> EmailMessage:
    (envelope,) = server.envelopes
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


async def test_a_message_arrives_whole() -> None:
    async with mail_server() as server:
        await channel(server.port).send(MESSAGE)
    message = sent(server)
    assert message["From"] == "Fjällnät <han@example.se>"
    assert message["To"] == "anna@example.se"
    assert message["Subject"] == "Öppnad på Åsgatan"
    assert message["Message-ID"] == "<id1@example.se>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == START
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert (server.envelopes[0].mail_from, server.envelopes[0].rcpt_tos) == ("han@example.se", ["anna@example.se"])


async def test_with_starttls_and_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    (tmp_path / "password").write_text(PASSWORD + "\n")
    async with mail_server(starttls=server_context(certificate), login=True) as server:
        changes = {"security": "starttls", "user": USER, "password_file": "password", "sender": "Porten <han@x.se>"}
        await channel(server.port, tmp_path, **changes).send(MESSAGE)
    assert server.logins == [(USER, PASSWORD)]
    assert sent(server)["From"] == "Porten <han@x.se>"


async def refused(channel: MailChannel) -> NotDelivered:
    with pytest.raises(NotDelivered) as caught:
        await channel.send(MESSAGE)
    await channel.close()
    for secret in (PASSWORD, "anna", "Öppnad", "HAN-porten"):
        assert secret not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, security: str) -> None:
    contexts: dict[str, Any] = {security: server_context(make_certificate(tmp_path))}
    async with mail_server(**contexts) as server:
        error = await refused(channel(server.port, security=security))
    assert "no encrypted connection" in str(error) and not error.is_final
    assert server.envelopes == []


@pytest.mark.parametrize(
    ("verb", "answer", "is_final", "says"),
    [
        ("RCPT", "550 anna@example.se is unknown", True, "refuses the recipient (550)"),
        ("RCPT", "450 anna@example.se: later", False, "refuses the recipient (450)"),
        ("MAIL", "553 who are you", False, "refused the message (553)"),
        ("DATA", "554 spam: HAN-porten", False, "refused the message (554)"),
        ("DATA", "451 later", False, "refused the message (451)"),
    ],
)
async def test_what_a_server_may_refuse(verb: str, answer: str, is_final: bool, says: str) -> None:
    async with mail_server() as server:
        server.answers[verb] = answer
        error = await refused(channel(server.port))
    assert says in str(error) and error.is_final is is_final


async def test_a_wrong_password_is_no_fault_of_the_customer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    (tmp_path / "password").write_text("wrong")
    async with mail_server(starttls=server_context(certificate), login=True) as server:
        changes = {"security": "starttls", "user": USER, "password_file": "password"}
        error = await refused(channel(server.port, tmp_path, **changes))
    assert "does not accept our login (535)" in str(error) and not error.is_final


async def test_nobody_at_the_address() -> None:
    error = await refused(channel(1))
    assert "cannot be reached" in str(error) and not error.is_final


async def _answering(then: bytes, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says these bytes and hangs up; none: that says nothing at all."""
    monkeypatch.setattr("hanport.grid.notices.mail.TIMEOUT_S", 0.2)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if then:
            writer.write(then)
        else:
            await reader.read()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        error = await refused(channel(server.sockets[0].getsockname()[1], host="127.0.0.1"))
    assert says in str(error) and not error.is_final
    await asyncio.sleep(0.01)


async def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    await _answering(b"", "does not answer", monkeypatch)


@pytest.mark.parametrize("then", [b"220 hello\r\n", b"\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xfe\r\n"])
async def test_a_server_that_hangs_up_or_is_none(then: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    await _answering(then, "The mail server", monkeypatch)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sender": ""}, "mail.sender"),
        ({"sender": "han"}, "mail.sender"),
        ({"user": "u", "password_file": "missing"}, "mail.password_file"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        channel(1, tmp_path, **changes)


def test_an_empty_secret_is_none(tmp_path: Path) -> None:
    for content in (b"", b" \n", b"a\nb", b"\xff"):
        (tmp_path / "password").write_bytes(content)
        with pytest.raises(ConfigError, match=r"mail\.password_file") as caught:
            channel(1, tmp_path, user="u", password_file="password")
        assert "a\nb" not in str(caught.value)


def test_in_production_nothing_goes_in_clear() -> None:
    table = MailTable(host="mail.example.se", security="none", sender="han@example.se")
    production = msgspec.structs.replace(CONFIG, environment=Environment.PRODUCTION, mail=table)
    with pytest.raises(ConfigError, match="in clear"):
        mail_channel(production, Path())
    local = msgspec.structs.replace(table, host="localhost")
    mail_channel(msgspec.structs.replace(production, mail=local), Path())
