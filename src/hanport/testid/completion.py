"""What a relying party gets when somebody has signed: who, on which device, the signature, and the bank's word for it.

All faults of an answer's contents are here.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from secrets import token_bytes
from typing import Any

from hanport.clock import Clock
from hanport.testid import ocsp
from hanport.testid.bank import Bank
from hanport.testid.faults import Fault, Faults
from hanport.testid.orders import Order
from hanport.testid.people import PEOPLE, POLICIES, Kind, Person, is_among
from hanport.testid.pki import Pki
from hanport.testid.signature import Content, Use, sign
from hanport.testid.wallet import BankId, Wallet

_OTHER_TEXT = b64encode(b"TEST: another text").decode()
_OTHER_HIDDEN = b64encode(b"TEST: other hidden data").decode()
_OTHER_COMPANY = "cn=Another company TEST,name=Another company,serialNumber=5560000000,o=Testbanken AB (TEST),c=SE"
# One of the addresses that are for documents alone (RFC 5737).
_OTHER_ADDRESS = "203.0.113.66"

_Strikes = Callable[[Fault], bool]


class Completions:
    """Makes them. Slow the first time for a person, or for a forged chain: keys are made."""

    def __init__(self, pki: Pki, faults: Faults, clock: Clock) -> None:
        self._pki = pki
        self._faults = faults
        self._clock = clock
        self._wallet = Wallet(pki.folder, clock)

    def make(self, order: Order, person: Person) -> Mapping[str, Any]:
        """`completionData` for an order that this person signs with a BankID of the order's kind."""

        def strikes(fault: Fault) -> bool:
            return self._faults.strike(fault, order.wanted.call) is not None

        bank_id = self._bank_id(order, person, strikes)
        uhi = _uhi(order, person)
        signature = self._sign(order, bank_id, uhi, strikes)
        made: dict[str, Any] = {
            "user": {
                "personalNumber": person.number,
                "name": person.name,
                "givenName": person.given_name,
                "surname": person.surname,
            },
            "device": {"ipAddress": _OTHER_ADDRESS if strikes(Fault.OTHER_ADDRESS) else order.address, "uhi": uhi},
            "bankIdIssueDate": f"{bank_id.issued_at:%Y-%m-%d}" + ("" if strikes(Fault.PLAIN_DATE) else "Z"),
            "stepUp": {"mrtd": order.wanted.needs_document},
            "signature": signature,
        }
        if not strikes(Fault.OCSP_MISSING):
            made["ocspResponse"] = self._respond(order, bank_id, signature, strikes)
        if order.wanted.risk:
            made["risk"] = "high" if strikes(Fault.HIGH_RISK) else "low"
        return made

    def _bank_id(self, order: Order, person: Person, strikes: _Strikes) -> BankId:
        bank = self._forger if strikes(Fault.FORGED_CHAIN) else self._pki.bank
        kind = _other_kind(order) if strikes(Fault.WRONG_POLICY) else order.kind
        signer = _somebody_else(person) if strikes(Fault.OTHER_PERSON) else person
        return self._wallet.bank_id(signer, kind, bank, to_sign=order.wanted.is_to_sign)

    @cached_property
    def _forger(self) -> Bank:
        return Bank.make(self._clock.now())

    def _sign(self, order: Order, bank_id: BankId, uhi: str, strikes: _Strikes) -> str:
        wanted = order.wanted
        content = Content(
            use=Use.SIGNING if wanted.is_to_sign else Use.IDENTIFICATION,
            visible=_OTHER_TEXT if strikes(Fault.OTHER_TEXT) else wanted.visible,
            is_marked=wanted.is_marked,
            hidden=_OTHER_HIDDEN if strikes(Fault.OTHER_HIDDEN) else wanted.hidden,
            company=_OTHER_COMPANY if strikes(Fault.WRONG_COMPANY) else self._pki.company_written,
            shown=self._pki.company_shown,
            nonce=token_bytes(20),
            uhi=uhi,
            policy=POLICIES[order.kind],
            device=f"TEST {order.kind}",
        )
        if not strikes(Fault.ALTERED):
            return sign(content, bank_id)
        signed = b64decode(sign(replace(content, visible=_OTHER_TEXT), bank_id)).decode()
        return b64encode(signed.replace(_OTHER_TEXT, wanted.visible).encode()).decode()

    def _respond(self, order: Order, bank_id: BankId, signature: str, strikes: _Strikes) -> str:
        bank = self._forger if strikes(Fault.OCSP_FORGED) else bank_id.bank
        nonce = ocsp.nonce_of("another signature" if strikes(Fault.OCSP_NONCE) else signature)
        certificate = bank_id.certificate
        if strikes(Fault.OCSP_OTHER):
            other = _somebody_else(bank_id.person)
            to_sign = order.wanted.is_to_sign
            certificate = self._wallet.bank_id(other, order.kind, bank_id.bank, to_sign=to_sign).certificate
        word = ocsp.Word(certificate, self._clock.now(), is_revoked=strikes(Fault.OCSP_REVOKED))
        return ocsp.respond(bank, word, nonce)


def _uhi(order: Order, person: Person) -> str:
    """What the person's device is known by: the same each time (28 signs of base64)."""
    return b64encode(hashlib.sha256(f"{person.key} {order.kind}".encode()).digest()[:20]).decode()


def _somebody_else(person: Person) -> Person:
    return next(each for each in PEOPLE if each != person)


def _other_kind(order: Order) -> Kind:
    """A kind that was not asked for, where anything was asked for."""
    unwanted = [kind for kind in Kind if kind != order.kind and not is_among(kind, order.wanted.policies)]
    return unwanted[0] if unwanted else order.kind
