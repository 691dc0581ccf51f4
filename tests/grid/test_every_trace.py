"""Every table that holds something of a person is erased with the person, and told to the person before.

A table that refers to a person or a customer, and stands in neither list here, makes this fail: whoever adds one says
what becomes of it, and the tests see that it does.
"""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Table, insert, or_, select

from grid.conftest import START
from grid.town import Town, person_number
from hanport.grid.database.all_tables import metadata
from hanport.grid.database.identity_tables import identification, session
from hanport.grid.database.notice_tables import letter, letter_code, not_me, notice, notice_message, told_in
from hanport.grid.database.tables import contract_holder, customer, order, power
from hanport.grid.database.waiting_tables import receipt_share, waiting
from hanport.grid.database.work import Database
from hanport.grid.disclosure import disclose
from hanport.grid.eid.identifications import Asked
from hanport.grid.erasure import erase
from hanport.grid.keys import Purpose
from hanport.grid.notices.envelope import Envelope, seal

# What becomes of the rows, and the part of the disclosure that tells them.
GOES = {
    told_in: "language",
    session: "sessions",
    identification: "identifications",
    waiting: "wishes",
    receipt_share: "shared_receipts",
    not_me: "links_that_close",
    letter_code: "codes_by_letter",
}
EMPTIED = {customer: "customers", order: "orders", notice_message: "notices", letter: "notices"}
# Nothing stands there that names the person, once the customer and the person are emptied.
STAYS = {contract_holder: "customers", power: "powers", notice: "notices"}
KNOWN = GOES | EMPTIED | STAYS
WORDS = ("Eva Eriksson", "Hemvägen 7", "eva@privat.example", "192.0.2.77", "Firefox of Eva", "passport 4711", "K-eva")


def traces() -> set[Table]:
    """Tables that refer to a person or a customer; and those that refer to an order and to nobody else."""
    return {
        table
        for table in metadata.tables.values()
        if {key.column.table.name for key in table.foreign_keys} & {"person", "customer"}
    } | {receipt_share}


def test_every_table_with_a_person_is_known_here() -> None:
    assert {table.name for table in traces()} == {table.name for table in KNOWN}


class Life:
    """A person with something in every one of the tables; all of it long ago."""

    def __init__(self, database: Database, town: Town) -> None:
        self.database, self.town = database, town
        self.person = town.person(person_number(4711))
        told = {"key": "K-eva", "name": "Eva Eriksson", "address": "Hemvägen 7", "email": "eva@privat.example"}
        self.customer = town.customer(self.person, **told)
        self.facility = town.facility()
        self.meter = town.meter(self.facility)
        ended = START - timedelta(days=5 * 365)
        self.contract = town.contract(self.facility, self.customer, ends=ended)
        town.power(self.customer, town.person(), facility_id=self.facility, ends_at=ended)
        evidence = database.keyring.seal(b"passport 4711", Purpose.EVIDENCE)
        before = ended - timedelta(days=9)
        self.order = town.request(
            self.contract,
            self.customer,
            evidence_sealed=evidence,
            signed_at=before,
            created_at=before,
            state="read_back",
        )
        self.at = before
        self._pages(evidence)
        self._notices()

    def add(self, table: Table, **values: Any) -> Any:
        with self.database.writing("system") as work:
            return work.connection.execute(insert(table).values(values).returning(*table.primary_key)).one()[0]

    def _pages(self, evidence: bytes) -> None:
        times = {"created_at": self.at, "seen_at": self.at, "ends_at": self.at}
        about = {"kind": "customer", "person_id": self.person, "name": "Eva Eriksson", "how": "bankid"}
        here = self.add(session, secret_hash=b"s", evidence_sealed=evidence, **times, **about)
        seen = {"purpose": "order", "way": "qr", "state": "used", "order_ids": [self.order], "begun_at": self.at}
        seen |= {"started_at": self.at, "request_sealed": self._asked(), "evidence_sealed": evidence}
        self.add(identification, id="signed", person_id=self.person, **seen)
        self.add(identification, id="unsigned", session_id=here, **seen | {"state": "failed", "evidence_sealed": None})
        self.add(told_in, person_id=self.person, language="en")
        self.add(waiting, facility_id=self.facility, person_id=self.person, customer_id=self.customer, asked_at=self.at)
        span = {"made_at": self.at, "ends_at": self.at}
        self.add(receipt_share, secret_hash=b"r", order_id=self.order, shows=["address"], **span)

    def _asked(self) -> bytes:
        asked = Asked(
            visible="Jag beställer",
            hidden=b"x",
            base="https://han.example",
            then="/",
            return_url="",
            number=person_number(4711).digits,
            user_ip="192.0.2.77",
            user_agent="Firefox of Eva",
            device="d",
            language="sv",
            policies=(),
        )
        return self.database.keyring.seal(msgspec.json.encode(asked), Purpose.IDENTIFICATION)

    def _notices(self) -> None:
        about = {"facility_id": self.facility, "customer_id": self.customer}
        here = self.add(notice, occasion="opened", order_id=self.order, happened_at=self.at, **about)
        sealed = seal(self.database.keyring, Envelope("eva@privat.example", "Öppen", "Hemvägen 7 är öppen"))
        message = {"way": "mail", "state": "sent", "content_sealed": sealed, "made_at": self.at, "due_at": self.at}
        self.add(notice_message, id="m1", notice_id=here, customer_id=self.customer, **message)
        paper = self.add(letter, kind="code", state="printed", made_at=self.at, secret_sealed=b"x", **about)
        row = {"contract_id": self.contract, "customer_id": self.customer, "made_at": self.at}
        self.add(not_me, order_id=self.order, secret_hash=b"n", **row)
        hashes = {"head_hash": b"h", "code_hash": b"c"}
        self.add(letter_code, letter_id=paper, facility_id=self.facility, **hashes, **row)

    def rows(self, table: Table) -> list[Any]:
        """Those of the person."""
        columns = table.c
        mine = []
        if "person_id" in columns:
            mine.append(columns.person_id == self.person)
        if "customer_id" in columns:
            mine.append(columns.customer_id == self.customer)
        if table is customer:
            mine = [columns.id == self.customer]
        if table is power:
            mine = [columns.grantor_id == self.customer]
        if table is receipt_share:
            mine = [columns.order_id == self.order]
        if table is identification:
            mine.append(columns.id == "unsigned")
        with self.database.reading() as connection:
            return list(connection.execute(select(table).where(or_(*mine))).all())

    def told(self) -> dict[str, Any]:
        with self.database.reading() as connection:
            told: dict[str, Any] = json.loads(
                json.dumps(disclose(connection, self.database.keyring, self.person), ensure_ascii=False)
            )
            return told


@pytest.fixture
def life(database: Database, town: Town) -> Life:
    return Life(database, town)


def test_what_is_in_each_is_told(life: Life) -> None:
    told = life.told()
    for table, part in KNOWN.items():
        assert life.rows(table), table.name  # else nothing is tested
        assert told[part], table.name
        assert isinstance(told[part], str) or len(told[part]) >= len(life.rows(table)), table.name


def test_what_is_told_is_what_stands_there_without_number_and_secrets(life: Life) -> None:
    told = life.told()
    text = json.dumps(told, ensure_ascii=False)
    for word in ("Eva Eriksson", "Hemvägen 7 är öppen", "192.0.2.77", "Firefox of Eva", "Jag beställer"):
        assert word in text, word
    assert person_number(4711).digits not in text and "passport" not in text
    kept = {each["state"]: each["evidence_is_kept"] for each in told["identifications"]}
    assert kept == {"used": True, "failed": False}
    assert told["shared_receipts"] == [
        {"order_id": life.order, "shows": ["address"], "made_at": life.at.isoformat(), "ends_at": life.at.isoformat(),
         "ended_at": None}
    ]  # fmt: skip


def test_of_somebody_else_nothing_is_told(life: Life) -> None:
    other = life.town.person()
    with life.database.reading() as connection:
        told = disclose(connection, life.database.keyring, other)
    assert {name for name, part in told.items() if part and name != "person"} == set()


def test_erasure_takes_it_away(life: Life) -> None:
    with life.database.writing("staff:anna") as work:
        erase(work, life.person, retention_years=3)
    assert {table.name for table in GOES if life.rows(table)} == set()
    for table in (*EMPTIED, *STAYS):
        for row in life.rows(table):
            assert not [name for name, value in row._mapping.items() if name.endswith("_sealed") and value is not None]
    with life.database.reading() as connection:
        whole = "".join(
            repr(row) for table in metadata.tables.values() for row in connection.execute(select(table)).all()
        )
    assert [word for word in WORDS if word in whole] == []


def test_a_neighbours_things_stay(life: Life, database: Database) -> None:
    other = Life.__new__(Life)
    other.database, other.town = database, life.town
    other.person = life.town.person()
    other.customer = life.town.customer(other.person)
    with database.writing("system") as work:
        work.connection.execute(insert(told_in).values(person_id=other.person, language="sv"))
        values = {"facility_id": life.facility, "person_id": other.person, "customer_id": other.customer}
        work.connection.execute(insert(waiting).values(asked_at=work.at, **values))
    with database.writing("staff:anna") as work:
        erase(work, life.person, retention_years=3)
    assert len(other.rows(waiting)) == 1 and len(other.rows(told_in)) == 1 and len(other.rows(customer)) == 1
