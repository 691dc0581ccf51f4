"""The steps of the first start after its door: source, first telegram, main fuse, first user."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.errors import ConfigError, HanportError
from hanport.home import from_company
from hanport.home.accounts import AccountError
from hanport.home.config import HouseTable
from hanport.home.passwords import SHORTEST_PASSWORD
from hanport.home.web.access import Endpoint, let_in
from hanport.home.web.heard import heard_view, phases_of
from hanport.home.web.setup import STEPS, Setup
from hanport.home.web.source_form import WrongSource, fields_of, source_of, typed_fields
from hanport.web.shell import Shell

USUAL_FUSES_A = (16, 20, 25, 35, 50, 63)
LEAST_FUSE_A, MOST_FUSE_A = 6, 6300

Door = Callable[[Request], Response | None]
Step = Callable[[Request], Awaitable[Response]]


class Steps:
    """The pages, each with what is entered in it."""

    def __init__(self, setup: Setup, shell: Shell) -> None:
        self._setup = setup
        self._shell = shell

    def routes(self, door: Door) -> list[BaseRoute]:
        """All for the one browser alone."""
        pages: dict[str, tuple[Step, Step]] = {
            "source": (self.show_source, self.take_source),
            "telegram": (self.show_telegram, self.take_telegram),
            "fuse": (self.show_fuse, self.take_fuse),
            "user": (self.show_user, self.take_user),
        }
        routes: list[BaseRoute] = []
        for name, (show, take) in pages.items():
            routes.append(Route(f"/setup/{name}", self._behind(door, name, show), methods=["GET"]))
            routes.append(Route(f"/setup/{name}", self._behind(door, name, take), methods=["POST"]))
        return routes

    def _behind(self, door: Door, name: str, step: Step) -> Endpoint:
        """Not for strangers, and not before the steps that lead to it."""

        async def endpoint(request: Request) -> Response:
            refused = door(request)
            if refused is not None:
                return refused
            if self._setup.finished.is_set():
                return self._shell.page(request, "setup_done.html", step="done", done=self._setup.done)
            due = self._setup.step_of(name)
            return await step(request) if due == name else self._to(due)

        return endpoint

    def _to(self, step: str) -> Response:
        return RedirectResponse(f"/setup/{step}", 303)

    def _page(self, request: Request, step: str, status: int = 200, **context: object) -> Response:
        number = STEPS.index(step)
        before = STEPS[number - 1]
        back = "/setup/" + (self._setup.code if before == "language" else before)
        return self._shell.page(
            request, f"setup_{step}.html", status=status, step=step, done=self._setup.done, back=back, **context
        )

    async def show_source(self, request: Request) -> Response:
        return self._source(request, {})

    def _source(
        self, request: Request, wrong: Mapping[str, str], status: int = 200, form: Mapping[str, str] | None = None
    ) -> Response:
        return self._page(
            request,
            "source",
            status,
            devices=self._setup.parts.devices(),
            fields_now=typed_fields(fields_of(self._setup.draft.source), form),
            handed=self._handed(request),
            wrong=wrong,
        )

    def _handed(self, request: Request) -> list[str]:
        """What the network company told, in words."""
        handed = self._setup.handed_over
        return [] if handed is None else list(from_company.lines(handed, self._shell.words(request).language))

    async def take_source(self, request: Request) -> Response:
        form = await _form(request)
        before = self._setup.draft.source
        if "hand_over" in form:
            return self._take_hand_over(request, form["hand_over"])
        if form.get("later"):
            await self._setup.set_source(msgspec.structs.replace(before, address=""))
            self._setup.done |= {"source", "telegram"}
            return self._to("fuse")
        try:
            source = source_of(form, before)
        except WrongSource as error:
            wrong = {error.field: self._shell.words(request).t(f"source.wrong.{error.field}")}
            return self._source(request, wrong, 422, form)
        await self._setup.set_source(source)
        self._setup.done.add("source")
        return self._to("telegram")

    def _take_hand_over(self, request: Request, text: str) -> Response:
        try:
            self._setup.handed_over = from_company.read(text)
        except ConfigError:
            return self._source(request, {"hand_over": self._shell.words(request).t("handed.wrong")}, 422)
        return self._to("source")

    async def show_telegram(self, request: Request) -> Response:
        setup = self._setup
        if setup.draft.source.address and setup.trial.source is None:
            await setup.trial.begin(setup.draft.source)
        view = heard_view(setup.trial, self._shell.words(request))
        if request.query_params.get("part"):
            return self._shell.page(request, "heard.html", heard=view)
        return self._page(request, "telegram", heard=view)

    async def take_telegram(self, request: Request) -> Response:
        form = await _form(request)
        if form.get("again"):
            await self._setup.set_source(self._setup.draft.source)
            return self._to("telegram")
        self._setup.keep_setting()
        self._setup.done.add("telegram")
        return self._to("fuse")

    async def show_fuse(self, request: Request) -> Response:
        return self._fuse(request, {})

    def _fuse(self, request: Request, wrong: Mapping[str, str], status: int = 200, typed: str = "") -> Response:
        setup = self._setup
        known = "fuse" in setup.done
        house = setup.draft.house
        phases = house.phases if known else phases_of(setup.trial.heard()) or house.phases
        usual = house.main_fuse_a in USUAL_FUSES_A
        return self._page(
            request,
            "fuse",
            status,
            usual=USUAL_FUSES_A,
            fuse_a=house.main_fuse_a if usual and not typed else 0,
            other=typed or ("" if usual else str(house.main_fuse_a)),
            phases=phases,
            wrong=wrong,
        )

    async def take_fuse(self, request: Request) -> Response:
        form = await _form(request)
        typed = form.get("other", "").strip() if form.get("fuse") in ("other", None) else ""
        chosen = typed or form.get("fuse", "")
        if not chosen.isdecimal() or not LEAST_FUSE_A <= int(chosen[:6]) <= MOST_FUSE_A:
            words = self._shell.words(request)
            said = words.t("setup.fuse.wrong", least=LEAST_FUSE_A, most=MOST_FUSE_A)
            return self._fuse(request, {"other": said}, 422, typed[:20])
        self._setup.set_house(
            HouseTable(
                main_fuse_a=int(chosen),
                phases=1 if form.get("phases") == "1" else 3,
                tariff_time=self._setup.draft.house.tariff_time,
                phase_names=self._setup.draft.house.phase_names,
            )
        )
        self._setup.done.add("fuse")
        return self._to("user")

    async def show_user(self, request: Request) -> Response:
        return self._page(request, "user", name="", wrong={}, problem=None, shortest=SHORTEST_PASSWORD)

    async def take_user(self, request: Request) -> Response:
        form = await _form(request)
        setup = self._setup
        name, password = form.get("name", ""), form.get("password", "")
        try:
            session = await setup.finish(name, password)
        except AccountError as error:
            words = self._shell.words(request)
            field = "name" if error.why.startswith("name") else "password"
            wrong = {field: words.t(f"account.{error.why}", shortest=SHORTEST_PASSWORD)}
            return self._page(request, "user", 422, name=name, wrong=wrong, problem=None, shortest=SHORTEST_PASSWORD)
        except HanportError as error:
            return self._page(request, "user", 503, name=name, wrong={}, problem=error, shortest=SHORTEST_PASSWORD)
        setup.done.add("user")
        response = self._shell.page(request, "setup_done.html", step="done", done=setup.done)
        response.background = BackgroundTask(_set, setup)  # the answer is out before this app ends
        return let_in(response, request, session)


async def _set(setup: Setup) -> None:
    setup.finished.set()


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=30) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
