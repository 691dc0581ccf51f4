"""XML from outside is parsed closed: what could do something is refused before anything is done."""

import pytest

from hanport.grid.closed_xml import Flaw, NotClosed, parse

LONGEST = 1_000


def test_a_document_is_parsed() -> None:
    root = parse('\ufeff<?xml version="1.0" encoding="utf-8"?><å b="c">d<e/></å>'.encode(), LONGEST)
    assert (root.tag, root.get("b"), root.text, len(root)) == ("å", "c", "d", 1)


def test_remarks_are_left_out_unless_they_are_asked_for() -> None:
    body = b"<!-- a --><b>c<!-- d -->e<?f g?></b><?h?>"
    assert (bare := parse(body, LONGEST)).text == "ce"
    assert len(bare) == 0
    kept = parse(body, LONGEST, keeps_remarks=True)
    assert (kept.text, len(kept)) == ("c", 2)
    assert kept.getprevious() is not None
    assert kept.getnext() is not None


@pytest.mark.parametrize(
    ("body", "flaw", "line"),
    [
        (b"<a>" + b" " * LONGEST + b"</a>", Flaw.TOO_LONG, 0),
        (b"<a>\xff</a>", Flaw.NOT_UTF8, 0),
        ("<a>å</a>".encode("utf-16"), Flaw.NOT_UTF8, 0),
        (b'<?xml version="1.0" encoding="iso-8859-1"?><a/>', Flaw.OTHER_ENCODING, 0),
        (b"<?xml version='1.0' encoding = 'UTF-16'?><a/>", Flaw.OTHER_ENCODING, 0),
        (b"<!DOCTYPE a><a/>", Flaw.DOCTYPE, 0),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', Flaw.DOCTYPE, 0),
        (b"<a/>x", Flaw.TRAILING, 1),
        (b"<a/>\n<a/>", Flaw.TRAILING, 2),
        (b"<a>\n<b></a>", Flaw.BROKEN, 2),
        (b"<a>&b;</a>", Flaw.BROKEN, 1),
        (b"<a b='1' b='2'/>", Flaw.BROKEN, 1),
        (b"<a>\x00</a>", Flaw.BROKEN, 1),
        (b"<a>" * 300, Flaw.BROKEN, 1),
        (b"", Flaw.BROKEN, 1),
        (b" ", Flaw.BROKEN, 1),
    ],
)
def test_what_could_do_something_or_is_broken_is_refused(body: bytes, flaw: Flaw, line: int) -> None:
    with pytest.raises(NotClosed) as raised:
        parse(body, LONGEST)
    assert (raised.value.flaw, raised.value.line) == (flaw, line)
