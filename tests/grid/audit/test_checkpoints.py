"""Checkpoints: what they say, that anyone can check them, and how they are kept elsewhere."""

import base64
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from grid.conftest import START
from hanport.clock import ManualClock
from hanport.grid.audit.chain import LogDamaged
from hanport.grid.audit.checkpoints import CheckpointError, checkpoint, kept, read_line
from hanport.grid.audit.entry import Unreadable, read
from hanport.grid.database.tables import audit_head
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring, new_key


def note(database: Database) -> None:
    with database.writing("system") as work:
        work.note("thing.done")


def test_it_says_where_the_log_ends(database: Database) -> None:
    note(database)
    with database.writing("worker") as work:
        made = checkpoint(work)
        work.note("thing.done")  # comes after it
    assert (made.seq, made.at, made.key_id) == (1, START, database.keyring.keys[0].id)
    assert made.holds(database.keyring.public_keys()[made.key_id])
    with database.reading() as connection:
        assert list(kept(connection)) == [made]


async def test_nothing_new_makes_no_new_one(database: Database, clock: ManualClock) -> None:
    note(database)
    with database.writing("worker") as work:
        made = checkpoint(work)
    await clock.advance(86_400)
    with database.writing("worker") as work:
        assert checkpoint(work) == made
    note(database)
    with database.writing("worker") as work:
        assert checkpoint(work).seq == 2


def test_a_head_that_is_not_ours_is_never_signed(database: Database) -> None:
    note(database)
    with database.engine.begin() as connection:
        connection.execute(update(audit_head).values(hash=bytes(32)))
    with pytest.raises(LogDamaged), database.writing("worker") as work:
        checkpoint(work)


def test_anyone_can_check_it_with_the_public_key_alone(database: Database) -> None:
    """As the documentation describes it: the line without its signature, keys sorted, no spaces."""
    note(database)
    with database.writing("worker") as work:
        line = checkpoint(work).line()
    content = json.loads(line)
    signature = content.pop("signature")
    public = Ed25519PublicKey.from_public_bytes(read_line(line).public_key)
    public.verify(
        base64.b64decode(signature),
        json.dumps(content, sort_keys=True, separators=(",", ":")).encode(),
    )
    assert set(content) == {"v", "seq", "hash", "at", "key", "public_key"}


def test_what_is_kept_elsewhere_comes_back_as_it_was(database: Database) -> None:
    note(database)
    with database.writing("worker") as work:
        made = checkpoint(work)
    again = read_line(made.line())
    assert again == made
    public = made.public_key
    assert again.holds(public)
    assert not replace(again, seq=2).holds(public)
    assert not replace(again, key_id="x").holds(public)
    assert not again.holds(Keyring((new_key(START.date()),)).signer()[1].public_key().public_bytes_raw())
    assert not again.holds(b"short")


@given(st.text() | st.dictionaries(st.text(), st.integers() | st.text() | st.none()).map(json.dumps))
def test_lines_that_are_none(line: str) -> None:
    with pytest.raises(CheckpointError):
        read_line(line)


@pytest.mark.parametrize("name", ["seq", "hash", "at", "public_key", "signature", "v"])
@pytest.mark.parametrize("value", [None, [], "å", {"a": 1}])
def test_lines_with_one_thing_wrong(name: str, value: object) -> None:
    good = {
        "v": 1,
        "seq": 1,
        "hash": "00",
        "at": "2026-11-25T08:00:00+00:00",
        "key": "k",
        "public_key": "",
        "signature": "",
    }
    read_line(json.dumps(good))
    with pytest.raises(CheckpointError):
        read_line(json.dumps(good | {name: value}))


@given(st.text() | st.recursive(st.none() | st.integers(), lambda inner: st.lists(inner)).map(json.dumps))
def test_texts_that_are_no_entry(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)
