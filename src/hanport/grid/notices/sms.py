"""Messages as SMS, by a gateway that is posted JSON: {"from", "to", "text"}."""

from pathlib import Path
from urllib.parse import urlsplit

import httpx

from hanport.errors import ConfigError
from hanport.grid.config import GridConfig, SmsTable
from hanport.grid.database.schema import Environment
from hanport.grid.notices.errors import NotDelivered
from hanport.grid.notices.outgoing import Outgoing
from hanport.grid.notices.secret_files import LOCAL, read_secret

TIMEOUT_S = 10.0
# What is wrong with the number or the text, and not with the gateway or our agreement with it.
_OF_THE_MESSAGE = frozenset({400, 422})


class SmsChannel:
    """A gateway. Any answer of 200 to 299 will do, and its content is not read.

    `Idempotency-Key` is the message's id: a gateway that knows it sends a repetition once.
    """

    def __init__(self, table: SmsTable, token: str) -> None:
        self._table = table
        headers = {"User-Agent": "hanport"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, headers=headers, follow_redirects=False, trust_env=False)

    async def send(self, message: Outgoing) -> None:
        """Hand it to the gateway. Raises NotDelivered."""
        body = {"from": self._table.sender, "to": message.to, "text": message.text}
        headers = {"Idempotency-Key": message.id}
        try:
            async with self._client.stream("POST", self._table.url, json=body, headers=headers) as answer:
                code = answer.status_code
        except httpx.TimeoutException:
            raise NotDelivered("The SMS gateway does not answer.") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise NotDelivered("The SMS gateway cannot be reached.") from None
        if not 200 <= code < 300:
            raise NotDelivered(f"The SMS gateway refused the message ({code}).", is_final=code in _OF_THE_MESSAGE)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


def sms_channel(config: GridConfig, folder: Path) -> SmsChannel:
    """The gateway of the configuration; its files count from `folder`. Raises ConfigError."""
    table = config.sms
    try:
        parts = urlsplit(table.url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or parts.username is not None:
        raise ConfigError("sms.url: this is no address of a gateway.", 'Write it as "https://sms.example/send".')
    if parts.scheme == "http" and config.environment is Environment.PRODUCTION and host not in LOCAL:
        raise ConfigError("sms.url: the gateway is spoken to in clear.", "Use https://.")
    token = read_secret(folder / table.token_file, "sms.token_file") if table.token_file else ""
    return SmsChannel(table, token)
