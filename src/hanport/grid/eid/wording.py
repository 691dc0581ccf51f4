"""The texts that are signed, in the person's language, and the hash that is signed with them unseen.

The texts are in BankID's simple markdown. No more of it is used than `#` for headings and `*…*` for what is strong.
How signs are escaped in it is not told by any source that could be read: values that we did not write have those signs
exchanged for others that look alike, so that none of them can look like a heading or a label of ours.

docs/bankid.md says how anybody computes the hash again.
"""

import hashlib
import json
import unicodedata
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hanport.errors import HanportError
from hanport.grid.eid.messages import CATALOG
from hanport.grid.eid.requests import LONGEST_SIGNED
from hanport.grid.orders import Kind
from hanport.locale import number, text

HIDDEN_PREFIX = "hanport-order-v1:"
LONGEST_VALUE = 200  # characters
_LONGEST_COMPANY = 80
_NOTHING = "–"
# Signs that may mean something in markdown -> signs that look alike and mean nothing.
_ALIKE = str.maketrans("*_#|`~\\<>[]", "∗＿＃¦ˋ∼＼‹›［］")
_LEFT_OUT = ("Cf", "Cs", "Co", "Cn")  # among them those that turn the direction of what follows


class TooMuchToSign(HanportError):
    """The text is longer than BankID takes. Nothing was asked."""


@dataclass(frozen=True, slots=True)
class NamedMeter:
    """A meter by its serial number, and by its maker and model where they are known."""

    serial: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order as the person reads it. `address` is "" where it is protected. `price_ore`: None where there is no
    price to speak of, 0 within the warranty. `on_behalf_of`: the customer, for somebody who acts under a power.
    """

    order_id: str
    kind: Kind
    gsrn: str
    address: str = ""
    meters: tuple[NamedMeter, ...] = ()
    price_ore: int | None = None
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Which terms are accepted."""

    version: str
    warranty_years: int


def login_text(company: str, language: str) -> str:
    """What is read when somebody logs in. It is never too long, whatever the company is called."""
    return _say("sign.login", language, company=_plain(company, _LONGEST_COMPANY)).strip()


def order_text(lines: Sequence[OrderLine], company: str, terms: Terms, language: str) -> str:
    """What is read when orders are signed: all of them, grouped by what is asked. Raises TooMuchToSign."""
    name = _plain(company, _LONGEST_COMPANY)
    parts = []
    for kind in Kind:
        group = [line for line in lines if line.kind is kind]
        if group:
            parts += _group(kind, group, name, language)
    parts.append(_say("sign.terms", language, company=name, version=_plain(terms.version)))
    if any(line.kind is Kind.OPEN for line in lines):
        years = number(terms.warranty_years, language)
        parts[-1] += " " + _say("sign.terms.open", language, years=years, company=name)
    parts.append(_say("sign.begun", language, company=name))
    said = "\n\n".join(parts)
    if len(b64encode(said.encode())) > LONGEST_SIGNED:
        raise TooMuchToSign("These are too many orders for one signature.", "Sign them in several turns.")
    return said


def canonical(lines: Sequence[OrderLine], terms_version: str) -> bytes:
    """The orders as JSON in the canonical form of RFC 8785, sorted by their ids: what the hash is taken of."""
    orders = [
        {
            "gsrn": line.gsrn,
            "id": line.order_id,
            "kind": line.kind.value,
            "meters": sorted(meter.serial for meter in line.meters),
            "price_ore": line.price_ore,
        }
        for line in sorted(lines, key=lambda line: line.order_id)
    ]
    content = {"orders": orders, "terms": terms_version}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def hidden_of(lines: Sequence[OrderLine], terms_version: str) -> bytes:
    """What is signed unseen: `hanport-order-v1:` and the SHA-256 of the canonical JSON in small hexadecimal digits."""
    return (HIDDEN_PREFIX + hashlib.sha256(canonical(lines, terms_version)).hexdigest()).encode()


def _group(kind: Kind, lines: Sequence[OrderLine], company: str, language: str) -> list[str]:
    count = "one" if len(lines) == 1 else "many"
    title = _say(f"sign.title.{kind.value}", language)
    asked = _say(f"sign.ask.{kind.value}.{count}", language, company=company, count=number(len(lines), language))
    parts = [f"# {title}\n{asked}"]
    for place, line in enumerate(lines, 1):
        facts = _facts(line, language)
        if len(lines) > 1:
            facts.insert(0, "## " + _say("sign.place", language, place=place, count=len(lines)))
        parts.append("\n".join(facts))
    return parts


def _facts(line: OrderLine, language: str) -> list[str]:
    facts = [("sign.facility", line.gsrn), ("sign.address", line.address)]
    facts += [("sign.meter", " ".join(filter(None, (meter.name, meter.serial)))) for meter in line.meters]
    facts.append(("sign.behalf", line.on_behalf_of))
    said = [_say(key, language, value=_plain(value)) for key, value in facts if value]
    if line.price_ore is not None:
        said.append(_price(line.price_ore, language))
    return said


def _price(price_ore: int, language: str) -> str:
    if not price_ore:
        return _say("sign.free", language)
    return _say("sign.price", language, amount=number(Decimal(price_ore) / 100, language, 2))


def _plain(value: str, longest: int = LONGEST_VALUE) -> str:
    """A value that we did not write, on one line and without a sign that means anything in markdown."""
    kept = "".join(sign for sign in value[: 4 * longest] if unicodedata.category(sign) not in _LEFT_OUT)
    spaced = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in kept)
    words = " ".join(spaced.split()).translate(_ALIKE)
    return (words if len(words) <= longest else words[: longest - 1] + "…") or _NOTHING


def _say(key: str, language: str, **values: object) -> str:
    return text(CATALOG, key, language, **values)
