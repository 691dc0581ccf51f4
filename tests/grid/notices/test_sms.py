"""SMS to a real HTTP gateway: what is posted, and what is final and what is tried again."""

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grid.conftest import START
from grid.notices.office import CONFIG, config_with
from hanport.errors import ConfigError
from hanport.grid.config import SmsTable
from hanport.grid.database.schema import Environment
from hanport.grid.notices.errors import NotDelivered
from hanport.grid.notices.outgoing import Outgoing
from hanport.grid.notices.sms import sms_channel
from hanport.grid.notices.ways import Way
from notice_servers import web_server

MESSAGE = Outgoing("id1", Way.SMS, "+46701740605", "", "HAN-porten är öppen.", START)


async def send(url: str, folder: Path = Path("/nowhere"), **changes: Any) -> None:
    table = msgspec.structs.replace(SmsTable(url=url, sender="Fjallnat"), **changes)
    channel = sms_channel(config_with(sms=table), folder)
    try:
        await channel.send(MESSAGE)
    finally:
        await channel.close()


async def test_a_json_object_is_posted_with_the_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("sesame\n")
    async with web_server(lambda: "202 Accepted") as server:
        await send(server.url, tmp_path, token_file="token")
    ((headers, body),) = server.requests
    assert json.loads(body) == {"from": "Fjallnat", "to": "+46701740605", "text": "HAN-porten är öppen."}
    assert headers["authorization"] == "bearer sesame"
    assert headers["idempotency-key"] == "id1"


@pytest.mark.parametrize(
    ("status", "is_final"),
    [
        ("400 Bad Request", True),
        ("422 Unprocessable Content", True),
        ("401 Unauthorized", False),
        ("404 Not Found", False),
        ("429 Too Many Requests", False),
        ("500 Internal Server Error", False),
        ("302 Found\r\nLocation: http://127.0.0.1:1/", False),
    ],
)
async def test_any_other_answer_is_a_failure(status: str, is_final: bool) -> None:
    async with web_server(lambda: status) as server:
        with pytest.raises(NotDelivered, match=status[:3]) as caught:
            await send(server.url)
    assert caught.value.is_final is is_final
    assert "+46" not in str(caught.value) and "HAN" not in str(caught.value)


async def test_a_gateway_that_does_not_answer_or_hangs_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanport.grid.notices.sms.TIMEOUT_S", 0.1)
    async with web_server(lambda: None) as server:
        with pytest.raises(NotDelivered, match="does not answer"):
            await send(server.url)

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 20")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(cut, "127.0.0.1", 0) as cutting:
        with pytest.raises(NotDelivered, match="cannot be reached"):
            await send(f"http://127.0.0.1:{cutting.sockets[0].getsockname()[1]}/")
    with pytest.raises(NotDelivered, match="cannot be reached"):
        await send("http://127.0.0.1:1/")
    await asyncio.sleep(0.01)


@pytest.mark.parametrize("url", ["ftp://example.se/", "sms", "http://example.se:0x/", "http://u:p@example.se/"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ConfigError, match=r"sms\.url"):
        sms_channel(config_with(sms=SmsTable(url=url)), Path())


def test_in_production_nothing_goes_in_clear(tmp_path: Path) -> None:
    production = msgspec.structs.replace(CONFIG, environment=Environment.PRODUCTION)
    with pytest.raises(ConfigError, match="in clear"):
        sms_channel(msgspec.structs.replace(production, sms=SmsTable(url="http://sms.example.se/")), Path())
    with pytest.raises(ConfigError, match=r"sms\.token_file"):
        sms_channel(config_with(sms=SmsTable(url="https://sms.example.se/", token_file="none")), tmp_path)
