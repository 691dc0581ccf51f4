"""Reads what a head-end posts to its reply address, whichever form it speaks."""

from datetime import datetime

from hanport.grid.config import HeadEndTable
from hanport.grid.headend import rest
from hanport.grid.headend.reported import Received, Unreadable

LONGEST_JSON = 65_536  # bytes
LONGEST_XML = 1_048_576
_JSON = ("application/json",)
_XML = ("application/xml", "text/xml", "application/soap+xml")


def receive(table: HeadEndTable, content_type: str, body: bytes, *, at: datetime) -> Received:
    """The answers and reports in a body, with the reply to send. Raises Unreadable, with the reply that says so.

    JSON is understood from every head-end, EndDeviceEvents from those of the kind `cim`.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _JSON:
        if len(body) > LONGEST_JSON:
            raise Unreadable(f"The answer is longer than {LONGEST_JSON // 1024} kB.", "Post one answer at a time.")
        return Received((rest.parse_result(body),))
    if kind in _XML and table.kind == "cim":
        from hanport.grid.headend.cim import codes, events  # lxml is loaded where it is needed

        return events.receive(body, codes.codes(table.codes, table.name), source=table.source, at=at)
    raise Unreadable("The answer is in a form that is not expected of this head-end.", "See docs/head-end.md.")
