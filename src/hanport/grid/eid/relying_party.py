"""Whom a signature was made for: the distinguished name of a relying party's certificate, as BankID writes it.

BankID has written it in two ways: `cn=X,name=Y,serialNumber=5566304928,o=Z,c=SE`, and of old `CN=X, OID.2.5.4.41=Y, …`.
So names are compared part by part.
"""

import re

from cryptography import x509
from cryptography.x509 import Certificate

_SHORT = {
    "2.5.4.3": "cn",
    "2.5.4.41": "name",
    "2.5.4.5": "serialNumber",
    "2.5.4.11": "ou",
    "2.5.4.10": "o",
    "2.5.4.7": "l",
    "2.5.4.8": "st",
    "2.5.4.6": "c",
}
_KINDS = {short.lower(): dotted for dotted, short in _SHORT.items()}
_PART = re.compile(r"\s*(?:OID\.)?(?P<kind>[A-Za-z]+|[0-9]+(?:\.[0-9]+)+)\s*=(?P<value>.*)", re.DOTALL | re.IGNORECASE)
_COMMA = re.compile(r"(?<!\\),")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def name_of(certificate: Certificate) -> str:
    """How BankID names the holder of that certificate, our own, in what people sign for it."""
    return certificate.subject.rfc4514_string({x509.ObjectIdentifier(kind): short for kind, short in _SHORT.items()})


def is_same(signed: str, expected: str) -> bool:
    """Whether two names are of one relying party: letter by letter, or part by part."""
    return signed == expected or ("" not in (signed, expected) and _parts(signed) == _parts(expected))


def _parts(name: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for text in _COMMA.split(name):
        part = _PART.fullmatch(text)
        if part is not None:
            kind = part["kind"].lower()
            found.append((_KINDS.get(kind, kind), _ESCAPED.sub(r"\1", part["value"]).strip()))
        elif found:  # a comma in a value that was not escaped
            kind, value = found[-1]
            found[-1] = kind, value + "," + _ESCAPED.sub(r"\1", text)
        else:
            found.append(("", text))
    return sorted(found)
