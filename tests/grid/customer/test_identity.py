"""The identity of a session: whose it is, how long it is good, and that it proves itself."""

from datetime import timedelta

import msgspec
import pytest

from grid.customer.people import People
from hanport.grid.config import SessionsTable
from hanport.grid.customer.identity import identity_of, is_fresh
from hanport.grid.keys import Purpose
from hanport.grid.ordering.identity import VALID_FOR, CheckedIdentity, IdentityError
from hanport.grid.right import IdentityCheck
from hanport.grid.web import sessions
from hanport.grid.web.sessions import Identified, Session

SETTINGS = SessionsTable()


def session(people: People, how: IdentityCheck, age: timedelta, evidence: bytes) -> Session:
    person_id = people.town.person()
    with people.database.writing("customer") as work:
        before = sessions.find(work.connection, SETTINGS, sessions.begin(work), work.at)
        assert before is not None
        sealed = work.keyring.seal(evidence, Purpose.EVIDENCE)
        identified = Identified(person_id, "Eva Ek", how, work.at - age, sealed)
        found = sessions.find(work.connection, SETTINGS, sessions.identify(work, SETTINGS, before, identified), work.at)
    assert found is not None
    return found


def identity(people: People, of: Session) -> CheckedIdentity:
    with people.database.writing("customer") as work:
        return identity_of(work, of)


def test_a_bankid_session_is_its_persons(people: People) -> None:
    of = session(people, IdentityCheck.BANKID, VALID_FOR, b"{}")
    found = identity(people, of)
    assert of.person_id is not None
    assert found.number == people.desk.number(of.person_id)
    assert (found.how, found.evidence, found.staff) == (IdentityCheck.BANKID, b"{}", "")


def test_a_letters_session_says_who_sent_the_letter(people: People) -> None:
    at = people.now
    proof = {"letter": 1, "batch": "b1", "printed_by": "anna", "printed_at": at, "redeemed_at": at}
    of = session(people, IdentityCheck.LETTER, timedelta(0), msgspec.json.encode(proof))
    found = identity(people, of)
    assert (found.how, found.staff, found.checked_at) == (IdentityCheck.LETTER, "anna", at)


def test_it_is_good_for_half_an_hour(people: People) -> None:
    of = session(people, IdentityCheck.BANKID, VALID_FOR + timedelta(seconds=1), b"{}")
    assert not is_fresh(of, people.now) and is_fresh(of, people.now - timedelta(seconds=1))
    with pytest.raises(IdentityError, match="30 minutes"):
        identity(people, of)


def test_a_visitor_is_nobody(people: People) -> None:
    with people.database.writing("customer") as work:
        found = sessions.find(work.connection, SETTINGS, sessions.begin(work), work.at)
    assert found is not None and not is_fresh(found, people.now)
    with pytest.raises(IdentityError, match="Nobody"):
        identity(people, found)
