"""A webhook to a real HTTP server: what is posted, how it is signed, and what is not followed."""

import hmac
import json
from datetime import UTC, datetime

import pytest

from hanport.home.config import HomeConfig, NoticeTable, WebhookTable
from hanport.home.notices import Kind, Notice
from hanport.home.notices.errors import NotSent
from hanport.home.notices.webhook import SIGNATURE, send, sign
from notice_servers import web_server

NOTICE = Notice("test-1", Kind.TEST, datetime(2026, 11, 25, tzinfo=UTC), "Hemma", "sv")


def config(url: str, secret: str = "") -> HomeConfig:
    return HomeConfig(notice=NoticeTable(webhook=WebhookTable(enabled=True, url=url, secret=secret)))


async def test_a_signed_json_object_is_posted() -> None:
    async with web_server(lambda: "204 No Content") as server:
        await send(NOTICE, config(server.url, "sesame"))
    ((headers, body),) = server.requests
    assert json.loads(body) == NOTICE.values()
    assert headers["content-type"] == "application/json"
    assert headers["x-hanport-id"] == "test-1"
    expected = "sha256=" + hmac.digest(b"sesame", body, "sha256").hex()
    assert headers[SIGNATURE.lower()] == expected == sign(body, "sesame")
    assert "sesame" not in body.decode()


async def test_without_a_secret_there_is_no_signature() -> None:
    async with web_server(lambda: "200 OK") as server:
        await send(NOTICE, config(server.url))
    assert SIGNATURE.lower() not in server.requests[0][0]


@pytest.mark.parametrize(
    ("status", "key"),
    [
        ("302 Found\r\nLocation: http://127.0.0.1:1/elsewhere", "webhook-redirect"),
        ("404 Not Found", "webhook-refused"),
        ("500 Internal Server Error", "webhook-refused"),
    ],
)
async def test_any_other_answer_is_a_failure(status: str, key: str) -> None:
    async with web_server(lambda: status) as server:
        with pytest.raises(NotSent) as caught:
            await send(NOTICE, config(server.url))
    assert (caught.value.key, caught.value.numbers) == (f"problem.{key}", {"code": int(status[:3])})
    assert len(server.requests) == 1


async def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanport.home.notices.webhook.TIMEOUT_S", 0.1)
    async with web_server(lambda: None) as server:
        with pytest.raises(NotSent) as caught:
            await send(NOTICE, config(server.url))
    assert caught.value.key == "problem.webhook-timeout"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://127.0.0.1:1/", "webhook-connect"),
        ("ftp://example.se/", "webhook-address"),
        ("", "webhook-address"),
        ("http://example.se:0x/", "webhook-address"),
    ],
)
async def test_addresses_that_lead_nowhere(url: str, key: str) -> None:
    with pytest.raises(NotSent) as caught:
        await send(NOTICE, config(url, "sesame"))
    assert caught.value.key == f"problem.{key}"
    assert "sesame" not in str(caught.value)
