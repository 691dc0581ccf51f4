"""Whatever is not in the form of a BankID signature is refused, each for its own reason: moved, doubled or wrapped
elements, prefixes, comments, entities, other algorithms.
"""

import copy
from collections.abc import Callable

import pytest
from lxml import etree

from grid.eid.altered_forms import ALTERED, DATA, EVIL, GENUINE, KEYS, PREFIXED, declared
from grid.eid.forge import AT, DSIG, genuine_chain, sealed, sent
from grid.eid.verified import why
from hanport.grid.eid import signature_xml
from hanport.grid.eid.signature import Unreadable, Why, verify


@pytest.mark.parametrize(("xml", "expected"), ALTERED.values(), ids=ALTERED.keys())
def test_one_thing_altered_is_refused(xml: str, expected: Why) -> None:
    assert xml != GENUINE
    assert why(xml) is expected


def test_what_is_altered_is_genuine_otherwise() -> None:
    assert why(GENUINE) is None
    assert why(sealed(DATA, KEYS)) is None
    assert why(sealed(EVIL, KEYS)) is None
    assert why(PREFIXED.replace("d:", "")) is None


def test_an_encoding_other_than_utf8_cannot_be_read() -> None:
    for encoding in ("utf-16", "utf-32"):
        with pytest.raises(Unreadable):
            verify(declared("<!DOCTYPE a>").encode(encoding), genuine_chain().roots, AT)
    named = GENUINE.replace("UTF-8", "ISO-8859-1", 1)
    with pytest.raises(Unreadable):
        verify(sent(named), genuine_chain().roots, AT)


Write = Callable[[str], str]
WRITTEN: dict[str, Write] = {
    "as it is": lambda xml: xml,
    "with a line behind each element": lambda xml: xml.replace("><", ">\n<"),
    "with white space behind the parts": lambda xml: xml.replace("</KeyInfo>", "</KeyInfo> \t "),
    "with a namespace said once": lambda xml: xml.replace(f'KeyInfo xmlns="{DSIG}"', "KeyInfo"),
    "with signs that are escaped": lambda xml: xml.replace("<uauth>pw<", "<uauth>&gt;&quot;'&#13;&#9;\n&amp;å<"),
    "with attributes in another order": lambda xml: xml.replace('charset="UTF-8"', "").replace(
        "Data  f", 'Data charset="UTF-8" f'
    ),
    "with an attribute that is escaped": lambda xml: xml.replace("<uauth>", '<uauth b="&#10;&lt;&quot;" a=\'"\'>'),
}


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN.keys())
def test_the_canonical_form_is_that_of_another_implementation(write: Write) -> None:
    """Canonical XML 2.0 gives the same for elements that stand alone, and is Python's code and not libxml2's."""
    xml = write(GENUINE).encode()
    parts = signature_xml.read(xml)
    root = etree.fromstring(xml)
    for ours, element in (
        (parts.signed_info, root[0]),
        (parts.key_info, root[2]),
        (parts.signed_data, root[3][0]),
    ):
        bare = copy.deepcopy(element)
        bare.tail = None
        assert ours.decode() == etree.canonicalize(etree.tostring(bare, encoding="unicode"), with_comments=True)
