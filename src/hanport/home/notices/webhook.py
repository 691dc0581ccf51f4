"""A notice as a JSON object that is posted to an address, signed where a secret is set.

`X-Hanport-Signature: sha256=<hex>` is the HMAC-SHA-256 (RFC 2104) of the body with the secret; the body holds the time
and an id, so that a receiver can refuse what is old or known.
"""

import hmac
from hashlib import sha256

import httpx
import msgspec

from hanport import __version__
from hanport.home.config import HomeConfig
from hanport.home.notices.errors import NotSent
from hanport.home.notices.notice import Notice

TIMEOUT_S = 10.0
SIGNATURE = "X-Hanport-Signature"


def sign(body: bytes, secret: str) -> str:
    """The value of the header that proves where a body comes from."""
    return "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()


async def send(notice: Notice, config: HomeConfig) -> None:
    """Post it; any answer of 200 to 299 will do, and its content is not read. Raises NotSent."""
    webhook = config.notice.webhook
    body = msgspec.json.encode(notice.values())
    headers = {"Content-Type": "application/json", "User-Agent": f"hanport/{__version__}", "X-Hanport-Id": notice.id}
    if webhook.secret:
        headers[SIGNATURE] = sign(body, webhook.secret)
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client,
            client.stream("POST", webhook.url, content=body, headers=headers) as answer,
        ):
            code = answer.status_code
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise NotSent("webhook-address") from None
    except httpx.TimeoutException:
        raise NotSent("webhook-timeout") from None
    except httpx.HTTPError:
        raise NotSent("webhook-connect") from None
    if 300 <= code < 400:
        raise NotSent("webhook-redirect", code=code)
    if not 200 <= code < 300:
        raise NotSent("webhook-refused", code=code)
