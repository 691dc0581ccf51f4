"""What is read from the evidence that is kept with an order."""

import base64
import json
from pathlib import Path

import pytest

from grid.eid import forge
from grid.receipts.made import TEXT, bankid_answer, bankid_signature
from hanport.grid.receipts.evidence import Evidence, read_evidence, visible_text


def test_an_answer_of_bankid() -> None:
    found = read_evidence(bankid_answer())
    assert found == Evidence(bankid_signature(TEXT), base64.b64encode(b"good").decode(), TEXT, "")
    collected = json.loads(bankid_answer())["collected"]
    for bare in (collected, collected["completionData"]):
        assert read_evidence(json.dumps(bare).encode()) == found


def test_the_text_of_signatures_as_bankid_makes_them() -> None:
    genuine = (Path(__file__).parents[1] / "eid" / "genuine" / "login.b64").read_text("ascii").strip()
    assert visible_text(genuine) == "signeringstext"
    assert visible_text(forge.sent(forge.signature()).decode()) == forge.TEXT


def test_what_staff_wrote() -> None:
    assert read_evidence(b"pass visat") == Evidence(note="pass visat")
    assert read_evidence(b"7") == Evidence(note="7")
    assert read_evidence(b'{"document":"passport"}') == Evidence(note='{"document":"passport"}')


def test_what_cannot_be_understood_is_left_out() -> None:
    assert read_evidence(b"\xff\x00") == Evidence()
    assert read_evidence(b'{"signature":5,"ocspResponse":null}') == Evidence()


def test_a_text_in_another_place_is_not_what_was_signed() -> None:
    assert visible_text(bankid_signature("genuine")) == "genuine"
    assert visible_text(bankid_signature("planted", place="somethingElse")) == ""


@pytest.mark.parametrize("inner", ["&lol;", "%%%", ""])
def test_a_signature_that_is_none(inner: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY lol SYSTEM "file:///etc/hostname">]>'
    xml = base64.b64decode(bankid_signature("x")).decode().replace("eA==", inner)
    assert visible_text(base64.b64encode((bomb + xml).encode()).decode()) == ""
    assert visible_text("no base64") == ""
    assert visible_text(base64.b64encode(b"no XML").decode()) == ""
    assert visible_text("") == ""
