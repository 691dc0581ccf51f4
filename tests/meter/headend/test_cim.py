"""The CIM form of the head-end, on real sockets."""

import pytest
from lxml import etree

from hanport.meter.headend.cim_text import SOAP
from hanport.meter.headend.codes import DEFAULTS, Codes
from hanport.meter.headend.values import Form
from meter.headend.town import SERIAL, SILENT, UNKNOWN, inner, town

EVENT = "{http://iec.ch/TC57/2011/EndDeviceEvents#}"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True)

# What is taken out of a command, what is put in its place, and a word of the reason for which it is refused then.
NO_COMMANDS = [
    ("<m:Verb>create<", "<m:Verb>change<", "no request"),
    ("<m:AckRequired>true<", "<m:AckRequired>false<", "no request"),
    ("<m:Source>hanport<", "<m:Source><", "Source"),
    (">2.0<", ">1.0<", "Revision"),
    ("<m:MessageID>", "<m:Comment/><m:User/><m:MessageID>x</m:MessageID><m:MessageID>", "MessageID"),
    ("<m:CorrelationID>c-1<", "<m:CorrelationID>c 1<", "CorrelationID"),
    ("issuerTrackingID>c-1<", "issuerTrackingID>c-2<", "differ"),
    ("3.1.0.26", "3.1.0.99", "no command"),
    ('ref="3.1.0.26"', "", "no command"),
    (f"<c:mRID>{SERIAL}</c:mRID>", "", "mRID"),
    (f"<c:mRID>{SERIAL}<", "<c:mRID><", "mRID"),
    ("735999000000000018", "735999", "18 digits"),
    ("</c:EndDeviceControl>", "</c:EndDeviceControl><c:EndDeviceControl/>", "EndDeviceControl"),
    ("<c:issuerID>hanport</c:issuerID>", "", "issuerID"),
    ("<c:start>", "<c:start>x", "start"),
    ("<c:end>20", "<c:end>19", "before it starts"),
    ("<m:RequestMessage", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><m:RequestMessage", "DOCTYPE"),
    ("m:RequestMessage", "m:EventMessage", "RequestMessage"),
    ("</m:RequestMessage>", "", "XML"),
    (":m=", ":n=", "XML"),
    ("http://iec.ch/TC57/2011/schema/message", "http://iec.ch/other", "RequestMessage"),
    ("<m:ReplyAddress>http", "<m:ReplyAddress>gopher", "reply address"),
]


def told(text: bytes) -> tuple[str | None, str | None, str | None]:
    """Id, meter and code of the one event of a message."""
    root = etree.fromstring(text, PARSER)
    (event,) = root.iter(f"{EVENT}EndDeviceEvent")
    names = [etree.QName(child).localname for child in event]
    order = ["createdDateTime", "issuerTrackingID", "reason", "Assets", "EndDeviceEventType"]
    assert names == [name for name in order if name in names]
    code = event.find(f"{EVENT}EndDeviceEventType").get("ref")
    return event.findtext(f"{EVENT}issuerTrackingID"), event.findtext(f"{EVENT}Assets/{EVENT}mRID"), code


@pytest.mark.parametrize(
    ("kind", "code"), [("open", "3.1.0.76"), ("close", "3.1.0.66"), ("restart", "3.1.0.215"), ("read", "3.1.0.66")]
)
async def test_a_command_is_taken_carried_out_and_answered(kind: str, code: str) -> None:
    async with town() as made:
        reply = await made.cim(made.create("c-1", kind))
        assert (reply.status_code, inner(reply.content, "Result")) == (200, "OK")
        assert inner(reply.content, "CorrelationID") == "c-1"
        (answer,) = await made.service.told()
        assert told(answer) == ("c-1", SERIAL, code)
        assert [inner(answer, name) for name in ("Verb", "Noun", "CorrelationID")] == [
            "created",
            "EndDeviceEvents",
            "c-1",
        ]
        assert made.service.headers[0]["content-type"] == "application/xml; charset=utf-8"
        assert made.is_open is (kind == "open")


@pytest.mark.parametrize("kind", ["open", "close", "restart", "read"])
async def test_a_failure_has_its_code_and_its_reason(kind: str) -> None:
    async with town() as made:
        await made.cim(made.create("c-1", kind, serial=SILENT))
        (answer,) = await made.service.told()
        assert told(answer) == ("c-1", SILENT, DEFAULTS[f"{kind}_failed"])
        assert inner(answer, "reason") == "The meter does not answer."


async def test_codes_can_be_agreed_otherwise() -> None:
    async with town(codes=Codes.parse(["open=3.31.0.26", "opened=3.31.0.76", "refused_for_good=7.1"])) as made:
        assert inner((await made.cim(made.create("c-1"))).content, "code") == "1.4"
        assert inner((await made.cim(made.create("c-2", code="3.31.0.26"))).content, "Result") == "OK"
        assert told((await made.service.told())[0]) == ("c-2", SERIAL, "3.31.0.76")
        refused = await made.cim(made.create("c-3", code="3.31.0.26", serial=UNKNOWN))
        assert inner(refused.content, "code") == "7.1"


async def test_refusals_have_their_codes() -> None:
    async with town() as made:
        unknown = await made.cim(made.create("c-1", serial=UNKNOWN))
        assert (inner(unknown.content, "Result"), inner(unknown.content, "code")) == ("FAILED", "2.4")
        assert inner(unknown.content, "CorrelationID") == "c-1"
        await made.cim(made.create("c-2", "open"))
        other = await made.cim(made.create("c-2", "close"))
        assert (inner(other.content, "Result"), inner(other.content, "code")) == ("FAILED", "2.9")


async def test_a_known_id_that_has_ended_is_answered_once_more() -> None:
    async with town() as made:
        await made.cim(made.create("c-1"))
        await made.service.told()
        made.meter.set_open(False)
        again = await made.cim(made.create("c-1"))
        assert inner(again.content, "Result") == "OK"
        answers = await made.service.told(2)
        assert told(answers[0]) == told(answers[1])
        assert not made.is_open


async def test_whoever_asks_is_told() -> None:
    async with town(delay_s=0.2) as made:
        unknown = await made.cim(made.get("c-1"))
        assert (inner(unknown.content, "Result"), inner(unknown.content, "code")) == ("FAILED", "2.9")
        await made.cim(made.create("c-1", url=""))
        waiting = await made.cim(made.get("c-1"))
        assert inner(waiting.content, "Result") == "OK" and b"Payload" not in waiting.content
        await made.ends("c-1")
        answer = await made.cim(made.get("c-1"))
        assert inner(answer.content, "Noun") == "EndDeviceEvents"
        assert told(answer.content) == ("c-1", SERIAL, "3.1.0.76")
        assert made.service.bodies == []


@pytest.mark.parametrize(
    ("form", "content_type"),
    [(Form.CIM_SOAP11, "text/xml; charset=utf-8"), (Form.CIM_SOAP12, "application/soap+xml; charset=utf-8")],
)
async def test_soap_is_replied_to_in_soap(form: Form, content_type: str) -> None:
    async with town() as made:
        inside = made.create("c-1").partition("?>")[2]
        text = f'<s:Envelope xmlns:s="{SOAP[form]}"><s:Header/><s:Body>{inside}</s:Body></s:Envelope>'
        reply = await made.cim(text, content_type)
        (answer,) = await made.service.told()
        for each in (reply.content, answer):
            root = etree.fromstring(each, PARSER)
            assert root.tag == f"{{{SOAP[form]}}}Envelope" and len(root) == 1
        assert inner(reply.content, "Result") == "OK"
        assert made.service.headers[0]["content-type"] == content_type == reply.headers["content-type"]
        broken = await made.cim(text.replace("create<", "destroy<"), content_type)
        assert etree.fromstring(broken.content, PARSER).tag == f"{{{SOAP[form]}}}Envelope"


async def test_what_is_no_command_is_refused() -> None:
    async with town() as made:
        for old, new, problem in NO_COMMANDS:
            text = made.create("c-1")
            assert old in text
            reply = await made.cim(text.replace(old, new))
            assert reply.status_code == 200
            assert (inner(reply.content, "Result"), inner(reply.content, "code")) == ("FAILED", "1.4")
            assert problem in inner(reply.content, "reason"), new
        assert made.running.head_end.book.entries() == []


async def test_elements_come_in_the_order_of_the_standard() -> None:
    async with town() as made:
        text = made.create("c-1")
        issuer = "<c:issuerID>hanport</c:issuerID>"
        moved = text.replace(issuer, "").replace("<c:EndDeviceControlType", f"{issuer}<c:EndDeviceControlType")
        assert "order" in inner((await made.cim(moved)).content, "reason")
        more = text.replace("<m:MessageID>", "<m:User><m:UserID>x</m:UserID></m:User><m:MessageID>")
        assert inner((await made.cim(more)).content, "Result") == "OK"
        assert "used before" in inner((await made.cim(more)).content, "reason")


async def test_a_question_is_about_its_own_id() -> None:
    async with town() as made:
        text = made.get("c-1").replace("<m:ID>c-1<", "<m:ID>c-2<")
        assert "differ" in inner((await made.cim(text)).content, "reason")


async def test_only_xml_is_read() -> None:
    async with town() as made:
        assert (await made.cim(made.create("c-1"), "text/plain")).status_code == 415


async def test_a_report_unasked_names_no_command() -> None:
    async with town() as made:
        wanted = {"url": made.service.url, "form": "cim"}
        seen = (await made.control.post("/api/v1/round", json=wanted)).raise_for_status().json()
        assert seen == {"meters": 1, "taken": True}
        (report,) = await made.service.told()
        assert told(report) == (None, SERIAL, "3.1.0.66")
        assert b"CorrelationID" not in report
