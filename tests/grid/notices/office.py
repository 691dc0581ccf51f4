"""A company that tells its customers, in these tests: its configuration, and what stands in its outbox."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from hanport.grid.config import CompanyTable, GridConfig, MailTable, SmsTable, WebTable, WorkTable
from hanport.grid.context import Grid
from hanport.grid.database.notice_tables import letter, not_me, notice, notice_message
from hanport.grid.database.schema import Environment
from hanport.grid.database.work import Database
from hanport.grid.notices.envelope import Envelope, unseal
from hanport.grid.notices.spreading import spread

# What is said, and what is decided in Python, is the same on both databases.
ON_ONE = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
URL = "https://han.example.se"
CONFIG = GridConfig(
    environment=Environment.TEST,
    company=CompanyTable(name="Fjällnät", email="kund@example.se", phone="0280-442 00", address="Box 7, 782 21 Malung"),
    web=WebTable(public_url=URL),
    mail=MailTable(host="localhost", port=1, security="none", sender="han@example.se"),
    sms=SmsTable(url="http://127.0.0.1:1/sms", sender="Fjallnat"),
    work=WorkTable(period_s=5, lease_s=60),
)


def config_with(**tables: Any) -> GridConfig:
    """That configuration with other tables."""
    return msgspec.structs.replace(CONFIG, **tables)


ONLY_LETTERS = config_with(mail=MailTable(), sms=SmsTable())
ONLY_MAIL = config_with(sms=SmsTable(), company=CompanyTable(name="Fjällnät"))


@dataclass
class Office:
    """Looks into the tables, and does single steps of the worker."""

    database: Database
    config: GridConfig = CONFIG

    @property
    def grid(self) -> Grid:
        return Grid(self.config, self.database)

    def spread(self, config: GridConfig | None = None) -> int:
        with self.database.writing("system") as work:
            return spread(work, config or self.config)

    def messages(self) -> list[Any]:
        return self._rows(notice_message, notice_message.c.made_at, notice_message.c.customer_id, notice_message.c.way)

    def letters(self) -> list[Any]:
        return self._rows(letter, letter.c.id)

    def links(self) -> list[Any]:
        return self._rows(not_me, not_me.c.id)

    def occasions(self) -> list[str]:
        return [row.occasion for row in self._rows(notice, notice.c.id)]

    def told(self) -> list[tuple[str, str]]:
        """The way and the occasion of each message and letter."""
        with self.database.reading() as connection:
            named = {row.id: row.occasion for row in connection.execute(select(notice)).all()}
        found = [(row.way, named[row.notice_id]) for row in self.messages()]
        return found + [("letter", named.get(row.notice_id, row.kind)) for row in self.letters()]

    def said(self, row: Any) -> Envelope:
        return unseal(self.database.keyring, row.content_sealed)

    def _rows(self, table: Any, *order: Any) -> list[Any]:
        with self.database.reading() as connection:
            return list(connection.execute(select(table).order_by(*order)).all())
