"""The work list as a file: what people are to do at meters, with empty columns for what they did."""

import csv
import io
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import command, meter, order, port
from hanport.grid.headend.contract import CommandKind
from hanport.grid.reconcile.view import Known, load
from hanport.grid.register.addresses import NOWHERE, Place, places_of
from hanport.grid.workdays import STOCKHOLM

COLUMNS = ("command_id", "what", "meter_serial", "maker", "model", "gsrn", "address", "due_at")
FILLED_IN = ("outcome", "port", "at", "note")
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(connection: Connection, config: GridConfig, *, at: datetime, name: str = "") -> str:
    """What is to be done now, the most urgent first; with `name`, of that work list alone.

    An opening whose right has ended meanwhile is left out. Protected customers' addresses are.
    """
    lists = [each.name for each in config.head_end if each.kind == "work_list" and name in ("", each.name)]
    rows = connection.execute(_ON_LIST.where(command.c.head_end.in_(lists))).all()
    known = load(connection, config, {row.meter_id for row in rows}, at)
    wanted = [row for row in rows if _is_wanted(row, known[row.meter_id])]
    where = [known[row.meter_id].facility_id for row in wanted]
    places = places_of(connection, {each for each in where if each is not None})
    lines = [_line(row, known[row.meter_id], places) for row in wanted]
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS + FILLED_IN)
    writer.writerows([_shown(cell) for cell in line] for line in sorted(lines, key=_urgency))
    return text.getvalue()


_ON_LIST: Select[Any] = (
    select(
        command.c.id,
        command.c.kind,
        command.c.meter_id,
        meter.c.serial,
        meter.c.maker,
        meter.c.model,
        port.c.closing_due_at,
        order.c.deadline_at,
    )
    .join(meter, meter.c.id == command.c.meter_id)
    .join(port, port.c.meter_id == command.c.meter_id)
    .outerjoin(order, order.c.id == command.c.order_id)
    .where(command.c.state == "sent")
)


def _is_wanted(row: Row[Any], known: Known) -> bool:
    return row.kind != CommandKind.OPEN.value or known.right.is_open


def _line(row: Row[Any], known: Known, places: dict[int, Place]) -> list[str]:
    place = places[known.facility_id] if known.facility_id is not None else NOWHERE
    due_at = row.closing_due_at if row.kind == CommandKind.CLOSE.value else row.deadline_at
    return [
        row.id,
        row.kind,
        row.serial,
        row.maker,
        row.model,
        place.gsrn,
        place.address,
        f"{due_at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" if due_at is not None else "",
        *("" for _ in FILLED_IN),
    ]


def _urgency(line: list[str]) -> tuple[bool, str, str]:
    due_at = line[COLUMNS.index("due_at")]
    return not due_at, due_at, line[0]


def _shown(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
