"""In which language a person is told: the one chosen on the pages last, or else the company's."""

from sqlalchemy import Connection, select, update

from hanport.grid.database.insert_new import insert_new
from hanport.grid.database.notice_tables import told_in
from hanport.grid.database.work import Work
from hanport.locale import LANGUAGES


def remember(work: Work, person_id: int, language: str) -> None:
    """Tell the person in that language ('sv' or 'en') from now on. Raises KeyError for any other."""
    if language not in LANGUAGES:
        raise KeyError(language)
    known = language_of(work.connection, person_id)
    if known == language:
        return
    if known is None:
        insert_new(work.connection, told_in, [{"person_id": person_id, "language": language}])
    change = update(told_in).where(told_in.c.person_id == person_id)
    work.connection.execute(change.values(language=language))


def language_of(connection: Connection, person_id: int) -> str | None:
    """The language that the person has chosen, if any."""
    chosen: str | None = connection.execute(select(told_in.c.language).where(told_in.c.person_id == person_id)).scalar()
    return chosen
