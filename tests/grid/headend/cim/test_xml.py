"""XML from outside can do nothing: no entities, no network, no files, no bombs; whatever is broken is refused."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from grid.headend.cim.broken import broken
from grid.headend.cim.documents import (
    CREATE,
    EVENT,
    EXAMPLES,
    GET,
    SOAP_11,
    SOAP_12,
    TAKEN,
    without_declaration,
)
from grid.planted import found_in
from grid.town import person_number
from hanport.grid.headend.cim import xml
from hanport.grid.headend.reported import Unreadable


@pytest.mark.parametrize(
    ("document", "kind"),
    [(CREATE, "RequestMessage"), (TAKEN, "ResponseMessage"), (EVENT, "EventMessage"), (GET, "RequestMessage")],
)
def test_the_examples_of_the_page_are_as_the_schema_says(document: bytes, kind: str) -> None:
    message = xml.read(document)
    assert (message.kind, message.envelope) == (kind, "")
    assert message.text("Header/CorrelationID") == "c-01JD9V3M6T"


@pytest.mark.parametrize(("envelope", "namespace"), [(SOAP_11, xml.SOAP_11), (SOAP_12, xml.SOAP_12)])
def test_a_message_is_found_in_a_soap_envelope(envelope: bytes, namespace: str) -> None:
    message = xml.read(envelope % without_declaration(EVENT))
    assert (message.kind, message.envelope) == ("EventMessage", namespace)
    again = xml.read(xml.write(message.root, namespace))
    assert (again.kind, again.envelope) == ("EventMessage", namespace)


@pytest.mark.parametrize("inner", [b"", b"text", b"<a/><b/>", without_declaration(EVENT) * 2, SOAP_11 % b"<a/>"])
def test_an_envelope_without_one_message_is_refused(inner: bytes) -> None:
    with pytest.raises(Unreadable):
        xml.read(SOAP_11 % inner)


def test_prefixes_and_spaces_are_free() -> None:
    document = EVENT.replace(b"m:", b"").replace(b"xmlns:m=", b"xmlns=").replace(b"xmlns:e", b" \n xmlns:zz")
    document = document.replace(b"<e:", b"<zz:").replace(b"</e:", b"</zz:").replace(b">c-01", b">\n  c-01")
    assert xml.read(document.replace(b"xmlns:m=", b"xmlns=")).text("Header/CorrelationID") == "c-01JD9V3M6T"


def test_a_byte_order_mark_and_comments_do_no_harm() -> None:
    document = b"\xef\xbb\xbf" + EVENT.replace(b"<m:Header>", b"<!-- a --><m:Header><?a b?>")
    assert xml.read(document).kind == "EventMessage"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "latin-1"])
def test_another_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(Unreadable):
        xml.read(EVENT.decode().replace("module", "mödule").replace("UTF-8", encoding).encode(encoding))


def _entity(declaration: bytes, use: bytes) -> bytes:
    head, _, rest = EVENT.partition(b"?>")
    return head + b"?><!DOCTYPE m [" + declaration + b"]>" + rest.replace(b"module answered", use)


LAUGHS = b'<!ENTITY a0 "ha">' + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
QUADRATIC = b'<!ENTITY a "' + b"a" * 50_000 + b'">'


@pytest.mark.parametrize(
    "document",
    [
        _entity(LAUGHS, b"&a11;"),
        _entity(QUADRATIC, b"&a;" * 10_000),
        _entity(b'<!ENTITY f SYSTEM "file:///etc/passwd">', b"&f;"),
        _entity(b'<!ENTITY % f SYSTEM "file:///etc/passwd"> %f;', b"x"),
        _entity(b'<!ATTLIST m:RequestMessage a CDATA "b">', b"x"),
        EVENT.replace(b"?>", b'?><!DOCTYPE m SYSTEM "file:///etc/passwd">', 1),
        EVENT.replace(b"?>", b'?><!DOCTYPE m PUBLIC "-//x" "http://127.0.0.1:9/x">', 1),
    ],
    ids=["laughs", "quadratic", "file", "parameter", "attributes", "system", "public"],
)
def test_entities_are_refused_at_once(document: bytes) -> None:
    with pytest.raises(Unreadable, match=r"DOCTYPE|longer"):
        xml.read(document)


def test_a_doctype_that_hides_in_another_encoding_is_refused() -> None:
    document = _entity(LAUGHS, b"&a11;").decode().replace('encoding="UTF-8"', "")
    for encoding in ("utf-16", "utf-16-le", "utf-32", "utf-7"):
        with pytest.raises(Unreadable):
            xml.read(document.encode(encoding))
    named = document.replace("<?xml version", "<?xml  version").replace("?>", ' encoding="UTF-7"?>', 1)
    with pytest.raises(Unreadable):
        xml.read(named.encode("utf-7"))


def test_nothing_is_fetched() -> None:
    """Schema hints, XInclude and stylesheets name a listener that would hear of it."""
    heard: list[bool] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        where = f"http://127.0.0.1:{listener.getsockname()[1]}/x".encode()

        def listen() -> None:
            try:
                listener.accept()
                heard.append(True)
            except TimeoutError:
                pass

        thread = threading.Thread(target=listen)
        thread.start()
        hints = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x ' + where + b'"'
        style = b'?><?xml-stylesheet href="' + where + b'"?>'
        include = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="' + where + b'"/></m:Header>'
        document = EVENT.replace(b"<m:EventMessage", b"<m:EventMessage" + hints).replace(b"?>", style, 1)
        assert xml.read(document.replace(b"</m:Header>", include)).kind == "EventMessage"
        thread.join()
    assert heard == []


def test_what_is_too_long_or_too_deep_is_refused() -> None:
    with pytest.raises(Unreadable, match="longer"):
        xml.read(EVENT + b" " * xml.LONGEST)
    with pytest.raises(Unreadable):
        xml.read(EVENT.replace(b"module answered", b"<a>" * 5000 + b"</a>" * 5000))


def test_elements_that_the_standard_does_not_have_are_refused() -> None:
    with pytest.raises(Unreadable, match="in line 4"):
        xml.read(EVENT.replace(b"<m:Verb>created", b"<m:Word/><m:Verb>created"))
    with pytest.raises(Unreadable, match="no message"):
        xml.read(EVENT[EVENT.index(b"<e:EndDeviceEvents") : EVENT.index(b"  </m:Payload>")])


def test_an_error_repeats_nothing_of_the_document() -> None:
    number = person_number(1)
    for place in (b"3.1.0.76", b"2026-11-25T08:00:20Z", b"c-01JD9V3M6T", b"created<", b"EndDeviceEventType"):
        document = EVENT.replace(place, number.digits.encode() * 30 if place[:1] == b"c" else number.digits.encode())
        try:
            xml.read(document)
        except Unreadable as error:
            assert found_in(str(error).encode(), number) == []


def _survives(count: int, seed: int) -> None:
    good = 0
    for document in broken(seed, EXAMPLES, count):
        try:
            xml.read(document)
            good += 1
        except Unreadable as error:
            assert error.problem and error.problem.isprintable() and len(str(error)) < 300
    assert good < count / 2, "the documents were broken"


def test_broken_documents_are_refused() -> None:
    _survives(300, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_10_000_broken_documents_are_refused(seed: int) -> None:
    _survives(2_500, seed=100 + seed)


def test_threads_do_not_disturb_each_other() -> None:
    bad = EVENT.replace(b"<m:Verb>created", b"<m:Word/><m:Verb>created")

    def read(document: bytes) -> str:
        try:
            return xml.read(document).kind
        except Unreadable as error:
            return error.problem

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(read, [EVENT, bad] * 200))
    assert found == ["EventMessage", "The XML is not as its schema says, in line 4 (SCHEMAV_ELEMENT_CONTENT)."] * 200
