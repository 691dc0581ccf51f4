"""What a browser prefers: language and theme, kept in cookies, chosen without login and without scripts."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hanport.locale import LANGUAGES

THEMES = ("auto", "light", "dark")
_YEAR_S = int(timedelta(days=365).total_seconds())

LanguageChosen = Callable[[Request, str], Awaitable[None]]


def accepted_language(header: str) -> str | None:
    """The best of our languages that an Accept-Language header takes (RFC 9110, 12.5.4); None where it takes none."""
    best: tuple[float, str] | None = None
    for part in header[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if language in LANGUAGES and weight > 0 and (best is None or weight > best[0]):
            best = (weight, language)
    return best[1] if best else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def local_path(text: str) -> str:
    """A path of this site to go to, as it was given; "/" for what would lead, or may lead, anywhere else."""
    harmless = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if harmless and text.isprintable() and len(text) <= 2000 else "/"


class Preferences:
    """The two choices of a browser, under a prefix of cookie names."""

    def __init__(self, prefix: str, language_chosen: LanguageChosen | None = None) -> None:
        self._language_cookie = f"{prefix}_language"
        self._theme_cookie = f"{prefix}_theme"
        self._language_chosen = language_chosen

    def language(self, request: Request, of_user: str | None, of_house: str) -> str:
        """The user's, else the cookie's, else the browser's, else that of the house."""
        for wanted in (of_user, kept(request, self._language_cookie)):
            if wanted in LANGUAGES:
                return wanted
        return accepted_language(request.headers.get("accept-language", "")) or of_house

    def theme(self, request: Request) -> str:
        """auto, light or dark."""
        theme = kept(request, self._theme_cookie)
        return theme if theme in THEMES else "auto"

    def routes(self) -> list[Route]:
        """What the switches of language and theme post to."""
        return [
            Route("/language", self._choose_language, methods=["POST"]),
            Route("/theme", self._choose_theme, methods=["POST"]),
        ]

    async def _choose_language(self, request: Request) -> Response:
        language, back = await _choice(request, "language", LANGUAGES)
        if self._language_chosen is not None:
            await self._language_chosen(request, language)
        return _chosen(request, back, self._language_cookie, language)

    async def _choose_theme(self, request: Request) -> Response:
        theme, back = await _choice(request, "theme", THEMES)
        return _chosen(request, back, self._theme_cookie, theme)


async def _choice(request: Request, name: str, known: tuple[str, ...]) -> tuple[str, str]:
    async with request.form(max_files=0, max_fields=4) as form:
        value, back = str(form.get(name, "")), str(form.get("next", "/"))
    if value not in known:
        raise HTTPException(400)
    return value, local_path(back)


def keep(request: Request, response: Response, name: str, value: str) -> None:
    """Keep a choice in a cookie, for a year."""
    secure = request.url.scheme == "https"
    response.set_cookie(_named(request, name), value, max_age=_YEAR_S, httponly=True, samesite="lax", secure=secure)


def kept(request: Request, name: str) -> str:
    """What was kept under that name, "" for nothing."""
    return request.cookies.get(_named(request, name), "")


def _named(request: Request, name: str) -> str:
    """With TLS a `__Host-` cookie: no other host, and nobody on a plain connection, can plant it (RFC 6265bis)."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def _chosen(request: Request, back: str, name: str, value: str) -> Response:
    response = RedirectResponse(back, 303)
    keep(request, response, name, value)
    return response
