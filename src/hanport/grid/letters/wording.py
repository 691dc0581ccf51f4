"""Words the letters that wait: to the address on file now, and saying how things stand now."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from hanport.grid.config import GridConfig
from hanport.grid.database.notice_tables import letter, told_in
from hanport.grid.database.tables import customer, facility
from hanport.grid.letters import signs
from hanport.grid.letters.paper import Paper
from hanport.grid.letters.queue import LetterSecrets
from hanport.grid.notices import texts
from hanport.grid.notices.happenings import Happening, happenings
from hanport.grid.notices.occasion import Occasion
from hanport.grid.notices.texts import NOT_ME_PATH, Voice, voice_for
from hanport.grid.orders import State
from hanport.grid.workdays import STOCKHOLM

CODE_PATH = "/code"  # of the page on which a code is typed
_LINES = re.compile(r"\s*[\r\n]+\s*|\s*,\s+")
_PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter as it is stored, with what its words need. `secret_sealed` is None once it was printed."""

    id: int
    kind: str
    customer_id: int
    person_id: int
    customer_key: str
    customer_kind: str
    is_protected: bool
    name: str
    address: str
    gsrn: str
    language: str | None
    made_at: datetime
    secret_sealed: bytes | None
    about: Happening | None


def waiting(connection: Connection, *, protected: bool | None = None, limit: int = 1000) -> list[Waiting]:
    """Letters to print, the oldest first: those to protected identities, those to the others, or (None) both."""
    chosen = _ROWS.where(letter.c.state == "waiting").order_by(letter.c.id).limit(limit)
    if protected is not None:
        chosen = chosen.where(customer.c.is_protected.is_(protected))
    return _read(connection, connection.execute(chosen).all())


def of_batch(connection: Connection, batch_id: str) -> list[Waiting]:
    """The letters that were printed in a batch, and were not emptied since."""
    chosen = _ROWS.where(letter.c.batch_id == batch_id, letter.c.state == "printed").order_by(letter.c.id)
    return _read(connection, connection.execute(chosen.where(letter.c.content_sealed.is_not(None))).all())


def worded(config: GridConfig, each: Waiting, made: LetterSecrets, at: datetime) -> Paper:
    """The letter, as it is printed at that instant."""
    voice = voice_for(config, each.language)
    paper = Paper(
        language=voice.language,
        to=tuple(_addressed(voice, each)),
        day=f"{at.astimezone(STOCKHOLM):%Y-%m-%d}",
        subject="",
        paragraphs=(),
        after=(voice.contact,) if voice.contact else (),
    )
    if each.about is None:
        return _with_code(voice, paper, each, made, at)
    return _with_notice(voice, paper, each.about, made)


def expires_at(config: GridConfig, at: datetime) -> datetime:
    """Until when a code can be used that is printed at that instant."""
    return at + timedelta(days=config.letters.code_days)


def _with_code(voice: Voice, paper: Paper, each: Waiting, made: LetterSecrets, at: datetime) -> Paper:
    page = voice.page(CODE_PATH)
    is_person = each.customer_kind == _PRIVATE
    day = f"{expires_at(voice.config, at).astimezone(STOCKHOLM) - timedelta(days=1):%Y-%m-%d}"
    return replace(
        paper,
        subject=voice.say("code.subject"),
        paragraphs=(
            voice.say("code.asked", gsrn=each.gsrn),
            voice.say("code.person" if is_person else "code.company", page=page),
        ),
        particulars=((voice.say("label.facility"), each.gsrn),),
        code=signs.grouped(made.code),
        qr=page,
        after=(voice.say("code.until", day=day), *paper.after),
    )


def _with_notice(voice: Voice, paper: Paper, told: Happening, made: LetterSecrets) -> Paper:
    # It may have been opened since it was ordered: the letter says how it stands now.
    is_open = told.occasion is Occasion.OPEN_ORDERED and told.state is State.READ_BACK
    about = replace(told, occasion=Occasion.OPENED) if is_open else told
    paragraphs = list(texts.paragraphs(voice, about))
    if made.link:
        paragraphs.append(voice.say("not-me.letter", page=voice.page(NOT_ME_PATH)))
    elif about.has_link:
        paragraphs.append(voice.say("not-me.call"))
    return replace(
        paper,
        subject=texts.subject(voice, about),
        paragraphs=tuple(paragraphs),
        particulars=tuple(texts.particulars(voice, about)),
        code=signs.grouped(made.code) if made.code else "",
        qr=voice.page(f"{NOT_ME_PATH}/{made.link}") if made.link else "",
    )


def _addressed(voice: Voice, each: Waiting) -> Iterator[str]:
    """The lines in the window. Where a protected identity lives is not ours to print: staff see to it."""
    if each.is_protected:
        yield voice.say("letter.staff")
        yield voice.say("letter.customer", customer=each.customer_key)
        return
    yield " ".join(each.name.split())
    yield from (line for line in _LINES.split(each.address.strip()) if line)


_ROWS: Select[Any] = (
    select(
        letter, customer.c.person_id, customer.c.key, customer.c.kind.label("customer_kind"), customer.c.is_protected
    )
    .add_columns(customer.c.name, customer.c.address, facility.c.gsrn, told_in.c.language)
    .join(customer, customer.c.id == letter.c.customer_id)
    .join(facility, facility.c.id == letter.c.facility_id)
    .outerjoin(told_in, told_in.c.person_id == customer.c.person_id)
)


def _read(connection: Connection, rows: Sequence[Row[Any]]) -> list[Waiting]:
    told = happenings(connection, {row.notice_id for row in rows if row.notice_id is not None})
    about = {each.notice_id: each for each in told}
    return [
        Waiting(
            id=row.id,
            kind=row.kind,
            customer_id=row.customer_id,
            person_id=row.person_id,
            customer_key=row.key,
            customer_kind=row.customer_kind,
            is_protected=row.is_protected,
            name=row.name,
            address=row.address,
            gsrn=row.gsrn,
            language=row.language,
            made_at=row.made_at,
            secret_sealed=row.secret_sealed,
            about=about[row.notice_id] if row.notice_id is not None else None,
        )
        for row in rows
    ]
