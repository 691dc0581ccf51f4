"""The identity that was checked when a session began, for what is ordered within it without another signature.

It is as good as one that is checked at a desk: for half an hour (`ordering.identity.VALID_FOR`), and for the person
whose session it is alone.
"""

from datetime import datetime, timedelta

from hanport.grid import people
from hanport.grid.database.work import Work
from hanport.grid.keys import Purpose
from hanport.grid.letters import codes
from hanport.grid.ordering.identity import VALID_FOR, CheckedIdentity, IdentityError
from hanport.grid.right import IdentityCheck
from hanport.grid.web import sessions
from hanport.grid.web.sessions import Session


def is_fresh(session: Session, at: datetime, within: timedelta = VALID_FOR) -> bool:
    """Whether the identity of the session's person was checked lately enough."""
    return session.identity_at is not None and at - session.identity_at <= within


def identity_of(work: Work, session: Session) -> CheckedIdentity:
    """The identity of a customer's session. Raises IdentityError where it is none, and where it is too old."""
    sealed = sessions.evidence_of(work.connection, session.id)
    number = None if session.person_id is None else people.number_of(work.connection, work.keyring, session.person_id)
    if sealed is None or number is None or session.how is None or session.identity_at is None:
        raise IdentityError("Nobody is identified in this session.", "Identify first.")
    evidence = work.keyring.open(sealed, Purpose.EVIDENCE)
    if session.how is IdentityCheck.LETTER:
        identity = codes.identity_by(number, evidence)
    else:
        identity = CheckedIdentity(number, session.how, session.identity_at, evidence)
    identity.hold_at(work.at)
    return identity
