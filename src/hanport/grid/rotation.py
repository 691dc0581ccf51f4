"""Seals anew, with the newest key, all that is sealed in the database: in batches, while the service runs.

Stopped in the middle it goes on where it stopped. Every process must know the newest key before it begins: a process
with the older keys alone cannot open what is sealed here.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    Table,
    Update,
    and_,
    bindparam,
    func,
    select,
    tuple_,
    update,
)

from hanport.grid.audit.verify import ROTATED
from hanport.grid.database import identity_tables, notice_tables, staff_tables, tables
from hanport.grid.database.work import Database, Work
from hanport.grid.keys import SEALED_HEAD, Keyring, Purpose
from hanport.grid.people import read_number

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column that is sealed, for what, and the columns that name its row."""

    column: Column[bytes]
    purpose: Purpose
    key: tuple[Column[object], ...]

    @property
    def table(self) -> Table:
        """The table it stands in."""
        return self.column.table


# All that is sealed. A number's lookup is made anew with it.
SEALED = (
    Sealed(tables.person.c.number_sealed, Purpose.NUMBER, (tables.person.c.id,)),
    Sealed(tables.person.c.key_sealed, Purpose.PERSON_KEY, (tables.person.c.id,)),
    Sealed(tables.order.c.evidence_sealed, Purpose.EVIDENCE, (tables.order.c.id,)),
    Sealed(tables.import_batch.c.content_sealed, Purpose.IMPORT, (tables.import_batch.c.id,)),
    Sealed(
        tables.idempotency.c.answer_sealed,
        Purpose.ANSWER,
        (tables.idempotency.c.token_id, tables.idempotency.c.key),
    ),
    Sealed(identity_tables.session.c.evidence_sealed, Purpose.EVIDENCE, (identity_tables.session.c.id,)),
    Sealed(identity_tables.identification.c.evidence_sealed, Purpose.EVIDENCE, (identity_tables.identification.c.id,)),
    Sealed(
        identity_tables.identification.c.request_sealed,
        Purpose.IDENTIFICATION,
        (identity_tables.identification.c.id,),
    ),
    Sealed(staff_tables.staff.c.totp_sealed, Purpose.SECOND_FACTOR, (staff_tables.staff.c.id,)),
    Sealed(staff_tables.once.c.shown_sealed, Purpose.ANSWER, (staff_tables.once.c.key,)),
    Sealed(staff_tables.upload.c.content_sealed, Purpose.IMPORT, (staff_tables.upload.c.id,)),
    Sealed(staff_tables.proposal.c.content_sealed, Purpose.IMPORT, (staff_tables.proposal.c.id,)),
    Sealed(notice_tables.notice_message.c.content_sealed, Purpose.NOTICE, (notice_tables.notice_message.c.id,)),
    Sealed(notice_tables.notice_message.c.secret_sealed, Purpose.NOTICE, (notice_tables.notice_message.c.id,)),
    Sealed(notice_tables.letter.c.content_sealed, Purpose.NOTICE, (notice_tables.letter.c.id,)),
    Sealed(notice_tables.letter.c.secret_sealed, Purpose.CODE, (notice_tables.letter.c.id,)),
)


def rotate(database: Database, *, tell: Callable[[int], None] = lambda _: None) -> int:
    """Seal all anew with the newest key; gives how much was sealed. `tell` is told it as it grows.

    Rows that others hold are left for later rounds, and then waited for one at a time, so that nobody waits for two of
    them. Raises SealError, with what is done kept, where something cannot be opened.
    """
    done = 0
    for each in SEALED:
        is_waiting = False
        while _is_left(database, each):
            for count in _batches(database, each, is_waiting):
                done += count
                tell(done)
            is_waiting = True
    with database.writing("system") as work:
        _finish(work, done)
    return done


def in_use(connection: Connection, keyring: Keyring) -> dict[str, int]:
    """How much is sealed with each key, by its id, known or not. The end of the log counts as one."""
    found: Counter[str] = Counter({key.id: 0 for key in keyring.keys})
    for each in SEALED:
        head = _head_of(each)
        chosen = select(head, func.count()).where(each.column.is_not(None)).group_by(head)
        for name, count in connection.execute(chosen):
            found[bytes(name).decode("ascii", "replace").rstrip()] += count
    found.update(connection.execute(select(tables.audit_head.c.key_id)).scalars())
    return dict(found)


def _is_left(database: Database, each: Sealed) -> bool:
    with database.reading() as connection:
        chosen = select(each.key[0]).where(_is_old(each, database.keyring)).limit(1)
        return connection.execute(chosen).first() is not None


def _batches(database: Database, each: Sealed, is_waiting: bool) -> Iterator[int]:
    after: tuple[object, ...] | None = None
    while True:
        with database.writing("system") as work:
            rows = _old(work, each, after, is_waiting)
            if rows:
                work.connection.execute(_update(each), [_anew(work.keyring, each, row) for row in rows])
        if not rows:
            return
        after = rows[-1][:-1]
        yield len(rows)


def _old(work: Work, each: Sealed, after: tuple[object, ...] | None, is_waiting: bool) -> list[tuple[object, ...]]:
    """Rows that an older key sealed, held until the commit: what names the row, and what is sealed."""
    chosen = select(*each.key, each.column).where(_is_old(each, work.keyring)).order_by(*each.key)
    if after is not None:
        chosen = chosen.where(tuple_(*each.key) > tuple_(*after))
    chosen = chosen.limit(1 if is_waiting else _AT_ONCE).with_for_update(skip_locked=not is_waiting)
    return [tuple(row) for row in work.connection.execute(chosen)]


def _anew(keyring: Keyring, each: Sealed, row: tuple[object, ...]) -> dict[str, object]:
    *key, sealed = row
    assert isinstance(sealed, bytes)
    plain = keyring.open(sealed, each.purpose)
    values: dict[str, object] = {f"key_{n}": part for n, part in enumerate(key)}
    values["anew"] = keyring.seal(plain, each.purpose)
    if each.purpose is Purpose.NUMBER:
        values["lookup"] = keyring.lookup(read_number(plain))
    return values


def _update(each: Sealed) -> Update:
    values: dict[str, object] = {each.column.name: bindparam("anew")}
    if each.purpose is Purpose.NUMBER:
        values[tables.person.c.number_lookup.name] = bindparam("lookup")
    return (
        update(each.table)
        .where(and_(*(column == bindparam(f"key_{n}") for n, column in enumerate(each.key))))
        .values(values)
    )


def _finish(work: Work, done: int) -> None:
    """Tell the log the public keys, so that checkpoints of older keys can be checked when the keys are gone."""
    newest = work.keyring.keys[0].id
    head = work.connection.execute(select(tables.audit_head.c.key_id)).scalar_one()
    if done or head != newest:
        told = {key: public.hex() for key, public in work.keyring.public_keys().items()}
        work.note(ROTATED, key=newest, sealed=done, public_keys=told)


def _is_old(each: Sealed, keyring: Keyring) -> ColumnElement[bool]:
    return _head_of(each) != keyring.newest_head


def _head_of(each: Sealed) -> ColumnElement[bytes]:
    return func.substr(each.column, 1, SEALED_HEAD, type_=LargeBinary)
