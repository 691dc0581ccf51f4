"""What becomes of an answer: kept first, then judged, then used for what it was asked for, each in one transaction.

A process may end between any two of them; whoever comes next goes on from what stands in the database.
"""

from datetime import timedelta

import msgspec
from sqlalchemy import select, update

from hanport.errors import HanportError
from hanport.grid import people
from hanport.grid.alarms import raise_alarm
from hanport.grid.config import GridConfig
from hanport.grid.database.identity_tables import identification
from hanport.grid.database.tables import order
from hanport.grid.database.work import Work
from hanport.grid.eid import answers, identifications
from hanport.grid.eid.answers import Complete, Completion
from hanport.grid.eid.identifications import Errand, Identification, Stand
from hanport.grid.eid.judging import Judged, Refusal, Trust, judge
from hanport.grid.eid.requests import Way
from hanport.grid.keys import Purpose
from hanport.grid.ordering.identity import CheckedIdentity
from hanport.grid.ordering.taking import sign
from hanport.grid.right import IdentityCheck

# Alarms; the subject is the identification.
FORGED = "identity_forged"
OTHER_ADDRESS = "identity_other_address"
_WORDS = {
    Refusal.NOT_GENUINE: "An answer of the identity service was not genuine, or not of what was asked.",
    Refusal.RISK: "BankID held an identification for a fraud; it was refused.",
}


def keep(work: Work, id: str, raw: bytes) -> None:
    """Store the completed answer, before anything else is done with it."""
    found = identifications.hold(work, id)
    if found.stand is not Stand.PENDING:
        return
    sealed = work.keyring.seal(raw, Purpose.EVIDENCE)
    identifications.change(
        work, [id], state=Stand.SIGNED.value, hint="", evidence_sealed=sealed, collect_at=None, ended_at=work.at
    )
    work.note("identification.signed", identification=id)


def fail(work: Work, id: str, hint: str, why: str = "") -> None:
    """End one without a signature. `why` is the key of what the person reads, where the hint does not say it."""
    found = identifications.hold(work, id)
    if found.stand is Stand.PENDING:
        identifications.change(
            work, [id], state=Stand.FAILED.value, hint=hint, why=why, collect_at=None, ended_at=work.at
        )
        work.note("identification.failed", identification=id, hint=hint)


def refuse(work: Work, id: str, why: Refusal, detail: str = "") -> None:
    """End one whose answer is not taken. What was answered stays for who looks into it."""
    found = identifications.hold(work, id)
    if found.stand in (Stand.USED, Stand.REFUSED):
        return
    identifications.change(work, [id], state=Stand.REFUSED.value, why=why.value, collect_at=None, ended_at=work.at)
    work.note("identification.refused", identification=id, why=why.value, detail=detail)
    if why in _WORDS:
        raise_alarm(work, FORGED, id, _WORDS[why])


def refuse_unreturned(work: Work, within: timedelta) -> None:
    """Give up on answers from the same device whose browser did not come back."""
    overdue = select(identification.c.id).where(
        identification.c.state == Stand.SIGNED.value,
        identification.c.way == Way.SAME_DEVICE.value,
        identification.c.returned_at.is_(None),
        identification.c.ended_at <= work.at - within,
    )
    for id in work.connection.execute(overdue.limit(100)).scalars().all():
        refuse(work, id, Refusal.NOT_RETURNED)


def settle(work: Work, config: GridConfig, trust: Trust, id: str) -> None:
    """Judge the answer that is here. An order is signed by it at once; a login waits for its browser, with `person_id`
    set. From the same device nothing happens before the browser has come back.
    """
    found = identifications.hold(work, id)
    is_back = found.way is not Way.SAME_DEVICE or found.returned_at is not None
    if found.stand is not Stand.SIGNED or found.person_id is not None or not is_back:
        return
    judged = judge(found, completion_of(work, found), trust, found.ended_at or work.at)
    if judged.refusal is not None:
        refuse(work, id, judged.refusal, judged.detail)
        return
    person_id = people.find_or_add(work, judged.number)
    sealed = work.keyring.seal(judged.evidence, Purpose.EVIDENCE)
    identifications.change(
        work, [id], person_id=person_id, evidence_sealed=sealed, is_other_address=judged.is_other_address
    )
    if judged.is_other_address:
        work.note("identification.other_address", identification=id)
        raise_alarm(work, OTHER_ADDRESS, id, "The app that signed had another address than the browser that asked.")
    if found.errand is Errand.ORDER:
        _sign_orders(work, config, found, judged)


def completion_of(work: Work, found: Identification) -> Completion:
    """The completed answer that is kept. Raises HanportError where it is none."""
    assert found.evidence_sealed is not None
    raw = work.keyring.open(found.evidence_sealed, Purpose.EVIDENCE)
    collected = answers.collected(raw, found.asked.order_ref)
    if not isinstance(collected, Complete):
        raise HanportError("What was kept is no completed answer.", "Let the customer begin again.")
    return collected.completion


def name_of(work: Work, found: Identification) -> str:
    """The name of who has signed, by the evidence of an answer that was judged."""
    assert found.evidence_sealed is not None
    evidence = msgspec.json.decode(work.keyring.open(found.evidence_sealed, Purpose.EVIDENCE))
    name = evidence["collected"]["completionData"]["user"]["name"]
    assert isinstance(name, str)
    return name


def _sign_orders(work: Work, config: GridConfig, found: Identification, judged: Judged) -> None:
    """All orders that the text named. One that cannot be taken any more does not stop the others."""
    identity = CheckedIdentity(
        judged.number, IdentityCheck.BANKID, found.ended_at or work.at, judged.evidence, found.staff
    )
    problems = []
    places = select(order.c.id).where(order.c.id.in_(found.order_ids)).order_by(order.c.facility_id, order.c.id)
    for order_id in work.connection.execute(places).scalars().all():  # as all that lock several facilities do
        try:
            sign(work, config, order_id, identity)
            work.connection.execute(update(order).where(order.c.id == order_id).values(terms=found.asked.terms))
        except HanportError as error:
            problems.append({"order": order_id, "why": type(error).__name__})
    identifications.change(work, [found.id], state=Stand.USED.value, why="orders" if problems else "")
    work.note("identification.used", identification=found.id, orders=list(found.order_ids), problems=problems)
