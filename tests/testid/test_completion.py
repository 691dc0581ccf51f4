"""What is signed is verified by other means; and each fault of the contents is seen by them, and nothing else is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature as WrongSignature
from signxml.exceptions import InvalidDigest

from hanport.testid.faults import Fault
from hanport.testid.pki import ROOT, Pki
from testid.scene import ASTRID, HIDDEN, TEXT, TOLVAN, USER, Scene, base64, scene
from testid.verifying import Signed, check_chain, check_ocsp, is_iso_day, verified


@dataclass
class Evidence:
    """A completion and what is known beside it."""

    completion: Mapping[str, Any]
    scene: Scene
    root: x509.Certificate

    @property
    def signed(self) -> Signed:
        return verified(self.completion["signature"], self.scene.clock.now())

    def check_chain(self) -> None:
        check_chain(self.signed.chain, self.root, self.scene.clock.now())

    def check_ocsp(self) -> None:
        check_ocsp(self.completion, self.signed.chain)


async def evidence(testid: Scene, *, call: str = "sign", **changed: object) -> Evidence:
    order = await testid.open(call, returnRisk=True, **changed)
    root = x509.load_pem_x509_certificate((testid.service.pki.folder / ROOT).read_bytes())
    return Evidence(await testid.signed(order), testid, root)


async def test_a_signature_as_bankid_makes_it(testid: Scene) -> None:
    found = await evidence(testid)
    found.check_chain()
    found.check_ocsp()
    assert found.signed.visible == base64(TEXT) and found.signed.is_marked
    assert found.signed.hidden == HIDDEN
    assert found.signed.use == "Signing"
    assert found.signed.number == TOLVAN
    assert found.signed.policies == ["1.2.3.4.25"]
    assert found.signed.company == COMPANY
    assert found.signed.shown == "Testnätet"
    assert is_iso_day(found.completion["bankIdIssueDate"])
    assert found.completion["user"] == {
        "personalNumber": TOLVAN,
        "name": "Tolvan Tolvansson",
        "givenName": "Tolvan",
        "surname": "Tolvansson",
    }
    assert found.completion["device"]["ipAddress"] == USER
    assert found.completion["stepUp"] == {"mrtd": False}
    assert found.completion["risk"] == "low"


async def test_an_identification_may_be_without_text(testid: Scene) -> None:
    order = await testid.post("auth", {"endUserIp": USER})
    completion = await testid.signed(order.json(), ASTRID)
    signed = verified(completion["signature"], testid.clock.now())
    assert (signed.visible, signed.hidden, signed.use, signed.number) == ("", "", "Identification", ASTRID)
    assert "risk" not in completion


async def test_a_plain_text_is_not_said_to_be_marked(testid: Scene) -> None:
    found = await evidence(testid, call="auth", userVisibleDataFormat=None, userVisibleData=base64("hej"))
    assert not found.signed.is_marked
    assert found.signed.use == "Identification"


@pytest.mark.parametrize(("use", "usage"), [("auth", "digital_signature"), ("sign", "content_commitment")])
async def test_a_key_is_for_identifying_or_for_signing(testid: Scene, use: str, usage: str) -> None:
    found = await evidence(testid, call=use)
    allowed = found.signed.chain[0].extensions.get_extension_for_class(x509.KeyUsage).value
    assert {name for name in ("digital_signature", "content_commitment") if getattr(allowed, name)} == {usage}


async def test_two_signatures_share_neither_nonce_nor_response(testid: Scene) -> None:
    first, second = await evidence(testid), await evidence(testid)
    assert first.completion["signature"] != second.completion["signature"]
    assert first.completion["device"]["uhi"] == second.completion["device"]["uhi"]
    assert first.signed.chain == second.signed.chain
    with pytest.raises(AssertionError):
        check_ocsp(dict(second.completion) | {"ocspResponse": first.completion["ocspResponse"]}, second.signed.chain)


COMPANY = "cn=Testnätet TEST,name=Testnätet,serialNumber=5560000000,o=Testbanken AB (TEST),c=SE"
Check = Callable[[Evidence], None]


def chain_is_foreign(found: Evidence) -> None:
    with pytest.raises(WrongSignature):
        found.check_chain()


def names_are_the_same(found: Evidence) -> None:
    ours = found.scene.service.pki.bank
    assert found.signed.chain[1].subject == ours.authority.certificate.subject
    assert found.signed.chain[2].issuer == ours.root.subject


def ocsp_is_wrong(found: Evidence) -> None:
    with pytest.raises((AssertionError, WrongSignature, KeyError)):
        found.check_ocsp()


def digest_is_wrong(found: Evidence) -> None:
    with pytest.raises(InvalidDigest):
        verified(found.completion["signature"], found.scene.clock.now())


def field(path: str, wrong: object) -> Check:
    """That field of the completion has that value."""

    def check(found: Evidence) -> None:
        value: Any = found.completion
        for name in path.split("."):
            value = value[name]
        assert value == wrong

    return check


def said(name: str, right: object) -> Check:
    """The signature holds, and does not say what is right."""

    def check(found: Evidence) -> None:
        assert getattr(found.signed, name) != right

    return check


def no_offset(found: Evidence) -> None:
    assert len(found.completion["bankIdIssueDate"]) == len("2020-02-01")


# Each fault: what shows it. Whatever else is looked at is as it should be.
SEEN: dict[Fault, list[Check]] = {
    Fault.OTHER_TEXT: [said("visible", base64(TEXT))],
    Fault.OTHER_HIDDEN: [said("hidden", HIDDEN)],
    Fault.ALTERED: [digest_is_wrong],
    Fault.OTHER_PERSON: [said("number", TOLVAN), field("user.personalNumber", TOLVAN)],
    Fault.WRONG_COMPANY: [said("company", COMPANY)],
    Fault.WRONG_POLICY: [said("policies", ["1.2.3.4.25"])],
    Fault.FORGED_CHAIN: [chain_is_foreign, names_are_the_same],
    Fault.OCSP_REVOKED: [ocsp_is_wrong],
    Fault.OCSP_OTHER: [ocsp_is_wrong],
    Fault.OCSP_NONCE: [ocsp_is_wrong],
    Fault.OCSP_FORGED: [ocsp_is_wrong],
    Fault.OCSP_MISSING: [ocsp_is_wrong],
    Fault.HIGH_RISK: [field("risk", "high")],
    Fault.OTHER_ADDRESS: [field("device.ipAddress", "203.0.113.66")],
    Fault.PLAIN_DATE: [no_offset],
}
_CHAIN, _OCSP, _SIGNED = {Fault.FORGED_CHAIN}, {fault for fault in Fault if fault.startswith("ocsp-")}, {Fault.ALTERED}


@pytest.mark.parametrize("fault", SEEN)
async def test_each_fault_is_seen_and_nothing_else(pki: Pki, fault: Fault) -> None:
    async with scene(pki, f"{fault}*1") as testid:
        found = await evidence(testid, requirement={"certificatePolicies": ["1.2.3.4.25"]})
        for check in SEEN[fault]:
            check(found)
        if fault not in _SIGNED | _CHAIN:
            found.check_chain()
        if fault not in _SIGNED | _OCSP:
            found.check_ocsp()
        if fault not in _SIGNED:
            assert found.signed.hidden == HIDDEN or fault is Fault.OTHER_HIDDEN
        again = await evidence(testid)
        again.check_chain()
        again.check_ocsp()
        assert again.signed.visible == base64(TEXT)
