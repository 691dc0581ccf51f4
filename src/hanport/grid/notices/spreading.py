"""Turns what is owed into messages and letters: finds who is told, by which ways, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update

from hanport.grid.config import GridConfig
from hanport.grid.database.among import among
from hanport.grid.database.insert_many import insert_many
from hanport.grid.database.notice_tables import notice, notice_message
from hanport.grid.database.work import Work
from hanport.grid.letters import queue
from hanport.grid.notices import not_me, texts
from hanport.grid.notices.envelope import Envelope, new_id, seal, seal_secret
from hanport.grid.notices.happenings import Happening, happenings
from hanport.grid.notices.occasion import Occasion
from hanport.grid.notices.recipients import Recipient, recipients_of
from hanport.grid.notices.ways import Way, mail_address, mobile_number, ways_of
from hanport.grid.wordings import current
from hanport.grid.wordings.kinds import MAIL_END

# A stranger who tries again and again must not make us send again and again.
_REFUSALS_APART = timedelta(days=1)


@dataclass(slots=True)
class _Spread:
    """What comes of a batch of notices."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    letters: int = 0
    voices: dict[str | None, texts.Voice] = field(default_factory=dict)


def spread(work: Work, config: GridConfig, limit: int = 100) -> int:
    """Spread the oldest notices that are owed; how many. Several workers may do it at once."""
    chosen = select(notice.c.id).where(notice.c.spread_at.is_(None)).order_by(notice.c.id).limit(limit)
    ids = list(work.connection.execute(chosen.with_for_update(skip_locked=True)).scalars())
    if not ids:
        return 0
    told = _without_repeats(work, happenings(work.connection, ids))
    recipients = recipients_of(work.connection, told)
    done = _Spread()
    for about in told:
        for each in recipients[about.notice_id]:
            _tell(work, config, about, each, done)
    insert_many(work.connection, notice_message, done.messages, few=_ADD)
    work.connection.execute(update(notice).where(among(work.connection, notice.c.id, ids)).values(spread_at=work.at))
    return len(ids)


_ADD = insert(notice_message)


def _tell(work: Work, config: GridConfig, about: Happening, recipient: Recipient, done: _Spread) -> None:
    ways = recipient.ways(ways_of(config), may_write=may_be_written(about))
    if Way.LETTER in ways:
        done.letters += queue.add_notice(work, config, about, recipient)
        return
    secret = _link(work, config, about, recipient) if ways else ""
    voice = _voice(work, config, recipient.language, done)
    for way in ways:
        envelope = _envelope(voice, about, recipient, way=way, has_link=bool(secret))
        done.messages.append(
            {
                "id": new_id(),
                "notice_id": about.notice_id,
                "customer_id": recipient.customer_id,
                "way": way.value,
                "state": "due",
                "content_sealed": seal(work.keyring, envelope),
                "secret_sealed": seal_secret(work.keyring, secret) if secret else None,
                "made_at": work.at,
                "due_at": work.at,
            }
        )


def _voice(work: Work, config: GridConfig, language: str | None, done: _Spread) -> texts.Voice:
    """With the company's own words, read once a batch."""
    if language not in done.voices:
        voice = texts.voice_for(config, language)
        own = current(work.connection, config, MAIL_END, voice.language)
        done.voices[language] = replace(voice, own=own)
    return done.voices[language]


def may_be_written(about: Happening) -> bool:
    """Whether a letter may say it. What a stranger tried costs no letter: the tries could be many."""
    if about.occasion is Occasion.ASKED:
        return False
    return about.occasion is not Occasion.REFUSED or about.contract_id is not None


def _envelope(voice: texts.Voice, about: Happening, recipient: Recipient, *, way: Way, has_link: bool) -> Envelope:
    if way is Way.SMS:
        return Envelope(mobile_number(recipient.phone), "", texts.sms_text(voice, about, has_link=has_link))
    said = texts.mail_text(voice, about, has_link=has_link)
    return Envelope(mail_address(recipient.email), texts.subject(voice, about), said)


def _link(work: Work, config: GridConfig, about: Happening, recipient: Recipient) -> str:
    """The secret of the link that closes the port, kept as a hash; "" where the notice has none."""
    if not (about.has_link and config.web.public_url and about.order_id and about.contract_id):
        return ""
    made = not_me.make(with_code=False)
    not_me.keep(work, made, not_me.For(about.order_id, about.contract_id, recipient.customer_id))
    return made.link


def _without_repeats(work: Work, told: Sequence[Happening]) -> list[Happening]:
    """Without what was told of the same order before, and without refusals that follow each other too soon."""
    before = _told_before(work, told)
    refused = {each[0]: each[1] for each in before if each[2] is Occasion.REFUSED}
    steps = {(order_id, meter_id, occasion) for _, _, occasion, order_id, meter_id in before if order_id is not None}
    kept = []
    for each in told:
        step = (each.order_id, each.meter_id, each.occasion)
        last = refused.get(each.facility_id)
        is_stranger = each.occasion is Occasion.REFUSED and each.contract_id is None
        is_too_soon = is_stranger and last is not None and each.happened_at - last < _REFUSALS_APART
        if step in steps or is_too_soon:
            continue
        if each.order_id is not None:
            steps.add(step)
        if is_stranger:
            refused[each.facility_id] = each.happened_at
        kept.append(each)
    return kept


def _told_before(work: Work, told: Sequence[Happening]) -> list[tuple[Any, ...]]:
    """(facility, when, occasion, order, meter) of what was spread already, of these orders and facilities."""
    orders = sorted({each.order_id for each in told if each.order_id is not None})
    strangers = sorted({each.facility_id for each in told if each.occasion is Occasion.REFUSED})
    columns = (notice.c.facility_id, notice.c.happened_at, notice.c.occasion, notice.c.order_id, notice.c.meter_id)
    chosen = select(*columns).where(
        notice.c.spread_at.is_not(None),
        or_(
            among(work.connection, notice.c.order_id, orders),
            among(work.connection, notice.c.facility_id, strangers) & (notice.c.occasion == Occasion.REFUSED.value),
        ),
    )
    rows = work.connection.execute(chosen.order_by(notice.c.happened_at)).all()
    return [(row.facility_id, row.happened_at, Occasion(row.occasion), row.order_id, row.meter_id) for row in rows]
