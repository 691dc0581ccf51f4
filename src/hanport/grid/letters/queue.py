"""Letters that wait to be printed: what each is about, and its secrets, sealed until then."""

from dataclasses import asdict, dataclass

import msgspec
from sqlalchemy import insert, select

from hanport.grid.config import GridConfig
from hanport.grid.database.notice_tables import letter, notice
from hanport.grid.database.work import Work
from hanport.grid.keys import Keyring, Purpose
from hanport.grid.notices import not_me
from hanport.grid.notices.happenings import Happening
from hanport.grid.notices.occasion import Occasion
from hanport.grid.notices.recipients import Recipient


@dataclass(frozen=True, slots=True)
class LetterSecrets:
    """What a letter alone says: the last part of a link, and a code. "" where it has none."""

    link: str = ""
    code: str = ""


def seal(keyring: Keyring, made: LetterSecrets) -> bytes:
    """As they wait for the printer."""
    return keyring.seal(msgspec.json.encode(asdict(made)), Purpose.CODE)


def unseal(keyring: Keyring, sealed: bytes | None) -> LetterSecrets:
    """What waits for the printer. Raises SealError."""
    if sealed is None:
        return LetterSecrets()
    return msgspec.json.decode(keyring.open(sealed, Purpose.CODE), type=LetterSecrets)


def add_notice(work: Work, config: GridConfig, about: Happening, recipient: Recipient) -> bool:
    """Have a letter say it; false: one about the same order waits already, and says by then how it stands."""
    if about.occasion is Occasion.OPENED and _waits(work, about, recipient):
        return False
    has_link = about.has_link and bool(config.web.public_url)
    made = not_me.make(with_code=True) if has_link else None
    columns = {
        "kind": "notice",
        "state": "waiting",
        "notice_id": about.notice_id,
        "customer_id": recipient.customer_id,
        "facility_id": about.facility_id,
        "made_at": work.at,
        "secret_sealed": seal(work.keyring, LetterSecrets(made.link, made.code)) if made is not None else None,
    }
    letter_id = work.connection.execute(insert(letter).values(columns).returning(letter.c.id)).scalar_one()
    if made is not None and about.order_id is not None and about.contract_id is not None:
        of = not_me.For(about.order_id, about.contract_id, recipient.customer_id, letter_id)
        not_me.keep(work, made, of)
    work.note("letter.queued", person_id=recipient.person_id, letter=letter_id, occasion=about.occasion.value)
    return True


def _waits(work: Work, about: Happening, recipient: Recipient) -> bool:
    chosen = (
        select(letter.c.id)
        .join(notice, notice.c.id == letter.c.notice_id)
        .where(letter.c.state == "waiting", letter.c.customer_id == recipient.customer_id)
        .where(notice.c.order_id == about.order_id, notice.c.occasion == Occasion.OPEN_ORDERED.value)
    )
    return work.connection.execute(chosen.limit(1)).first() is not None
