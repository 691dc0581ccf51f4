"""The workers' round: what is due is looked at, commands are leased and sent, answers come in or do not.

An opening is judged by the oracle at the instant at which it is leased for sending: there it is commanded.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from grid.law.field import GOOD, Died, Fate, Gone
from grid.law.play import CONFIG, Play
from hanport.grid.database.tables import command, meter, port
from hanport.grid.headend.contract import Answer, CommandKind, PortState
from hanport.grid.reconcile.narrowing import due
from hanport.grid.reconcile.outbox import Leased, answered, overdue, reported, take, taken, undelivered
from hanport.grid.reconcile.review import review

PERIOD = timedelta(seconds=CONFIG.work.period_s)
_LIVE = ("queued", "sending", "sent")


def period(play: Play) -> None:
    """One reconcile period ends: leases and waits run out, and everything that is due is looked at."""
    play.clock.advance(PERIOD)
    for _ in range(50):
        overdue(play.database, CONFIG)
        with play.database.reading() as connection:
            wanted = due(connection, play.clock.now(), 100)
        if not wanted:
            break
        play.write(partial(review, config=CONFIG, meter_ids=wanted))
    else:
        raise AssertionError("the same meters are due again and again")
    play.follow()
    check_closings(play)


def check_closings(play: Play) -> None:
    """Every port that may be open without right is being closed, or its next try has its time."""
    columns = (port, meter.c.serial, command.c.kind, command.c.state)
    joined = port.join(meter, meter.c.id == port.c.meter_id).outerjoin(
        command, (command.c.meter_id == port.c.meter_id) & command.c.state.in_(_LIVE)
    )
    now = play.clock.now()
    with play.database.reading() as connection:
        rows = connection.execute(select(*columns).select_from(joined)).all()
    for row in rows:
        if row.may_be_open and not play.world.may_be_open(row.serial, now):
            assert row.closing_due_at is not None, f"{row.serial}: nobody's clock runs"
            is_sent_already = row.state == "sending" or (row.state == "sent" and row.kind is not None)
            is_closing = row.kind in (CommandKind.CLOSE.value, CommandKind.READ.value)
            waits = row.retry_at is not None and now < row.retry_at <= now + timedelta(hours=5)
            is_cared_for = is_closing or is_sent_already or waits
            assert is_cared_for, f"{row.serial}: open without right, and nothing is done at {now}: {row}"


def hand_out(play: Play, worker: str, limit: int) -> list[Leased]:
    """A worker takes commands. An opening among them is commanded now: the oracle says whether it may be."""
    leased = sorted(take(play.database, CONFIG, worker, limit), key=lambda each: each.command.meter_serial)
    for each in leased:
        if each.command.kind is CommandKind.OPEN:
            serial = each.command.meter_serial
            assert play.world.may_be_open(serial, play.clock.now()), f"{serial} was commanded open without right"
    play.follow()
    serials = [each.command.meter_serial for each in leased]
    assert len(set(serials)) == len(serials), "two commands at once for one meter"
    return leased


def send(play: Play, leased: Leased, fate: Fate) -> None:
    """The worker hands one over, and writes down what it was told; unless its time is over."""
    now = play.clock.now()
    if now > leased.not_after:
        return
    command_id = leased.command.id
    try:
        answer = play.field.send(leased.command, fate, now)
    except Gone:
        play.write(lambda work: undelivered(work, CONFIG, command_id, "connection lost"))
    except Died:
        return
    else:
        if answer is None:
            play.write(lambda work: taken(work, CONFIG, command_id))
        else:
            say(play, answer)


def say(play: Play, answer: Answer) -> None:
    """An answer comes in."""
    play.write(lambda work: answered(work, CONFIG, answer), "token:head-end")
    play.follow()


def find(play: Play, serial: str, is_open: bool) -> None:
    """Somebody was at the meter with a tool, and the head-end reports how its port is."""
    play.field.is_open[serial] = is_open
    state, at = PortState.OPEN if is_open else PortState.CLOSED, play.clock.now()
    play.write(lambda work: reported(work, CONFIG, serial, state, at), "token:head-end")
    play.follow()


def calm(play: Play, days: int = 5) -> None:
    """All goes well for some days: what is slow arrives, every meter obeys, every answer comes."""
    fates: Sequence[Fate] = GOOD
    ends: datetime = play.clock.now() + timedelta(days=days)
    turn = 0
    while play.clock.now() < ends:
        while play.field.slow:
            play.field.wake(0, play.clock.now())
        while play.field.answers:
            say(play, play.field.answers.pop(0))
        period(play)
        leased = hand_out(play, "a", 10)
        for each in leased:
            turn += 1
            send(play, each, fates[turn % len(fates)])
        if not leased and not play.field.answers:
            play.clock.advance(timedelta(hours=6))
