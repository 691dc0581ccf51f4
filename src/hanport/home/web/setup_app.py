"""The pages of the first start, and the app that shows nothing else."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.home.web.access import address_of
from hanport.home.web.app import CATALOGS, COOKIE_PREFIX, guarded
from hanport.home.web.setup import STEPS, Setup
from hanport.home.web.setup_steps import Steps
from hanport.locale import LANGUAGES
from hanport.web.preferences import keep
from hanport.web.refusals import refusal
from hanport.web.shell import Brand, Frame, Shell

BROWSER_COOKIE = "hanport_home_setup"
LANGUAGE_COOKIE = f"{COOKIE_PREFIX}_language"
FOLDER = Path(__file__).parent


def make_setup_app(setup: Setup) -> Starlette:
    """The app that listens until `setup.ended()`."""
    shell = Shell(
        Frame(
            brand=lambda: Brand(setup.draft.hub.name, setup.draft.hub.language),
            catalogs=CATALOGS,
            cookie_prefix=COOKIE_PREFIX,
            folders=(FOLDER,),
        )
    )
    door = _Door(setup, shell)
    steps = Steps(setup, shell)
    routes: list[BaseRoute] = [
        *shell.routes(),
        Route("/", door.resume),
        *steps.routes(door.only_the_one),
        Route("/setup/{code}", door.show, methods=["GET"]),
        Route("/setup/{code}", door.enter, methods=["POST"]),
    ]
    return guarded(shell, routes, lambda: setup.draft, [])


class _Door:
    """Lets the one browser in."""

    def __init__(self, setup: Setup, shell: Shell) -> None:
        self._setup = setup
        self._shell = shell

    async def show(self, request: Request) -> Response:
        """The first step: the language, and with it the beginning. A link that is merely looked at binds nobody."""
        refused = self._refused(request)
        if refused is not None:
            return refused
        return self._shell.page(
            request, "setup_language.html", code=request.path_params["code"], step="language", done=self._setup.done
        )

    async def enter(self, request: Request) -> Response:
        """This browser is the one. Nothing is waited for between looking and binding: two may come at once."""
        async with request.form(max_files=0, max_fields=4) as form:
            language = str(form.get("language", ""))
        refused = self._refused(request)
        if refused is not None:
            return refused
        if language not in LANGUAGES:
            return refusal(self._shell, request, 400)
        response = RedirectResponse("/setup/source", 303)
        keep(request, response, LANGUAGE_COOKIE, language)
        if not self._setup.knows(request.cookies.get(BROWSER_COOKIE, "")):
            secure = request.url.scheme == "https"
            response.set_cookie(BROWSER_COOKIE, self._setup.bind(), httponly=True, samesite="lax", secure=secure)
        self._setup.choose_language("en" if language == "en" else "sv")
        return response

    async def resume(self, request: Request) -> Response:
        """The browser of the set-up goes on where it was; others are told where the address stands."""
        if not self._setup.knows(request.cookies.get(BROWSER_COOKIE, "")):
            return refusal(self._shell, request, 403, "setup-closed")
        return RedirectResponse(f"/setup/{self._setup.step_of(STEPS[-1])}", 303)

    def _refused(self, request: Request) -> Response | None:
        """What a browser is told that may not begin. The code is looked at first: who has none learns nothing."""
        setup, peer = self._setup, address_of(request)
        if setup.wait_s(peer) > 0:
            return refusal(self._shell, request, 429)
        if not setup.opens(request.path_params["code"], peer):
            return refusal(self._shell, request, 403, "setup-closed")
        if setup.is_bound and not setup.knows(request.cookies.get(BROWSER_COOKIE, "")):
            return refusal(self._shell, request, 403, "setup-taken")
        return None

    def only_the_one(self, request: Request) -> Response | None:
        """None for the browser of the set-up, a page that says no for others."""
        if self._setup.knows(request.cookies.get(BROWSER_COOKIE, "")):
            return None
        return refusal(self._shell, request, 403, "setup-closed")
