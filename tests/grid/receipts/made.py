"""Receipts for tests: how an order stood, and what BankID's answer looks like that was kept with it."""

import base64
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hanport.grid.keys import Keyring, new_key
from hanport.grid.orders import Kind, State
from hanport.grid.receipts.evidence import Evidence
from hanport.grid.receipts.pdf import drawn
from hanport.grid.receipts.receipt import Issuer, Ordered, Receipt
from hanport.grid.receipts.signing import signed_json, signed_pdf
from hanport.grid.register.addresses import Place

AT = datetime(2026, 11, 25, 8, 1, 2, tzinfo=UTC)
ISSUER = Issuer("Fjällnät & Söner AB", "https://han.example.se", lambda connection, order_id: "2026-3")
OPENED = Ordered(
    id="abcd2345efgh6789",
    kind=Kind.OPEN,
    state=State.READ_BACK,
    why="",
    terms="2026-3",
    identity="bankid",
    by_power=False,
    asked_at=AT,
    identity_at=AT,
    signed_at=AT,
    deadline_at=AT + timedelta(days=2),
    ended_at=AT + timedelta(seconds=43),
    withdrawn_at=None,
)
SHARED = Receipt(ISSUER, AT + timedelta(minutes=5), OPENED, Place("735999123456789018", "Storgatan 9"), ("12345678",))
TEXT = "Jag beställer att porten öppnas på anläggning 735999123456789018.\n\nVillkor, version 2026-3."


def bankid_signature(text: str, *, place: str = "bankIdSignedData") -> str:
    """A signature by the names of its parts alone: nobody has signed it."""
    visible = base64.b64encode(text.encode()).decode()
    xml = (
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/><Object>'
        f'<{place} xmlns="http://www.bankid.com/signature/v1.0.0/types" Id="bidSignedData">'
        f'<usrVisibleData charset="UTF-8" visible="wysiwys">{visible}</usrVisibleData></{place}></Object></Signature>'
    )
    return base64.b64encode(xml.encode()).decode()


def bankid_answer(text: str = TEXT) -> bytes:
    """What is kept of an order that was signed with BankID."""
    completed = {"signature": bankid_signature(text), "ocspResponse": base64.b64encode(b"good").decode()}
    collected = {"orderRef": "o", "status": "complete", "completionData": completed}
    return json.dumps({"v": 1, "asked": {"visible": text}, "collected": collected, "verdict": "genuine"}).encode()


FULL = replace(SHARED, evidence=Evidence(bankid_signature(TEXT), "Z29vZA==", TEXT, ""))


def keyring_of(*days: int) -> Keyring:
    """Keys that were made on these days of a month, the newest first."""
    return Keyring(tuple(new_key(date(2026, 11, day)) for day in days))


def publics(keyring: Keyring) -> frozenset[bytes]:
    """The keys that the company publishes."""
    return frozenset(keyring.public_keys().values())


def as_json(keyring: Keyring, receipt: Receipt = SHARED) -> bytes:
    return signed_json(keyring, receipt.content())


def as_pdf(keyring: Keyring, receipt: Receipt = SHARED, language: str = "sv") -> bytes:
    inner = as_json(keyring, receipt)
    return signed_pdf(keyring, drawn(receipt, inner, language), inner)
