"""What must hold of the database at every step, and what besides when the troubles have ended."""

import json
from collections import defaultdict
from itertools import pairwise

from sqlalchemy import select

from grid.law.play import Play
from hanport.grid.audit.verify import verify
from hanport.grid.database.tables import audit_entry, meter, order, port
from hanport.grid.orders import STEPS, State


def prove(play: Play, *, is_calm: bool = False) -> None:
    """Raise AssertionError where something is as it must not be."""
    if is_calm:
        _ports_are_as_the_law_says(play)
        _log_is_whole(play)
        _orders_went_their_way(play)


def _ports_are_as_the_law_says(play: Play) -> None:
    now = play.clock.now()
    with play.database.reading() as connection:
        rows = connection.execute(select(port, meter.c.serial).join(meter, meter.c.id == port.c.meter_id)).all()
    for row in rows:
        serial = row.serial
        wanted, real = play.world.may_be_open(serial, now), play.field.is_open[serial]
        if play.world.facility_of(serial, now) is None and row.reported != "open" and not row.may_be_open:
            continue  # on the shelf, and not known to be open: nobody asks it
        assert real is wanted, f"{serial} is {'open' if real else 'closed'} in the end: {row}"
        assert row.reported == ("open" if wanted else "closed"), f"{serial} is not known: {row}"
        assert row.closing_due_at is None


def _log_is_whole(play: Play) -> None:
    with play.database.reading() as connection:
        verdict = verify(connection, play.database.keyring)
    assert verdict.is_whole, verdict


def _orders_went_their_way(play: Play) -> None:
    """The log tells each order's states, one possible step after the other, up to the one that it has."""
    told: dict[str, list[str]] = defaultdict(list)
    with play.database.reading() as connection:
        for text in connection.execute(select(audit_entry.c.entry).order_by(audit_entry.c.seq)).scalars():
            entry = json.loads(text)
            thing, _, what = entry["action"].partition(".")
            if thing == "order" and what in State.__members__.values():
                told[entry["facts"]["order"]].append(what)
        states = {row.id: row.state for row in connection.execute(select(order.c.id, order.c.state))}
    steps = {(before.value, after.value) for (before, _), after in STEPS.items()}
    for order_id, state in states.items():
        path = ["draft", *(each for each in told[order_id] if each != "draft")]
        assert path[-1] == state, f"the log says {path[-1]}, and the order is {state}"
        assert all(pair in steps for pair in pairwise(path)), path
