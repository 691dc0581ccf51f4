"""What takes two members of staff: one proposes, another decides. What was proposed is sealed until then."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, null, select, update

from hanport.errors import HanportError
from hanport.grid.database.staff_tables import proposal, staff
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.keys import Purpose
from hanport.grid.staff.values import Member

LASTS = timedelta(days=7)
_SHOWN = 50


class ProposalError(HanportError):
    """A proposal cannot be made or decided. Nothing has changed."""


class ProposalKind(StrEnum):
    """What is proposed."""

    CLOSE = "close"  # close many ports
    WORK_LIST = "work_list"  # take in what was done at many meters
    ANNOUNCE = "announce"  # tell all whose port of a model is open


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal, for people's eyes. `summary` says in numbers what it would do, `outcome` what it has done."""

    id: str
    kind: ProposalKind
    state: str
    reason: str
    summary: Mapping[str, Any]
    made_by: str
    maker_id: int
    made_at: datetime
    ends_at: datetime
    decided_by: str
    decided_at: datetime | None
    outcome: Mapping[str, Any] | None

    def waits(self, at: datetime) -> bool:
        """Whether it can be decided on."""
        return self.state == "waiting" and at < self.ends_at


def propose(
    work: Work, member: Member, kind: ProposalKind, content: bytes, *, about: tuple[str, Mapping[str, object]]
) -> str:
    """Keep a proposal for a week; gives its id. `about` is the reason, and the summary. Raises ProposalError."""
    reason, summary = tidy(about[0]), dict(about[1])
    if not reason:
        raise ProposalError("A reason is needed.", "Say why.")
    made = f"p{work.at:%y%m%d}-{secrets.token_hex(4)}"
    row: dict[str, object] = {"id": made, "kind": kind.value, "state": "waiting", "staff_id": member.id}
    row |= {"reason": reason, "summary": summary, "content_sealed": work.keyring.seal(content, Purpose.IMPORT)}
    row |= {"made_at": work.at, "ends_at": work.at + LASTS}
    work.connection.execute(insert(proposal).values(row))
    work.note("proposal.made", proposal=made, kind=kind.value, why=reason, summary=summary)
    return made


def approve(work: Work, member: Member, proposal_id: str) -> tuple[Proposal, bytes]:
    """A second member agrees: gives what is to be done, once. The first cannot. Raises ProposalError."""
    found, content = _held(work, proposal_id)
    if found.maker_id == member.id:
        raise ProposalError("It takes another person than the one who proposed it.", "Ask a colleague.")
    _decide(work, member, proposal_id, "done")
    work.note("proposal.approved", proposal=proposal_id, kind=found.kind.value, staff=member.name)
    return found, content


def reject(work: Work, member: Member, proposal_id: str, reason: str) -> None:
    """Throw it away; also whoever has proposed it may. Raises ProposalError."""
    why = tidy(reason)
    if not why:
        raise ProposalError("A reason is needed.", "Say why.")
    found, _ = _held(work, proposal_id)
    _decide(work, member, proposal_id, "rejected")
    work.note("proposal.rejected", proposal=proposal_id, kind=found.kind.value, staff=member.name, why=why)


def came_of_it(work: Work, proposal_id: str, outcome: Mapping[str, object]) -> None:
    """Keep what was done."""
    work.connection.execute(update(proposal).where(proposal.c.id == proposal_id).values(outcome=dict(outcome)))
    work.note("proposal.done", proposal=proposal_id, outcome=dict(outcome))


def one(connection: Connection, proposal_id: str) -> Proposal:
    """A proposal. Raises ProposalError."""
    row = connection.execute(_PROPOSALS.where(proposal.c.id == proposal_id)).one_or_none()
    if row is None:
        raise ProposalError("There is no such proposal.", "Look at those that there are.")
    return _told(row)


def newest(connection: Connection) -> Sequence[Proposal]:
    """The newest 50, those that wait first."""
    waits_first = proposal.c.state != "waiting"
    chosen = _PROPOSALS.order_by(waits_first, proposal.c.made_at.desc(), proposal.c.id).limit(_SHOWN)
    return [_told(row) for row in connection.execute(chosen)]


_COLUMNS = [column for column in proposal.c if column.name != "content_sealed"]
_PROPOSALS: Select[Any] = select(*_COLUMNS, staff.c.name.label("made_by")).join(
    staff, staff.c.id == proposal.c.staff_id
)


def _held(work: Work, proposal_id: str) -> tuple[Proposal, bytes]:
    chosen = select(proposal.c.content_sealed).where(proposal.c.id == proposal_id).with_for_update()
    sealed = work.connection.execute(chosen).scalar()
    found = one(work.connection, proposal_id)
    if not found.waits(work.at) or sealed is None:
        raise ProposalError("The proposal was decided on already, or is too old.", "Nothing is to be done.")
    return found, work.keyring.open(sealed, Purpose.IMPORT)


def _decide(work: Work, member: Member, proposal_id: str, state: str) -> None:
    values = {"state": state, "decided_by": member.name, "decided_at": work.at, "content_sealed": null()}
    work.connection.execute(update(proposal).where(proposal.c.id == proposal_id).values(values))


def _told(row: Row[Any]) -> Proposal:
    return Proposal(
        id=row.id,
        kind=ProposalKind(row.kind),
        state=row.state,
        reason=row.reason,
        summary=row.summary,
        made_by=row.made_by,
        maker_id=row.staff_id,
        made_at=row.made_at,
        ends_at=row.ends_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        outcome=row.outcome,
    )
