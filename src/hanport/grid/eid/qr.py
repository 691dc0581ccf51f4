"""The moving QR code: another one every second, so that a picture of it is of no use to anybody.

Source: Relying Party API v6.0, animated QR. The secret is used here, on the server, and never leaves it.
"""

import hashlib
import hmac
from html import escape

import segno

from hanport.grid.eid.answers import Started

_QUIET = 4  # modules of white around it (ISO/IEC 18004, 5.3.8)
# The best mask of eight is looked for otherwise, which takes four times as long; any of them is legible to a phone.
_MASK = 3


def qr_text(order: Started, elapsed_s: float) -> str:
    """The code's text, `elapsed_s` seconds after the order's answer came. It changes at each whole second."""
    second = str(max(0, int(elapsed_s)))
    seal = hmac.digest(order.qr_start_secret.encode(), second.encode(), hashlib.sha256).hex()
    return f"bankid.{order.qr_start_token}.{second}.{seal}"


def qr_svg(text: str, label: str) -> str:
    """The code as an `<svg>` of its own, without size and style: black on white whatever the page's colours are.

    `label` is what it is called to those who do not see it. It takes about 5 ms: not for the event loop.
    """
    code = segno.make_qr(text, error="l", mask=_MASK)
    drawn = code.svg_inline(border=_QUIET, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)
