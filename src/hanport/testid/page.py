"""The page that plays the phone: take an order up, choose a test person, see what is asked, sign or not."""

from base64 import b64decode
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.clock import Clock
from hanport.testid.book import QR_OLDEST_S
from hanport.testid.markdown import show
from hanport.testid.orders import Event, Order, State
from hanport.testid.people import BY_KEY, PEOPLE, Kind, Person
from hanport.testid.phone import Phone, Refused, suitable
from hanport.web.local_site import local_site
from hanport.web.preferences import keep, kept
from hanport.web.refusals import refusal
from hanport.web.shell import Brand, Frame, Shell, StatusLine
from hanport.web.words import Words

COOKIE_PREFIX = "hanport_testid"
PERSON_COOKIE = f"{COOKIE_PREFIX}_person"
CATALOGS = ("testid", "web")
FOLDER = Path(__file__).parent
_TEMPLATES = {
    State.STARTED: "choose.html",
    State.CALL: "call.html",
    State.DOCUMENT: "document.html",
    State.SIGN: "sign.html",
}
# What a button says -> what happens to the order.
_EVENTS = {
    "confirm": Event.CONFIRM_CALL,
    "decline": Event.DECLINE_CALL,
    "read": Event.READ_DOCUMENT,
    "cancel": Event.CANCEL,
    "expire": Event.EXPIRE,
    "blocked": Event.BLOCKED,
}


@cache
def make_shell() -> Shell:
    """The frame of the page, made once: it knows nothing of orders. Every page says TEST, also those that say no."""

    def status(request: Request, words: Words) -> StatusLine:
        return StatusLine("warn", words.t("status.test"))

    return Shell(
        Frame(
            brand=lambda: Brand("testid TEST"),
            catalogs=CATALOGS,
            cookie_prefix=COOKIE_PREFIX,
            folders=(FOLDER,),
            status=status,
        )
    )


def make_page(phone: Phone, company: str, clock: Clock) -> Starlette:
    """The app. `company` is what people know the relying party by."""
    shell = make_shell()
    pages = Pages(phone, shell, company, clock)
    return local_site(shell, pages.routes(), camera=True)


class Pages:
    """The pages of one phone or many: who has an order's claim, has the order."""

    def __init__(self, phone: Phone, shell: Shell, company: str, clock: Clock) -> None:
        self._phone = phone
        self._shell = shell
        self._company = company
        self._clock = clock

    def routes(self) -> Sequence[BaseRoute]:
        """All of them."""
        return [
            Route("/", self.home),
            Route("/scan", self.scan, methods=["POST"]),
            Route("/call", self.call, methods=["POST"]),
            Route("/start", self.start),
            Route("/order/{claim}", self.order, methods=["GET"]),
            Route("/order/{claim}", self.act, methods=["POST"]),
            Route("/order/{claim}/left", self.left),
        ]

    async def home(self, request: Request) -> Response:
        """What a phone shows that has nothing to do."""
        return self._home(request)

    async def scan(self, request: Request) -> Response:
        """The text of a QR code, pasted or seen by the camera."""
        code = (await _form(request)).get("code", "")
        return self._taken_up(request, lambda: self._phone.scan(code, _address(request)), "code")

    async def call(self, request: Request) -> Response:
        """Somebody opens the app while they are on the phone."""
        person = BY_KEY.get((await _form(request)).get("person", ""))
        number = person.number if person else ""
        return self._taken_up(request, lambda: self._phone.answer(number, _address(request)), "person")

    async def start(self, request: Request) -> Response:
        """A start link: as the app does, it takes the order up at once."""
        token = request.query_params.get("autostarttoken", "")
        try:
            order = self._phone.start(token, _address(request))
        except Refused as refused:
            return self._refused(request, refused)
        return RedirectResponse(f"/order/{order.claim}", 303)

    async def order(self, request: Request) -> Response:
        """An order, as it stands."""
        try:
            order = self._phone.order(request.path_params["claim"])
        except Refused as refused:
            return self._refused(request, refused)
        return self._show(request, order)

    async def left(self, request: Request) -> Response:
        """How much time an order has left: a part of its page."""
        try:
            order = self._phone.order(request.path_params["claim"])
        except Refused as refused:
            return self._refused(request, refused)
        return self._shell.page(request, "left.html", status=200, **self._context(order))

    async def act(self, request: Request) -> Response:
        """What a button says."""
        form = await _form(request)
        try:
            order = self._phone.order(request.path_params["claim"])
            match form.get("do", ""):
                case "choose":
                    return self._choose(request, order, form.get("person", ""), form.get("kind", ""))
                case "sign":
                    await self._phone.sign(order)
                case do if do in _EVENTS:
                    self._phone.do(order, _EVENTS[do])
                case _:
                    return refusal(self._shell, request, 400)
        except Refused as refused:
            return self._refused(request, refused)
        return RedirectResponse(f"/order/{order.claim}", 303)

    def _choose(self, request: Request, order: Order, key: str, kind: str) -> Response:
        person = BY_KEY.get(key)
        if person is None or kind not in list(Kind):
            return self._show(request, order, wrong={"person": self._shell.words(request).t("choose.nobody")})
        self._phone.choose(order, person, Kind(kind))
        response = RedirectResponse(f"/order/{order.claim}", 303)
        keep(request, response, PERSON_COOKIE, person.key)
        return response

    def _taken_up(self, request: Request, take_up: Callable[[], Order], field: str) -> Response:
        try:
            order = take_up()
        except Refused as refused:
            said = self._shell.words(request).t(f"refused.{refused.reason}")
            return self._home(request, {field: said})
        return RedirectResponse(f"/order/{order.claim}", 303)

    def _home(self, request: Request, wrong: dict[str, str] | None = None) -> Response:
        people = [(person.key, person.name) for person in PEOPLE]
        context = {"people": people, "chosen": _chosen(request), "wrong": wrong or {}, "oldest_s": QR_OLDEST_S}
        return self._shell.page(request, "home.html", status=422 if wrong else 200, **context)

    def _show(self, request: Request, order: Order, wrong: dict[str, str] | None = None) -> Response:
        template = _TEMPLATES.get(order.state, "over.html")
        words = self._shell.words(request)
        context = self._context(order) | {
            "people": [(person.key, person.name, _written(person)) for person in PEOPLE],
            "kinds": [(kind, words.t(f"kind.{kind}"), "") for kind in suitable(order.wanted)],
            "chosen": _chosen(request),
            "wrong": wrong or {},
        }
        return self._shell.page(request, template, status=422 if wrong else 200, **context)

    def _context(self, order: Order) -> dict[str, object]:
        wanted = order.wanted
        text = b64decode(wanted.visible).decode("utf-8")
        return {
            "order": order,
            "company": self._company,
            "purpose": "sign" if wanted.is_to_sign else "auth",
            "visible": show(text, is_marked=wanted.is_marked) if text else "",
            "number": _written(order.person) if order.person else "",
            "return_url": wanted.return_url if order.is_here and _is_web(wanted.return_url) else "",
            "left_s": max(0, round(order.left_s(self._clock.monotonic()))),
        }

    def _refused(self, request: Request, refused: Refused) -> Response:
        return self._shell.page(request, "refused.html", status=409, reason=refused.reason)


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=8) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _chosen(request: Request) -> str:
    """Who was chosen last in this browser."""
    return BY_KEY.get(kept(request, PERSON_COOKIE), PEOPLE[0]).key


def _written(person: Person) -> str:
    """A number as people write it."""
    return f"{person.number[:8]}-{person.number[8:]}"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_web(address: str) -> bool:
    """Whether a browser goes there, rather than running it or starting something."""
    return urlsplit(address).scheme in ("http", "https")
