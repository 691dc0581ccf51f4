"""What comes to a reply address is read by its content type and the kind of the head-end."""

import msgspec
import pytest

from grid.headend.cim.documents import event
from grid.headend.commands import NOW, configured
from hanport.grid.config import HeadEndTable
from hanport.grid.headend.answering import LONGEST_JSON, receive
from hanport.grid.headend.contract import Answer, Outcome, PortState
from hanport.grid.headend.reported import Unreadable

CONFIG = configured(
    'name = "rest"\nkind = "rest"\nurl = "https://a.example"',
    'name = "cim"\nkind = "cim"\nurl = "https://a.example"\nsource = "ours"\n[head_end.codes]\nopened = "9.9.9.9"',
)
REST, CIM = CONFIG.head_end
BODY = msgspec.json.encode({"id": "c-open-1", "state": "done", "at": "2026-11-25T08:00:00Z"})


@pytest.mark.parametrize("table", [REST, CIM], ids=["rest", "cim"])
def test_json_is_understood_from_everybody(table: HeadEndTable) -> None:
    for kind in ("application/json", "Application/JSON; charset=utf-8"):
        received = receive(table, kind, BODY, at=NOW)
        assert received.answers == (Answer("c-open-1", Outcome.DONE, NOW),)
        assert (received.reply, received.content_type) == (b"", "")


@pytest.mark.parametrize("kind", ["application/xml", "text/xml; charset=utf-8", "application/soap+xml"])
def test_events_are_understood_from_cim_with_its_own_codes(kind: str) -> None:
    received = receive(CIM, kind, event("9.9.9.9"), at=NOW)
    assert [(each.outcome, each.port) for each in received.answers] == [(Outcome.DONE, PortState.OPEN)]
    assert b"<m:Source>ours</m:Source>" in received.reply
    with pytest.raises(Unreadable, match="not expected"):
        receive(REST, kind, event(), at=NOW)


@pytest.mark.parametrize("kind", ["", "text/html", "application/x-www-form-urlencoded", "json"])
def test_anything_else_is_refused(kind: str) -> None:
    with pytest.raises(Unreadable, match="not expected"):
        receive(CIM, kind, BODY, at=NOW)


def test_a_long_answer_is_refused() -> None:
    with pytest.raises(Unreadable, match="longer"):
        receive(REST, "application/json", BODY + b" " * LONGEST_JSON, at=NOW)
