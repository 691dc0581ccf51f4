"""Batches: on the disk before they count, printed once whatever happens, and printed again with new secrets."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from grid.letters.reading import pages_of, words_of
from grid.notices.office import CONFIG, ON_ONE, ONLY_LETTERS, Office, config_with
from grid.ordering.desk import Desk
from grid.planted import found_in
from grid.reconcile.hands import Hands
from grid.town import Town, person_number
from hanport.grid.config import MailTable, SmsTable, WebTable
from hanport.grid.database import tables
from hanport.grid.database.notice_tables import letter, letter_batch
from hanport.grid.letters import codes, queue, signs
from hanport.grid.letters.paper import read_printed
from hanport.grid.letters.printing import Printed, PrintError, Printing, print_waiting, reprint
from hanport.grid.letters.queue import LetterSecrets
from hanport.grid.notices import not_me
from hanport.grid.notices.languages import remember
from hanport.grid.orders import Kind

HOME = "Storgatan 1, 780 67 Sälen"


class Printer:
    """Letters that wait, and Anna who prints them."""

    def __init__(self, office: Office, desk: Desk, town: Town, folder: Path) -> None:
        self.office, self.desk, self.town, self.folder = office, desk, town, folder
        self.database = office.database

    def ordered(self, *, name: str = "Anna Berg", **columns: Any) -> int:
        """A letter about an opening; gives the facility."""
        facility_id = self.town.facility()
        customer_id = self.town.customer(**{"address": HOME} | columns)
        named = update(tables.customer).where(tables.customer.c.id == customer_id).values(name=name)
        self.desk.change(named)
        self.town.meter(facility_id)
        self.town.contract(facility_id, customer_id)
        self.desk.order(Kind.OPEN, facility_id, self.desk.person(customer_id))
        self.office.spread()
        return facility_id

    def asked(self, **columns: Any) -> int:
        """A letter with a code; gives the facility."""
        facility_id = self.town.facility()
        customer_id = self.town.customer(**{"address": HOME} | columns)
        self.town.contract(facility_id, customer_id)
        with self.database.writing("customer") as work:
            codes.order_code(work, CONFIG, self.desk.gsrn(facility_id))
        return facility_id

    def secrets(self) -> list[LetterSecrets]:
        """Of the letters that wait."""
        rows = [row for row in self.office.letters() if row.state == "waiting"]
        return [queue.unseal(self.database.keyring, row.secret_sealed) for row in rows]

    def print(self, name: str = "a.pdf", **options: Any) -> Printed:
        return print_waiting(self.office.grid, Printing(self.folder / name, "anna"), **options)

    def reprint(self, batch_id: str, name: str = "b.pdf", reason: str = "the printer ate it") -> Printed:
        return reprint(self.office.grid, Printing(self.folder / name, "anna"), batch_id, reason=reason)

    def read(self, name: str = "a.pdf") -> str:
        return words_of(self.folder / name)

    def redeem(self, facility_id: int, code: str) -> bool:
        with self.database.writing("customer") as work:
            return codes.redeem(work, CONFIG, self.desk.gsrn(facility_id), code) is not None

    def look(self, typed: str) -> bool:
        with self.database.reading() as connection:
            return not_me.look(connection, self.database.keyring, typed) is not None


@pytest.fixture
def printer(office: Office, desk: Desk, town: Town, tmp_path: Path) -> Printer:
    return Printer(office, desk, town, tmp_path)


def test_a_batch_is_printed_and_counts(printer: Printer, desk: Desk) -> None:
    printer.ordered()
    facility_id = printer.asked()
    notice, code = printer.secrets()
    done = printer.print()
    assert (done.letters, done.pages, done.to_look_at, done.is_more) == (2, 2, (), False)
    out = printer.folder / "a.pdf"
    assert out.stat().st_mode & 0o777 == 0o600
    assert not (printer.folder / "a.pdf.part").exists()
    first, second = pages_of(out)
    assert signs.grouped(notice.code) in first and signs.grouped(code.code) in second
    for row in printer.office.letters():
        assert (row.state, row.batch_id, row.secret_sealed) == ("printed", done.batch_id, None)
        kept = read_printed(printer.database.keyring, row.content_sealed)
        assert (kept.to[1], kept.code, kept.qr) == ("Storgatan 1", "", "")
    assert printer.look(notice.code) and printer.look(notice.link)
    assert printer.redeem(facility_id, code.code)
    actions = desk.actions()
    assert actions.count("letter.printed") == 2 and "letters.printed" in actions
    with pytest.raises(PrintError, match="nothing to print"):
        printer.print("b.pdf")


@ON_ONE
def test_what_a_notice_says(printer: Printer, desk: Desk) -> None:
    facility_id = printer.ordered(name="Åsa Öberg")
    printer.print()
    read = printer.read()
    for said in ("Åsa Öberg", "Storgatan 1", "780 67 Sälen", "HAN-porten på din elmätare ska öppnas", "2026-11-25"):
        assert said in read
    assert desk.gsrn(facility_id) in read and "vid besök, av vår personal" in read
    assert "skriv koden på sidan https://han.example.se/not-me" in read


@ON_ONE
def test_it_says_how_it_stands_when_it_is_printed(printer: Printer, hands: Hands) -> None:
    printer.ordered()
    hands.opened()
    printer.office.spread()
    assert printer.print().letters == 1
    assert "HAN-porten på din elmätare är öppen" in printer.read()
    assert "ska öppnas" not in printer.read()


@ON_ONE
def test_what_a_code_says(printer: Printer, desk: Desk) -> None:
    facility_id = printer.asked()
    printer.print()
    read = printer.read()
    assert "Din engångskod för HAN-porten" in read and desk.gsrn(facility_id) in read
    assert "Gå till https://han.example.se/code" in read
    assert "legitimerar du dig utan BankID" in read
    assert "gäller till och med 2026-12-24" in read


@ON_ONE
def test_a_company_is_told_what_its_code_is_good_for(printer: Printer, desk: Desk) -> None:
    printer.asked(kind="legal")
    with printer.database.writing("customer") as work:
        remember(work, 1, "en")
    printer.print()
    assert "Opening it is ordered by a person, with BankID or at our desk" in printer.read()


@ON_ONE
def test_of_a_protected_identity_nothing_is_on_the_paper(printer: Printer, desk: Desk) -> None:
    printer.ordered(is_protected=True, name="Hemlig Person", address="Gömda gränd 7")
    printer.ordered()
    assert printer.print("others.pdf").letters == 1
    assert printer.print("protected.pdf", protected=True).letters == 1
    read = printer.read("protected.pdf")
    for hidden in ("Hemlig", "Gömda", "Storgatan"):
        assert hidden not in read
    key = desk.value(tables.customer.c.key, tables.customer.c.is_protected)
    assert "Genom handläggare" in read and f"Kundnummer {key}" in read
    assert desk.gsrn(1) in read


@ON_ONE
def test_the_number_is_on_no_paper(printer: Printer, town: Town) -> None:
    number = person_number(6001)
    printer.ordered(person_id=town.person(number))
    printer.asked(person_id=town.person(person_number(6002)))
    printer.print()
    content = (printer.folder / "a.pdf").read_bytes()
    for each in (number, person_number(6002)):
        assert found_in(content + printer.read().encode(), each) == []


@ON_ONE
def test_names_that_somebody_must_look_at(printer: Printer) -> None:
    printer.ordered()
    printer.ordered(name="王小明")
    assert printer.print().to_look_at == (2,)


@ON_ONE
def test_not_all_at_once(printer: Printer) -> None:
    for _ in range(3):
        printer.ordered()
    done = printer.print(limit=2)
    assert (done.letters, done.is_more) == (2, True)
    done = printer.print("b.pdf", limit=2)
    assert (done.letters, done.is_more) == (1, False)


@ON_ONE
def test_what_cannot_be_printed_changes_nothing(printer: Printer) -> None:
    with pytest.raises(PrintError, match="nothing to print"):
        printer.print()
    printer.ordered()
    (printer.folder / "there.pdf").write_bytes(b"another batch")
    with pytest.raises(PrintError, match="is there already"):
        printer.print("there.pdf")
    with pytest.raises(PrintError, match="cannot be written"):
        printer.print("no/such/folder.pdf")
    with pytest.raises(PrintError, match="who prints"):
        print_waiting(printer.office.grid, Printing(printer.folder / "a.pdf", " "))
    (printer.folder / "logo.png").write_bytes(b"no picture")
    with pytest.raises(PrintError, match="cannot be written"):
        logo = printer.folder / "logo.png"
        print_waiting(printer.office.grid, Printing(printer.folder / "a.pdf", "anna", logo))
    assert (printer.folder / "there.pdf").read_bytes() == b"another batch"
    assert not (printer.folder / "a.pdf").exists()
    assert [row.state for row in printer.office.letters()] == ["waiting"]


def test_where_the_database_goes_away_the_file_does_not_count(printer: Printer) -> None:
    """And the next printing has the same codes: posted by mistake, the first one would have worked as well."""
    printer.ordered()
    before = printer.secrets()

    def refuse(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "INSERT INTO letter_batch" in statement:
            raise OperationalError("a statement", {}, OSError("gone"))

    event.listen(printer.database.engine, "before_cursor_execute", refuse)
    with pytest.raises(OperationalError):
        printer.print()
    event.remove(printer.database.engine, "before_cursor_execute", refuse)
    assert sorted(path.name for path in printer.folder.glob("*.pdf*")) == ["a.pdf.part"]
    assert printer.secrets() == before
    printer.print()
    assert sorted(path.name for path in printer.folder.glob("*.pdf*")) == ["a.pdf"]
    assert signs.grouped(before[0].code) in printer.read()


def test_two_at_once_print_each_letter_once(printer: Printer) -> None:
    for _ in range(3):
        printer.ordered()
    both = threading.Barrier(2, timeout=20)
    outcomes: list[object] = []

    def read(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "letter.state = " in statement and "is_protected" in statement:
            both.wait()  # both have read the same letters before either writes

    def run(name: str) -> None:
        try:
            outcomes.append(printer.print(name).letters)
        except PrintError as error:
            outcomes.append(error.problem)

    event.listen(printer.database.engine, "after_cursor_execute", read)
    threads = [threading.Thread(target=run, args=(f"{n}.pdf",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    event.remove(printer.database.engine, "after_cursor_execute", read)
    assert sorted(map(str, outcomes)) == ["3", "Somebody else printed these letters at the same time."]
    assert len(list(printer.folder.glob("*.pdf"))) == 1


def test_a_lost_batch_is_printed_again_with_other_secrets(printer: Printer, desk: Desk) -> None:
    printer.ordered()
    facility_id = printer.asked()
    notice, code = printer.secrets()
    first = printer.print()
    for _ in range(5):
        printer.redeem(facility_id, code.code[:5] + "ZZZZZ")
    os.unlink(printer.folder / "a.pdf")
    again = printer.reprint(first.batch_id)
    assert (again.letters, again.batch_id != first.batch_id) == (2, True)
    assert not printer.look(notice.code) and not printer.look(notice.link)
    assert not printer.redeem(facility_id, code.code)
    pages = pages_of(printer.folder / "b.pdf")
    new_notice, new_code = (_code_in(page) for page in pages)
    assert printer.look(new_notice)
    assert printer.redeem(facility_id, new_code)
    assert {row.batch_id for row in printer.office.letters()} == {again.batch_id}
    with printer.database.reading() as connection:
        batches = connection.execute(select(letter_batch)).all()
        entries = connection.execute(select(tables.audit_entry.c.entry)).scalars().all()
    assert {(row.id, row.reprint_of) for row in batches} == {(first.batch_id, None), (again.batch_id, first.batch_id)}
    (noted,) = [each for each in entries if "letters.reprinted" in each]
    assert '"why":"the printer ate it"' in noted and '"actor":"staff:anna"' in noted


def _code_in(page: str) -> str:
    """What stands in the larger letters below the word for it."""
    lines = page.splitlines()
    return lines[lines.index("Kod") + 1]


@ON_ONE
def test_what_cannot_be_printed_again(printer: Printer, desk: Desk) -> None:
    facility_id = printer.asked()
    (made,) = printer.secrets()
    batch_id = printer.print().batch_id
    with pytest.raises(PrintError, match="no such batch"):
        printer.reprint("b-nothing")
    with pytest.raises(PrintError, match="not said why"):
        printer.reprint(batch_id, reason=" ")
    assert printer.redeem(facility_id, made.code)
    with pytest.raises(PrintError, match="nothing to print"):  # the only letter has arrived
        printer.reprint(batch_id)
    with printer.database.reading() as connection:
        assert len(connection.execute(select(letter_batch)).all()) == 1


@ON_ONE
def test_a_letter_without_a_link_is_printed_again_as_it_was(printer: Printer, desk: Desk) -> None:
    printer.ordered()
    desk.change(update(tables.order).values(withdrawn_at=printer.database.clock.now()))
    batch_id = printer.print().batch_id
    assert printer.reprint(batch_id).letters == 1
    assert "Kod" not in printer.read("b.pdf").split()


@ON_ONE
def test_without_pages_a_letter_says_whom_to_call(printer: Printer) -> None:
    printer.office.config = config_with(web=WebTable(), mail=MailTable(), sms=SmsTable())
    printer.ordered()
    printer.print()
    assert "Hör av dig, så stänger vi porten direkt." in printer.read()
    assert "0280-442 00" in printer.read() and "http" not in printer.read()


@ON_ONE
def test_what_was_emptied_is_not_printed_again(printer: Printer, desk: Desk) -> None:
    printer.ordered()
    batch_id = printer.print().batch_id
    desk.change(update(letter).values(content_sealed=None))
    with pytest.raises(PrintError, match="nothing to print"):
        printer.reprint(batch_id)


@ON_ONE
def test_a_letter_goes_to_the_address_of_now(printer: Printer, desk: Desk) -> None:
    printer.ordered()
    desk.change(update(tables.customer).values(address="Nygatan 4\n780 68 Transtrand"))
    printer.print()
    assert "Nygatan 4" in printer.read() and "780 67" not in printer.read()
    assert ONLY_LETTERS.company.name in printer.read()
