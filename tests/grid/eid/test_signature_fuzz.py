"""Whatever is done to a genuine signature, it is refused, or says what it said: and nothing but Unreadable is raised.

The forger's tools are blind ones: bytes that flip, pieces that move, elements that are dealt anew.
"""

import random
from dataclasses import replace

import pytest
from cryptography.x509 import ocsp as library
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from grid.eid.altered_forms import EVIL, GENUINE, KEYS, WITHOUT_ID
from grid.eid.forge import AT, LOGIN, Order, genuine_chain, sent, signature
from grid.eid.forge_ocsp import Response
from hanport.grid.eid.signature import Unreadable, Verdict, verify
from hanport.grid.eid.signature_xml import LONGEST

XML = GENUINE.encode()
SENT = sent(GENUINE)
ROOTS = genuine_chain().roots
SAID = verify(SENT, ROOTS, AT)
OCSP = Response(SENT).der()
SAID_WITH_OCSP = verify(SENT, ROOTS, AT, ocsp=OCSP)


def judged(signature: bytes, ocsp: bytes | None = None) -> Verdict | None:
    """The verdict, None where it cannot be read."""
    try:
        return verify(signature, ROOTS, AT, ocsp=ocsp)
    except Unreadable:
        return None


def check(given_: bytes, ocsp: bytes | None = None) -> None:
    verdict = judged(given_, ocsp)
    assert verdict is None or not verdict.genuine or verdict == (SAID if ocsp is None else SAID_WITH_OCSP)


def test_the_genuine_one_says_something() -> None:
    assert SAID.genuine
    assert SAID_WITH_OCSP.ocsp == "good"


places = st.integers(0, len(XML) - 1)


@settings(max_examples=300, deadline=None)
@given(place=places, flip=st.integers(1, 255))
def test_a_flipped_byte_changes_nothing_of_what_is_believed(place: int, flip: int) -> None:
    altered = bytearray(XML)
    altered[place] ^= flip
    check(bytes(altered))


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, len(SENT) - 1), sign=st.integers(0, 255))
def test_so_does_a_flipped_sign_of_the_base64(place: int, sign: int) -> None:
    altered = bytearray(SENT)
    altered[place] = sign
    check(bytes(altered))


@settings(max_examples=200, deadline=None)
@given(begin=places, length=st.integers(0, 4000), to=places, keeps=st.booleans())
def test_so_does_a_piece_that_is_moved_doubled_or_left_out(begin: int, length: int, to: int, keeps: bool) -> None:
    piece = XML[begin : begin + length]
    rest = XML if keeps else XML[:begin] + XML[begin + length :]
    check(rest[:to] + piece + rest[to:])


MARKS = (
    b"<",
    b">",
    b"/>",
    b"&",
    b"&amp;",
    b"<!--",
    b"-->",
    b"<!--x-->",
    b"<?x?>",
    b"<![CDATA[",
    b"]]>",
    b"<a>",
    b"</a>",
)
NAMED = (
    b' Id="bidSignedData"',
    b' xmlns=""',
    b' xmlns:x="urn:x"',
    b"<x:a/>",
    b"<Object>",
    b"</Object>",
    b"<!DOCTYPE a>",
)
SIGNS = (b"\x00", b"\xff", b"\xc2\x85", b"\r", b" ")
PIECES = st.sampled_from((*MARKS, *NAMED, *SIGNS, EVIL.encode(), WITHOUT_ID.encode(), KEYS.encode()))


@settings(max_examples=200, deadline=None)
@given(pieces=st.lists(st.tuples(places, PIECES), min_size=1, max_size=4))
def test_so_do_pieces_of_mark_up(pieces: list[tuple[int, bytes]]) -> None:
    altered = XML
    for place, piece in pieces:
        altered = altered[:place] + piece + altered[place:]
    check(altered)


def dealt(tree: bytes, random_: random.Random, times: int) -> bytes:
    """The tree with elements moved, doubled, renamed, wrapped and left out at random: still well-formed XML."""
    root = etree.fromstring(tree)
    evil = etree.fromstring(random_.choice((EVIL, WITHOUT_ID, KEYS)))
    for _ in range(times):
        nodes = list(root.iter())
        one, other = random_.choice(nodes), random_.choice([*nodes, evil])
        copied = etree.fromstring(etree.tostring(other, with_tail=False))
        match random_.randrange(6):
            case 0:
                one.insert(random_.randint(0, len(one)), copied)
            case 1 if one.getparent() is not None:
                one.getparent().replace(one, copied)
            case 2 if one.getparent() is not None:
                one.getparent().remove(one)
            case 3 if one.getparent() is not None:
                wrapper = etree.Element(random_.choice(nodes).tag)
                one.getparent().replace(one, wrapper)
                wrapper.append(one)
            case 4:
                one.text = copied.text
            case 5:
                one.attrib.update(copied.attrib)
    written: bytes = etree.tostring(root)
    return written


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), times=st.integers(1, 4))
def test_so_do_elements_that_are_dealt_anew(seed: int, times: int) -> None:
    check(dealt(XML, random.Random(seed), times))


@settings(max_examples=150, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, len(OCSP) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_a_flipped_byte_of_the_ocsp_response_changes_nothing_of_what_it_says(changes: list[tuple[int, int]]) -> None:
    altered = bytearray(OCSP)
    for place, value in changes:
        altered[place] = value
    verdict = judged(SENT, bytes(altered))
    assert verdict is not None
    if verdict.genuine:
        signed = [library.load_der_ocsp_response(bytes(each)).tbs_response_bytes for each in (altered, OCSP)]
        assert signed[0] == signed[1]


@settings(max_examples=100, deadline=None)
@given(junk=st.binary(max_size=300))
@example(junk=b"<" * 1000)
@example(junk=b"<a>" * 100_000)
@example(junk=b"<a " + b"".join(b'b%d="" ' % n for n in range(40_000)) + b"/>")
@example(junk=b"<a>" + b"&#65;" * 100_000 + b"</a>")
@example(junk=b"A" * LONGEST)
def test_junk_is_unreadable_or_refused(junk: bytes) -> None:
    verdict = judged(junk)
    assert verdict is None or not verdict.genuine


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)


@settings(max_examples=50, deadline=None)
@given(text=texts, hidden=st.binary(min_size=1, max_size=200), markdown=st.booleans())
def test_any_text_and_any_data_come_back_as_they_were_signed(text: str, hidden: bytes, markdown: bool) -> None:
    order = replace(Order(), visible=text, hidden=hidden, markdown=markdown)
    verdict = verify(sent(signature(order)), ROOTS, AT)
    assert (verdict.genuine, verdict.visible, verdict.hidden) == (True, text, hidden)
    assert verdict.visible_format == ("simpleMarkdownV1" if markdown else "")


def test_as_much_as_bankid_takes_comes_back() -> None:
    order = replace(Order(), visible="å" * 15_000, hidden=bytes(150_000))  # 40 000 and 200 000 in base64
    verdict = verify(sent(signature(order)), ROOTS, AT)
    assert (verdict.genuine, verdict.visible, verdict.hidden) == (True, order.visible, order.hidden)


@pytest.mark.soak
def test_no_bit_may_flip() -> None:
    for xml in (GENUINE, signature(LOGIN)):
        said = verify(sent(xml), ROOTS, AT)
        genuine = xml.encode()
        for place in range(len(genuine)):
            for bit in range(8):
                altered = bytearray(genuine)
                altered[place] ^= 1 << bit
                verdict = judged(bytes(altered))
                assert verdict is None or not verdict.genuine or verdict == said, (place, bit)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_no_deal_is_a_good_one(seed: int) -> None:
    random_ = random.Random(seed)
    for _ in range(2_000):
        check(dealt(XML, random_, random_.randint(1, 6)))
