"""The life of an identification: begun, collected every two seconds, begun anew in silence, judged, and used.

Against stolen orders (a stranger begins, and sends the link to somebody who signs it): on the same device an answer
counts only when the app has led the very browser that began it back to an address with a secret in it; with a QR code
the browser never gets the link that starts an app; only the session that began it can use it; and a signature of an
order must be the person's own who is identified in that session.
"""

import asyncio
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection

from hanport.clock import Clock
from hanport.errors import HanportError
from hanport.grid.context import Grid
from hanport.grid.database.work import Work
from hanport.grid.eid import identifications, using
from hanport.grid.eid.answers import Collected, Complete, Failed, Pending, Started
from hanport.grid.eid.client import BankID
from hanport.grid.eid.errors import BankIDError, RetryLater
from hanport.grid.eid.identifications import (
    Asked,
    Begun,
    Errand,
    Identification,
    IdentificationError,
    Stand,
    hash_of,
)
from hanport.grid.eid.judging import Refusal, Trust
from hanport.grid.eid.requests import Ask, Requirement, Way, WebDevice

log = logging.getLogger(__name__)
T = TypeVar("T")

ACTOR = "customer"
COLLECT_EVERY = timedelta(seconds=2)  # BankID's pace
# How long the browser may take to come back after the app has signed: BankID keeps nothing, we do.
RETURN_WITHIN = timedelta(minutes=5)
_AT_ONCE = 50
_START_FAILED = "startFailed"
_NONCE = 24  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to identify for. `visible` is the text to be read, `hidden` what is signed with it.
    `number` (12 digits, "" for a login) is who must sign. `base` is the address of our site, as the browser has it,
    `then` the path of it that comes afterwards. `terms` is the version of the terms that the text names, if any.
    """

    errand: Errand
    way: Way
    session_id: int | None
    visible: str
    hidden: bytes
    language: str
    base: str
    then: str
    user_ip: str
    user_agent: str
    device: str
    number: str = ""
    terms: str = ""
    order_ids: tuple[str, ...] = ()
    staff: str = ""


class Flow:
    """Identifications of one service. Any number of processes may run it on one database."""

    def __init__(self, grid: Grid, bankid: BankID, trust: Trust, clock: Clock) -> None:
        self._grid = grid
        self._bankid = bankid
        self._trust = trust
        self._clock = clock

    async def begin(self, wanted: Wanted) -> str:
        """Begin; gives the identification's id. Raises BankIDError, and nothing has begun."""
        begun = Begun(
            id=identifications.new_id(),
            session_id=wanted.session_id,
            errand=wanted.errand,
            way=wanted.way,
            nonce=secrets.token_urlsafe(_NONCE) if wanted.way is Way.SAME_DEVICE else "",
            order_ids=wanted.order_ids,
            staff=wanted.staff,
        )
        asked = self._asked(wanted, begun)
        asked = _with(asked, await self._start(wanted.errand, wanted.way, asked))
        await self._write(lambda work: identifications.add(work, begun, asked))
        return begun.id

    async def look(self, id: str, session_id: int | None) -> Identification:
        """How it stands, for the session that began it alone. Raises IdentificationError."""
        found = await self._read(lambda connection: identifications.find(connection, self._grid.database.keyring, id))
        if found.session_id is None or found.session_id != session_id:
            raise IdentificationError("This identification was begun in another browser.", "Begin again here.")
        return found

    async def returned(self, id: str, session_id: int | None, nonce: str) -> bool:
        """The app led a browser back; whether it is the one that began, with the secret that only the app was told."""

        def mark(work: Work) -> bool:
            found = identifications.hold(work, id)
            is_right = (
                found.nonce_hash is not None
                and hmac.compare_digest(found.nonce_hash, hash_of(nonce))
                and session_id is not None
                and found.session_id == session_id
            )
            if not is_right:
                work.note("identification.stranger_returned", identification=id)
            elif found.returned_at is None:
                identifications.change(work, [id], returned_at=work.at)
            return is_right

        is_right = await self._write(mark)
        if is_right:
            await self._settle(id)
        return is_right

    async def cancel(self, id: str, session_id: int | None) -> None:
        """Stop one that is pending, at BankID too. Raises IdentificationError."""
        found = await self.look(id, session_id)
        if found.stand is not Stand.PENDING:
            return
        await self._write(lambda work: using.fail(work, id, "userCancel"))
        try:
            await self._bankid.cancel(found.asked.order_ref)
        except BankIDError as error:  # it ends by itself
            log.info("an order could not be cancelled", extra={"code": error.code})

    async def turn(self) -> bool:
        """Collect what is due, judge what is here, and give up on what is overdue; whether there is more at once."""
        due = await self._write(lambda work: identifications.take_due(work, _AT_ONCE))
        await asyncio.gather(*map(self._collect, due))
        for id in await self._read(lambda connection: identifications.unsettled(connection, _AT_ONCE)):
            await self._settle(id)
        await self._write(lambda work: using.refuse_unreturned(work, RETURN_WITHIN))
        return len(due) == _AT_ONCE

    def _asked(self, wanted: Wanted, begun: Begun) -> Asked:
        back = f"{wanted.base}/identification/{begun.id}/return?nonce={begun.nonce}" if begun.nonce else ""
        return Asked(
            visible=wanted.visible,
            hidden=wanted.hidden,
            base=wanted.base,
            then=wanted.then,
            return_url=back,
            number=wanted.number,
            user_ip=wanted.user_ip,
            user_agent=wanted.user_agent,
            device=wanted.device,
            language=wanted.language,
            policies=tuple(sorted(self._trust.of(wanted.way))),
            terms=wanted.terms,
        )

    async def _start(self, errand: Errand, way: Way, asked: Asked) -> Started:
        requirement = Requirement(personal_number=asked.number, policies=asked.policies)
        web = WebDevice(
            referring_domain=_domain(asked.base), user_agent=asked.user_agent, device_identifier=asked.device
        )
        ask = Ask(
            user_ip=asked.user_ip,
            visible=asked.visible,
            hidden=asked.hidden,
            markdown=True,
            return_url=asked.return_url,
            web=web if way is not Way.PHONE else None,
            requirement=requirement,
        )
        if way is Way.PHONE:
            ask = replace(ask, requirement=replace(requirement, personal_number="", policies=()))
            return await self._bankid.phone_sign(ask, number=asked.number, caller="user")
        return await (self._bankid.auth(ask) if errand is Errand.LOGIN else self._bankid.sign(ask))

    async def _collect(self, found: Identification) -> None:
        try:
            collected: Collected = await self._bankid.collect(found.asked.order_ref)
        except RetryLater as error:
            wait = timedelta(seconds=max(error.wait_s, COLLECT_EVERY.total_seconds()))
            await self._write(lambda work: self._later(work, found.id, wait))
            return
        except BankIDError as error:
            message = error.message
            log.warning("an order cannot be collected", extra={"code": error.code})
            await self._write(lambda work: using.fail(work, found.id, "", why=message))
            return
        match collected:
            case Pending(hint):
                await self._write(lambda work: self._later(work, found.id, COLLECT_EVERY, hint))
            case Failed(hint):
                await self._failed(found, hint)
            case Complete(completion):
                raw = completion.raw
                await self._write(lambda work: using.keep(work, found.id, raw))
                await self._settle(found.id)

    async def _failed(self, found: Identification, hint: str) -> None:
        """An order that no app came for is begun anew for a while: the person need not see the 30 seconds end."""
        retry = timedelta(seconds=self._grid.config.bankid.retry_s)
        if hint == _START_FAILED and found.way is not Way.PHONE and self._clock.now() - found.begun_at < retry:
            try:
                started = await self._start(found.errand, found.way, found.asked)
            except BankIDError as error:
                message = error.message
                await self._write(lambda work: using.fail(work, found.id, hint, why=message))
                return
            await self._write(lambda work: identifications.restart(work, found.id, _with(found.asked, started)))
            return
        await self._write(lambda work: using.fail(work, found.id, hint))

    async def _settle(self, id: str) -> None:
        """Judge an answer that is here, and use it where that does not wait for the browser."""
        try:
            await self._write(lambda work: using.settle(work, self._grid.config, self._trust, id))
        except HanportError as error:
            problem = type(error).__name__
            log.warning("an identification was refused", extra={"error": problem})
            await self._write(lambda work: using.refuse(work, id, Refusal.NOT_GENUINE, problem))

    def _later(self, work: Work, id: str, wait: timedelta, hint: str | None = None) -> None:
        values: dict[str, object] = {"collect_at": work.at + wait}
        if hint is not None:
            values["hint"] = hint
        identifications.change(work, [id], **values)

    async def _read(self, ask: Callable[[Connection], T]) -> T:
        def read() -> T:
            with self._grid.database.reading() as connection:
                return ask(connection)

        return await asyncio.to_thread(read)

    async def _write(self, change: Callable[[Work], T]) -> T:
        def write() -> T:
            with self._grid.database.writing(ACTOR) as work:
                return change(work)

        return await asyncio.to_thread(write)


def _with(asked: Asked, started: Started) -> Asked:
    return msgspec.structs.replace(
        asked,
        order_ref=started.order_ref,
        auto_start_token=started.auto_start_token,
        qr_start_token=started.qr_start_token,
        qr_start_secret=started.qr_start_secret,
    )


def _domain(base: str) -> str:
    return urlsplit(base).hostname or ""
