"""Every change, drop, swap, insert, cut and forged end of the log is found, by one who has the database and no key."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from grid.conftest import START
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.audit.chain import sealed_head
from hanport.grid.audit.checkpoints import Checkpoint, checkpoint
from hanport.grid.audit.entry import GENESIS, chained
from hanport.grid.audit.verify import Flaw, Verdict, verify
from hanport.grid.database.tables import audit_checkpoint, audit_entry, audit_head
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring, new_key

ENTRIES = 12


@pytest.fixture
def log(database: Database, town: Town) -> Database:
    """A log of 12 entries in 6 transactions, about two persons and nobody, with a checkpoint in the middle."""
    someone, other = town.person(), town.person()
    for n in range(ENTRIES // 2):
        with database.writing("staff:anna") as work:
            work.note("order.signed", person_id=(someone, other)[n % 2], order=f"O{n}")
            work.note("port.reported", meter=f"M{n}")
        if n == 2:
            with database.writing("system") as work:
                checkpoint(work)
    return database


@contextmanager
def tampered(database: Database) -> Iterator[Connection]:
    """A connection on which anything may be written: it is taken back."""
    with database.engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


def rows(connection: Connection) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(audit_entry).order_by(audit_entry.c.seq))]


def rewrite(connection: Connection, content: Sequence[dict[str, Any]]) -> None:
    connection.execute(delete(audit_entry))
    if content:
        connection.execute(insert(audit_entry), list(content))


def rechain(content: list[dict[str, Any]]) -> bytes:
    """Make the hashes right again, as anyone can."""
    last = GENESIS
    for row in content:
        last = row["hash"] = chained(last, row["entry"])
    return last


def flaws(verdict: Verdict) -> list[tuple[Flaw, int]]:
    return [(finding.flaw, finding.seq) for finding in verdict.findings]


def test_a_log_that_nobody_touched_is_whole(log: Database) -> None:
    with log.reading() as connection:
        verdict = verify(connection, log.keyring)
    assert verdict == Verdict(ENTRIES, 1, 0, ())
    assert verdict.is_whole


def test_an_empty_log_is_whole(database: Database) -> None:
    with database.writing("system") as work:
        first = checkpoint(work)
    with database.reading() as connection:
        assert verify(connection, database.keyring, checkpoints=[first]) == Verdict(0, 2, 0, ())


def changed(row: dict[str, Any]) -> None:
    row["entry"] = row["entry"].replace("O", "P").replace("M", "N")


# What is done to the rows, and the flaws that are found.
TAMPERING: dict[str, tuple[Callable[[list[dict[str, Any]]], object], list[tuple[Flaw, int]]]] = {
    "a text changed": (lambda log: changed(log[4]), [(Flaw.CHANGED, 5)]),
    "the first text changed": (lambda log: changed(log[0]), [(Flaw.CHANGED, 1)]),
    "the last text changed": (lambda log: changed(log[11]), [(Flaw.CHANGED, 12)]),
    "a hash changed": (lambda log: log[4].update(hash=bytes(32)), [(Flaw.CHANGED, 5), (Flaw.CHANGED, 6)]),
    "a text that is none": (lambda log: log[4].update(entry="[]"), [(Flaw.CHANGED, 5)] * 2),
    "an action beside it": (lambda log: log[4].update(action="order.cancelled"), [(Flaw.COLUMNS, 5)]),
    "a subject beside it": (lambda log: log[4].update(subject=log[2]["subject"]), [(Flaw.COLUMNS, 5)]),
    "a subject taken away": (lambda log: log[4].update(subject=None), [(Flaw.COLUMNS, 5)]),
    "a time beside it": (lambda log: log[4].update(at=START + timedelta(microseconds=1)), [(Flaw.COLUMNS, 5)]),
    "one dropped": (lambda log: log.pop(4), [(Flaw.MISSING, 5), (Flaw.CHANGED, 6)]),
    "three dropped": (lambda log: log.__delitem__(slice(4, 7)), [(Flaw.MISSING, 5), (Flaw.CHANGED, 8)]),
    "the first dropped": (lambda log: log.pop(0), [(Flaw.MISSING, 1), (Flaw.CHANGED, 2)]),
    "the end cut off": (lambda log: log.__delitem__(slice(9, None)), [(Flaw.CUT, 10)]),
    "one added": (
        lambda log: log.append(log[-1] | {"seq": 13}), [(Flaw.CHANGED, 13), (Flaw.MOVED, 13), (Flaw.ADDED, 13)]
    ),
    "all gone": (lambda log: log.clear(), [(Flaw.CUT, 1)]),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERING)
def test_what_was_done_and_where(log: Database, name: str) -> None:
    tamper, expected = TAMPERING[name]
    with tampered(log) as connection:
        connection.execute(delete(audit_checkpoint))
        content = rows(connection)
        tamper(content)
        rewrite(connection, content)
        assert sorted(flaws(verify(connection, log.keyring))) == sorted(expected)


def test_two_that_were_swapped(log: Database) -> None:
    with tampered(log) as connection:
        content = rows(connection)
        content[3]["seq"], content[6]["seq"] = 7, 4
        rewrite(connection, content)
        found = flaws(verify(connection, log.keyring))
        assert {(Flaw.MOVED, 4), (Flaw.MOVED, 7), (Flaw.CHANGED, 4), (Flaw.CHANGED, 7)} <= set(found)


def test_one_that_was_put_in_between_and_all_chained_anew(log: Database) -> None:
    """Whoever writes the whole chain anew cannot write its head."""
    with tampered(log) as connection:
        content = rows(connection)
        for row in content[6:]:
            row["seq"] += 1
            row["entry"] = row["entry"].replace(f'"seq":{row["seq"] - 1},', f'"seq":{row["seq"]},')
        content.insert(6, content[5] | {"seq": 7, "entry": content[5]["entry"].replace('"seq":6,', '"seq":7,')})
        last = rechain(content)
        rewrite(connection, content)
        assert flaws(verify(connection, log.keyring)) == [(Flaw.ADDED, 13)]
        connection.execute(update(audit_head).values(seq=13, hash=last))
        assert flaws(verify(connection, log.keyring)) == [(Flaw.HEAD, 13)]


def test_a_text_changed_and_all_chained_anew(log: Database) -> None:
    with tampered(log) as connection:
        content = rows(connection)
        changed(content[2])
        last = rechain(content)
        rewrite(connection, content)
        assert flaws(verify(connection, log.keyring)) == [(Flaw.CHECKPOINT, 6), (Flaw.HEAD, 12)]
        connection.execute(update(audit_head).values(hash=last))
        assert flaws(verify(connection, log.keyring)) == [(Flaw.CHECKPOINT, 6), (Flaw.HEAD, 12)]
        connection.execute(delete(audit_checkpoint))
        assert flaws(verify(connection, log.keyring)) == [(Flaw.HEAD, 12)]


def test_a_head_signed_with_another_key(log: Database) -> None:
    other = Keyring((new_key(START.date()),))
    with tampered(log) as connection:
        last = rows(connection)[-1]["hash"]
        for name in (other.keys[0].id, log.keyring.keys[0].id):
            _, mac = other.mac(sealed_head(12, last))
            connection.execute(update(audit_head).values(key_id=name, mac=mac))
            assert flaws(verify(connection, log.keyring)) == [(Flaw.HEAD, 12)]
        connection.execute(delete(audit_head))
        assert flaws(verify(connection, log.keyring)) == [(Flaw.HEAD, 12)]


def test_a_log_put_back_to_yesterday_is_found_by_a_checkpoint_kept_elsewhere(log: Database) -> None:
    with log.reading() as connection:
        old, before = rows(connection), connection.execute(select(audit_head)).one()
    with log.writing("system") as work:
        work.note("port.opened", meter="M1")
    with log.writing("system") as work:
        kept = checkpoint(work)
    with tampered(log) as connection:
        connection.execute(delete(audit_checkpoint))
        rewrite(connection, old)
        connection.execute(update(audit_head).values(dict(before._mapping)))
        assert verify(connection, log.keyring).is_whole
        assert flaws(verify(connection, log.keyring, checkpoints=[kept])) == [(Flaw.CHECKPOINT, 13)]


def test_checkpoints_that_nobody_signed(log: Database) -> None:
    with log.writing("system") as work:
        real = checkpoint(work)
    stranger = Keyring((new_key(START.date()),))
    name, signer = stranger.signer()
    theirs = Checkpoint(real.seq, real.hash, real.at, name, signer.public_key().public_bytes_raw())
    forged = [
        Checkpoint(real.seq, real.hash, real.at + timedelta(days=1), real.key_id, real.public_key, real.signature),
        Checkpoint(real.seq, real.hash, real.at, real.key_id, real.public_key, bytes(64)),
        Checkpoint(real.seq, real.hash, real.at, name, theirs.public_key, signer.sign(theirs.signed())),
        Checkpoint(real.seq, real.hash, real.at, real.key_id, theirs.public_key, signer.sign(theirs.signed())),
    ]
    with log.reading() as connection:
        assert verify(connection, log.keyring, checkpoints=[real]).is_whole
        for each in forged:
            assert flaws(verify(connection, log.keyring, checkpoints=[each])) == [(Flaw.CHECKPOINT, 12)]


def test_only_the_first_hundred_are_told(database: Database) -> None:
    with database.writing("system") as work:
        for n in range(300):
            work.note("thing.done", n=n)
    with tampered(database) as connection:
        connection.execute(update(audit_entry).values(action="x"))
        verdict = verify(connection, database.keyring)
        assert (verdict.flaws, len(verdict.findings)) == (300, 100)


def test_it_may_grow_while_it_is_read(log: Database) -> None:
    """An entry that comes between the reading of the entries and of the head is no cut."""

    class Growing:
        """A connection that lets another transaction commit before it reads the head."""

        def __init__(self, connection: Connection) -> None:
            self.connection = connection
            self.left = 3

        def execute(self, chosen: Any, **options: Any) -> Any:
            if "mac" in chosen.selected_columns and self.left:
                self.left -= 1
                with log.writing("other") as work:
                    work.note("thing.done", left=self.left)
            return self.connection.execute(chosen, **options)

    with log.reading() as connection:
        growing: Any = Growing(connection)
        verdict = verify(growing, log.keyring)
        assert verdict.is_whole
        assert growing.left in (0, 2)  # SQLite reads one moment; PostgreSQL sees the new entries


def test_with_older_keys_among_the_keys_it_still_holds(log: Database, clock: ManualClock) -> None:
    newer = Keyring((new_key(clock.now().date()), *log.keyring.keys))
    with log.reading() as connection:
        assert verify(connection, newer).is_whole
        assert not verify(connection, Keyring(newer.keys[:1])).is_whole
    with Database(log.engine, newer, clock).writing("system") as work:
        work.note("thing.done")
        checkpoint(work)
    with log.reading() as connection:
        assert verify(connection, newer).is_whole


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 4), chains=st.booleans(), heads=st.booleans())
def test_whatever_is_done_without_a_key_is_found(
    log: Database, seed: int, steps: int, chains: bool, heads: bool
) -> None:
    dice = random.Random(seed)
    with tampered(log) as connection:
        connection.execute(delete(audit_checkpoint))
        before = rows(connection)
        content = [dict(row) for row in before]
        for _ in range(steps):
            _tamper(content, dice)
        last = rechain(content) if chains else content[-1]["hash"]
        rewrite(connection, content)
        if heads:
            connection.execute(update(audit_head).values(seq=content[-1]["seq"], hash=last))
        assert verify(connection, log.keyring).is_whole == (content == before)


def _tamper(content: list[dict[str, Any]], dice: random.Random) -> None:
    place, other = dice.randrange(len(content)), dice.randrange(len(content))
    row = content[place]
    match dice.randrange(7):
        case 0:
            at = dice.randrange(len(row["entry"]))
            row["entry"] = row["entry"][:at] + dice.choice('x0{"') + row["entry"][at + 1 :]
        case 1:
            name = dice.choice(["action", "subject", "at", "hash"])
            row[name] = content[other][name]
        case 2 if len(content) > 1:
            del content[place]
        case 3:
            row["entry"], content[other]["entry"] = content[other]["entry"], row["entry"]
        case 4:
            row["hash"], content[other]["hash"] = content[other]["hash"], row["hash"]
        case 5:
            content.append(row | {"seq": content[-1]["seq"] + 1})
        case 6:
            row["hash"] = dice.randbytes(32)
