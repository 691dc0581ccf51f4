"""The way in without BankID: a code by letter. It signs in once, and shows and closes until it ends.

Whoever orders a letter hears the same whether there is such a facility or not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.customer import by_code
from hanport.grid.database.work import Work
from hanport.grid.identifiers import IdentifierError
from hanport.grid.keys import Purpose
from hanport.grid.letters import codes
from hanport.grid.letters.codes import CodeRight
from hanport.grid.letters.wording import CODE_PATH
from hanport.grid.web import sessions, visiting
from hanport.grid.web.customer_words import CustomerWords
from hanport.grid.web.limits import What
from hanport.grid.web.parts import WebParts
from hanport.grid.web.sessions import Identified, Session
from hanport.grid.web.visiting import address_of, session_of, too_many
from hanport.web.shell import Shell

T = TypeVar("T")
_ACTOR = "customer"
_LONGEST = 60
_NO_DIGIT = re.compile(r"\D")
_ACTS = frozenset({"sign_in", "see", "close"})


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/code`, and the order of a letter."""
    pages = Codes(parts, shell)
    return [
        Route(CODE_PATH, pages.show, methods=["GET"]),
        Route(CODE_PATH, pages.use, methods=["POST"]),
        Route(f"{CODE_PATH}/letter", pages.order, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody has typed, and what the button said."""

    gsrn: str
    code: str
    act: str


class Codes:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def show(self, request: Request) -> Response:
        """Where a code is typed, and ordered."""
        return self._page(request, Typed("", "", ""))

    async def use(self, request: Request) -> Response:
        """Sign in with a code, see what it may see, or close."""
        typed = await _typed(request)
        wait_s = self._parts.limits.take(What.LOGIN, address_of(request))
        if wait_s:
            return too_many(self._shell, request, wait_s)
        if typed.act not in _ACTS:
            raise HTTPException(400)
        try:
            return await self._used(request, typed)
        except IdentifierError:
            return self._page(request, typed, gsrn="code.gsrn.wrong")

    async def order(self, request: Request) -> Response:
        """Have a letter sent to the address on file."""
        typed = await _typed(request)
        wait_s = self._parts.limits.take(What.LOGIN, address_of(request))
        if wait_s:
            return too_many(self._shell, request, wait_s)
        if not codes.are_offered(self._parts.config):
            raise HTTPException(404)
        config = self._parts.config
        try:
            await self._parts.write(_ACTOR, lambda work: codes.order_code(work, config, typed.gsrn))
        except IdentifierError:
            return self._page(request, typed, letter="code.gsrn.wrong")
        return self._shell.page(request, "customer/code_sent.html")

    async def _used(self, request: Request, typed: Typed) -> Response:
        config, gsrn, code = self._parts.config, typed.gsrn, typed.code
        match typed.act:
            case "close":
                closed = await self._parts.write(_ACTOR, lambda work: codes.close(work, config, gsrn, code))
                right = None if closed is None else await self._follow(typed)
            case "see":
                right = await self._follow(typed)
            case _:
                right, secret = await self._parts.write(_ACTOR, lambda work: self._sign_in(work, request, typed))
                if right is not None and secret:
                    answer = RedirectResponse(f"/facilities/{right.gsrn}", 303)
                    return visiting.give(answer, request, self._parts, secret)
        if right is None:
            return self._page(request, typed, code="code.wrong")
        return await self._standing(request, typed, right)

    async def _follow(self, typed: Typed) -> CodeRight | None:
        config = self._parts.config
        return await self._parts.write(_ACTOR, lambda work: codes.follow(work, config, typed.gsrn, typed.code))

    def _sign_in(self, work: Work, request: Request, typed: Typed) -> tuple[CodeRight | None, str]:
        """What the code is good for; with the secret of a new session, where it has just signed the holder in."""
        right = codes.redeem(work, self._parts.config, typed.gsrn, typed.code)
        if right is None or right.identity is None:
            return right, ""
        identified = Identified(
            person_id=right.person_id,
            name=right.name,
            how=right.identity.how,
            at=right.identity.checked_at,
            evidence_sealed=work.keyring.seal(right.identity.evidence, Purpose.EVIDENCE),
        )
        before = self._session(work, request)
        return right, sessions.identify(work, self._parts.config.sessions, before, identified)

    def _session(self, work: Work, request: Request) -> Session:
        """The browser's session, or a new one; either ends with the sign-in."""
        found = session_of(request)
        if found is None:
            secret = sessions.begin(work, language=self._shell.words(request).language)
            found = sessions.find(work.connection, self._parts.config.sessions, secret, work.at)
        assert found is not None
        return found

    async def _standing(self, request: Request, typed: Typed, right: CodeRight) -> Response:
        at = self._parts.clock.now()
        found = await self._parts.read(lambda connection: by_code.standing(connection, right, at))
        say = CustomerWords(self._shell.words(request), at)
        return self._shell.page(
            request, "customer/code_standing.html", card=found, right=right, typed=typed, say=say, now=at
        )

    def _page(self, request: Request, typed: Typed, **wrong: str) -> Response:
        """The two forms. `wrong`: of which field, and the key of what is wrong with it."""
        words = self._shell.words(request)
        return self._shell.page(
            request,
            "customer/code.html",
            status=409 if wrong else 200,
            typed=replace(typed, gsrn=_shown_again(typed.gsrn)),
            wrong={name: words.t(key) for name, key in wrong.items()},
            offered=codes.are_offered(self._parts.config),
        )


def _shown_again(gsrn: str) -> str:
    """What was typed as the facility's ID, to be mended; not where it is as long as a person's number is."""
    return "" if len(_NO_DIGIT.sub("", gsrn)) in (10, 12) else gsrn


async def _typed(request: Request) -> Typed:
    async with request.form(max_files=0, max_fields=6) as form:
        fields = {name: str(form.get(name, ""))[:_LONGEST] for name in ("gsrn", "code", "act")}
    return Typed(**fields)
