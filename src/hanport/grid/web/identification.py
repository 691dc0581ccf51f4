"""The page that waits for a signature: the moving QR code or the button that starts the app, and what is going on."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.config import SessionsTable
from hanport.grid.database.work import Work
from hanport.grid.eid import identifications, using
from hanport.grid.eid.flow import Flow
from hanport.grid.eid.identifications import Errand, Identification, IdentificationError, Stand
from hanport.grid.eid.launch import Launcher, read_browser
from hanport.grid.eid.messages import QR_LABEL, key_of
from hanport.grid.eid.qr import qr_svg, qr_text
from hanport.grid.eid.requests import Way
from hanport.grid.right import IdentityCheck
from hanport.grid.web import sessions, visiting
from hanport.grid.web.parts import WebParts
from hanport.grid.web.sessions import Identified, Session
from hanport.grid.web.visiting import session_of
from hanport.serving import CLOSING
from hanport.web.shell import Shell
from hanport.web.words import Words

_EVERY_S = 1.0  # the QR code's pace
_STREAM_LASTS_S = 240.0
_RETRY_MS = 1000
_FIRST_HINT = "outstandingTransaction"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/identification/{id}` and what belongs to it."""
    pages = Waiting(parts, shell)
    place = "/identification/{id}"
    return [
        Route(place, pages.show, methods=["GET"]),
        Route(f"{place}/events", pages.events, methods=["GET"]),
        Route(f"{place}/state", pages.state, methods=["GET"]),
        Route(f"{place}/return", pages.come_back, methods=["GET"]),
        Route(f"{place}/cancel", pages.cancel, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows now. `qr` is an SVG, `start` the link that starts the app; "" where there is none. `goes_to`
    is where the browser goes on. `is_over`: it can only be begun again.
    """

    text: str
    qr: str = ""
    start: str = ""
    goes_to: str = ""
    is_over: bool = False


class Waiting:
    """Shows how an identification stands, to the session that began it."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell
        self._launcher = Launcher(parts.config.environment, parts.config.bankid.app_url)

    async def show(self, request: Request) -> Response:
        """The page. It goes on by itself where the signature is here."""
        found = await self._look(request)
        if found.stand is Stand.SIGNED and found.person_id is not None and found.errand is Errand.LOGIN:
            return await self._claim(request, found)
        if found.stand is Stand.USED:
            return RedirectResponse(found.asked.then, 303)
        words = self._shell.words(request)
        shown = await asyncio.to_thread(self._shown, request, words, found)
        return self._shell.page(request, "identification.html", id=found.id, found=found, shown=shown, way=found.way)

    async def state(self, request: Request) -> Response:
        """What the page shows, for scripts whose stream was cut."""
        found = await self._look(request)
        shown = await asyncio.to_thread(self._shown, request, self._shell.words(request), found)
        return JSONResponse(_told(shown), headers={"cache-control": "no-store"})

    async def events(self, request: Request) -> Response:
        """What the page shows, each second."""
        await self._look(request)
        return EventSourceResponse(self._told_each_second(request), headers={"cache-control": "no-store"})

    async def come_back(self, request: Request) -> Response:
        """Where the app leads a browser after signing on the same device."""
        id, nonce = request.path_params["id"], request.query_params.get("nonce", "")[:100]
        session = session_of(request)
        with suppress(IdentificationError):
            if await self._flow.returned(id, session.id if session else None, nonce):
                return RedirectResponse(f"/identification/{id}", 303)
        return self._shell.page(request, "identification_elsewhere.html", status=403)

    async def cancel(self, request: Request) -> Response:
        """Stop it, here and in the app."""
        session = session_of(request)
        with suppress(IdentificationError):
            await self._flow.cancel(request.path_params["id"], session.id if session else None)
        return RedirectResponse(f"/identification/{request.path_params['id']}", 303)

    @property
    def _flow(self) -> Flow:
        if self._parts.flow is None:
            raise HTTPException(404)
        return self._parts.flow

    async def _look(self, request: Request) -> Identification:
        session = session_of(request)
        try:
            return await self._flow.look(request.path_params["id"], session.id if session else None)
        except IdentificationError:
            raise HTTPException(404) from None

    async def _claim(self, request: Request, found: Identification) -> Response:
        """The browser becomes the customer's, once."""
        session = session_of(request)
        assert session is not None
        settings = self._parts.config.sessions
        secret = await self._parts.write("customer", lambda work: claim(work, settings, found.id, session))
        return visiting.give(RedirectResponse(found.asked.then, 303), request, self._parts, secret)

    async def _told_each_second(self, request: Request) -> AsyncIterator[ServerSentEvent]:
        closing: asyncio.Event = request.scope.get(CLOSING) or asyncio.Event()
        clock, words = self._parts.clock, self._shell.words(request)
        ends_s = clock.monotonic() + _STREAM_LASTS_S
        while clock.monotonic() < ends_s and not closing.is_set():
            shown = await asyncio.to_thread(self._shown, request, words, await self._look(request))
            yield ServerSentEvent(data=json.dumps(_told(shown), ensure_ascii=False), retry=_RETRY_MS)
            if shown.goes_to or shown.is_over:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(closing.wait(), _EVERY_S)

    def _shown(self, request: Request, words: Words, found: Identification) -> Shown:
        """In a thread: the QR code takes some milliseconds."""
        browser = read_browser(request.headers.get("user-agent", ""))
        if found.stand is Stand.USED or (found.stand is Stand.SIGNED and found.person_id is not None):
            return Shown(words.t("identification.done"), goes_to=f"/identification/{found.id}")
        if found.stand is Stand.SIGNED:
            return Shown(words.t("identification.return"))
        if found.stand is Stand.REFUSED:
            why = found.why if found.way is not Way.PHONE else "phone"
            return Shown(words.t(f"identification.refused.{why}"), is_over=True)
        if found.stand is Stand.FAILED:
            key = found.why or key_of("failed", found.hint, found.way, is_mobile=browser.is_mobile)
            return Shown(words.t(key), is_over=True)
        hint = found.hint or _FIRST_HINT
        text = words.t(key_of("pending", hint, found.way, is_mobile=browser.is_mobile))
        if found.way is Way.PHONE:
            return Shown(text)
        if found.way is Way.SAME_DEVICE:
            return Shown(text, start=self._launcher.link(browser, found.asked.auto_start_token))
        elapsed_s = (self._parts.clock.now() - found.started_at).total_seconds()
        is_scanned = hint not in (_FIRST_HINT, "noClient")
        qr = "" if is_scanned else qr_svg(qr_text(found.asked.started, elapsed_s), words.t(QR_LABEL))
        return Shown(text, qr=qr)


def claim(work: Work, settings: SessionsTable, id: str, session: Session) -> str:
    """Make the session that began it the customer's; gives its new secret. Raises IdentificationError."""
    found = identifications.hold(work, id)
    is_own = found.session_id == session.id and found.errand is Errand.LOGIN
    if not is_own or found.stand is not Stand.SIGNED or found.person_id is None or found.ended_at is None:
        raise IdentificationError("This identification cannot be used here.", "Begin again.")
    identifications.change(work, [id], state=Stand.USED.value)
    assert found.evidence_sealed is not None
    identified = Identified(
        person_id=found.person_id,
        name=using.name_of(work, found),
        how=IdentityCheck.BANKID,
        at=found.ended_at,
        evidence_sealed=found.evidence_sealed,
    )
    work.note("customer.identified", person_id=found.person_id, identification=id)
    return sessions.identify(work, settings, session, identified)


def _told(shown: Shown) -> dict[str, object]:
    return {
        "text": shown.text,
        "qr": shown.qr,
        "start": shown.start,
        "goesTo": shown.goes_to,
        "isOver": shown.is_over,
    }
