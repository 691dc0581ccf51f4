"""The head-end's own server: the REST form below `/rest`, the CIM form at `/cim`."""

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hanport.meter.headend import cim_read, rest_form
from hanport.meter.headend.book import Entry
from hanport.meter.headend.cim_text import CONTENT_TYPES, CimText, Verdict
from hanport.meter.headend.faults import Fault
from hanport.meter.headend.head_end import HeadEnd
from hanport.meter.headend.telling import GARBAGE, Body
from hanport.meter.headend.values import Command, NeverPossible, NotRead, OtherCommand, State
from hanport.serving import CLOSING

LONGEST_BODY = 262_144  # bytes
MOST_MESSAGE_IDS = 10_000
_LONGEST_SILENCE_S = 300.0  # of a request that is lost
_AT_ONCE_S = 10.0
_NOT_READ = "1.4"
_REST = {NotRead: 400, OtherCommand: 409, NeverPossible: 422}
_XML = {kind.partition(";")[0] for kind in CONTENT_TYPES.values()}


@dataclass(frozen=True, slots=True)
class Manners:
    """How the server behaves. `token` is what callers must show ("": nobody is asked).

    With `at_once` a reply waits for the end of its command, up to 10 s, and tells it.
    """

    token: str = ""
    at_once: bool = False


class BrokenReply(Response):
    """Begins, and breaks off: the caller sees a connection that was lost."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


@dataclass(slots=True)
class Server:
    """Answers the requests of both forms."""

    head_end: HeadEnd
    text: CimText
    manners: Manners = field(default_factory=Manners)
    _message_ids: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def application(self) -> Starlette:
        """The ASGI application."""
        routes = [
            Route("/rest/commands/{id}", self._guarded(self._put), methods=["PUT"]),
            Route("/rest/commands/{id}", self._guarded(self._get), methods=["GET"]),
            Route("/cim", self._guarded(self._cim), methods=["POST"]),
        ]
        return Starlette(routes=routes)

    def _guarded(
        self, serve: Callable[[Request, bytes], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            if not self._is_known(request):
                return _problem(401, "The token is missing or wrong.", "Send `Authorization: Bearer TOKEN`.")
            try:
                body = await _body(request)
            except ClientDisconnect:
                return Response(status_code=400)
            if body is None:
                return _problem(413, "The body is longer than 256 kB.", "Send one command.")
            return await serve(request, body)

        return guarded

    def _is_known(self, request: Request) -> bool:
        shown = request.headers.get("authorization", "").encode()
        return not self.manners.token or hmac.compare_digest(shown, f"Bearer {self.manners.token}".encode())

    async def _put(self, request: Request, body: bytes) -> Response:
        if _kind_of(request) != rest_form.JSON:
            return _problem(415, "The body is no JSON.", f"Send Content-Type: {rest_form.JSON}.")
        try:
            command = rest_form.read_command(request.path_params["id"], body)
            if lost := await self._lost(request, command):
                return lost
            entry, known = self.head_end.take(command)
        except (NotRead, OtherCommand, NeverPossible) as wrong:
            return _problem(_REST[type(wrong)], wrong.problem, wrong.remedy)
        await self._linger(entry)
        told = msgspec.json.encode(rest_form.standing_of(entry.command, entry.standing))
        return self._spoiled(command, Body(rest_form.JSON, told), status=200 if known else 201)

    async def _get(self, request: Request, body: bytes) -> Response:
        entry = self.head_end.book.entry(request.path_params["id"])
        if entry is None:
            return _problem(404, "The command is unknown.", "Send it.")
        told = msgspec.json.encode(rest_form.standing_of(entry.command, entry.standing))
        return Response(told, media_type=rest_form.JSON)

    async def _cim(self, request: Request, body: bytes) -> Response:
        if _kind_of(request) not in _XML:
            return _problem(415, "The body is no XML.", "Send Content-Type: application/xml; charset=utf-8.")
        try:
            envelope = cim_read.read_envelope(body)
        except NotRead as wrong:
            verdict = Verdict(_NOT_READ, str(wrong))
            form = cim_read.form_of(body)
            return _reply(self.text.reply(form, "EndDeviceControls", cim_read.correlation_of(body), verdict))
        try:
            if envelope.verb == "get":
                return _reply(self._answer_to(envelope))
            return await self._take_cim(request, envelope)
        except (NotRead, OtherCommand, NeverPossible) as wrong:
            code = {NotRead: _NOT_READ, OtherCommand: self._code("refused_id")}.get(type(wrong))
            verdict = Verdict(code or self._code("refused_for_good"), str(wrong))
            return _reply(self.text.reply(envelope.form, envelope.noun, envelope.correlation_id, verdict))

    async def _take_cim(self, request: Request, envelope: cim_read.Envelope) -> Response:
        command = cim_read.read_command(envelope, self.text.codes)
        if lost := await self._lost(request, command):
            return lost
        self._check_message_id(envelope.message_id)
        entry, known = self.head_end.take(command)
        if known and entry.ended.is_set():
            self.head_end.tell_again(entry)
        reply = self.text.reply(envelope.form, envelope.noun, command.id, Verdict())
        return self._spoiled(command, reply, status=200)

    def _answer_to(self, envelope: cim_read.Envelope) -> Body:
        command_id = cim_read.read_question(envelope)
        entry = self.head_end.book.entry(command_id)
        if entry is None:
            verdict = Verdict(self._code("refused_id"), "The command is unknown.")
            return self.text.reply(envelope.form, envelope.noun, command_id, verdict)
        is_over = entry.standing.state is not State.TAKEN
        payload = self.text.answer_within(entry.command, entry.standing) if is_over else ""
        return self.text.reply(envelope.form, envelope.noun, command_id, Verdict(), payload=payload)

    def _check_message_id(self, message_id: str) -> None:
        if message_id in self._message_ids:
            raise NotRead("The MessageID was used before.", "Make a new one for every sending.")
        self._message_ids[message_id] = None
        if len(self._message_ids) > MOST_MESSAGE_IDS:
            self._message_ids.popitem(last=False)

    def _code(self, name: str) -> str:
        return self.text.codes[name]

    async def _lost(self, request: Request, command: Command) -> Response | None:
        """What becomes of a request that is lost before anything is taken; None: it is not."""
        if self.head_end.faults.strike(Fault.ERROR, command.meter):
            return _problem(500, "Something went wrong.", "Try again.")
        if not self.head_end.faults.strike(Fault.LOSE_REQUEST, command.meter):
            return None
        closing: asyncio.Event = request.scope[CLOSING]
        waits = [asyncio.create_task(closing.wait()), asyncio.create_task(_gone(request))]
        await asyncio.wait(waits, timeout=_LONGEST_SILENCE_S, return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()
        return BrokenReply()

    async def _linger(self, entry: Entry) -> None:
        if self.manners.at_once:
            wait = asyncio.create_task(entry.ended.wait())
            await asyncio.wait([wait], timeout=_AT_ONCE_S)
            wait.cancel()

    def _spoiled(self, command: Command, body: Body, *, status: int) -> Response:
        if self.head_end.faults.strike(Fault.LOSE_REPLY, command.meter):
            return BrokenReply()
        garbage = self.head_end.faults.strike(Fault.GARBAGE_REPLY, command.meter)
        return _reply(Body(body.content_type, GARBAGE) if garbage else body, status)


async def _gone(request: Request) -> None:
    """Until the caller has left."""
    while not await request.is_disconnected():
        await asyncio.sleep(0.02)


async def _body(request: Request) -> bytes | None:
    """The body; None where it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            return None
    return body


def _kind_of(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _reply(body: Body, status: int = 200) -> Response:
    return Response(body.text, status, headers={"content-type": body.content_type})


def _problem(status: int, problem: str, remedy: str) -> Response:
    told = msgspec.json.encode({"error": problem, "remedy": remedy})
    return Response(told, status, media_type=rest_form.JSON)
