"""A page of ours: its frame, its words and who looks at it. Pages give a template and their values to `Shell.page`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.bccache import Bucket
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from hanport import __version__
from hanport.web.assets import Assets
from hanport.web.preferences import LanguageChosen, Preferences
from hanport.web.words import Words

SWEDEN = ZoneInfo("Europe/Stockholm")
_HERE = Path(__file__).parent


class Visitor(Protocol):
    """Who looks, as the frame needs it: put into `scope["user"]` by the site, None for a stranger."""

    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Brand:
    """What the site calls itself, the language of the house, and its time zone."""

    name: str
    language: str = "sv"
    zone: tzinfo = SWEDEN


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the navigation: `key` is its text `nav.<key>` and its icon; `shown` says to whom."""

    key: str
    path: str
    shown: Callable[[Visitor], bool] = lambda visitor: True


@dataclass(frozen=True, slots=True)
class StatusLine:
    """A line under the header. `level` is well, quiet (nothing to say yet), warn or bad; `href` says more, `name` what
    it is about.
    """

    level: str
    text: str
    href: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What makes the frame of one site. Functions, where a setting may change while it runs."""

    brand: Callable[[], Brand]
    catalogs: Sequence[str]
    cookie_prefix: str
    folders: Sequence[Path] = ()  # each with `templates/` and `static/`, before those of the shell
    navigation: Sequence[Link] = ()
    status: Callable[[Request, Words], StatusLine | None] = lambda request, words: None
    troubles: Callable[[Request, Words], Sequence[StatusLine]] = lambda request, words: ()
    language_chosen: LanguageChosen | None = None


class _Compiled(BytecodeCache):
    """Templates that this process has compiled: several sites in it, as in a demonstration, compile each once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        kept = self._kept.get((bucket.key, bucket.checksum))
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class Shell:
    """Renders pages of a site in its frame."""

    def __init__(self, frame: Frame) -> None:
        folders = [*frame.folders, _HERE]
        self.frame = frame
        self.assets = Assets([folder / "static" for folder in folders])
        self.preferences = Preferences(frame.cookie_prefix, frame.language_chosen)
        self.templates = Environment(
            loader=FileSystemLoader([folder / "templates" for folder in folders]),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=_COMPILED,
        )
        self.templates.globals |= {"static": self.assets.url, "version": __version__}
        for macros in ("icons", "fields"):
            self.templates.globals[macros] = self.templates.get_template(f"{macros}.html").module

    def routes(self) -> list[BaseRoute]:
        """Static files, the switches of language and theme, and the status lines by themselves."""
        return [self.assets.route(), *self.preferences.routes(), Route("/status", self._status)]

    async def _status(self, request: Request) -> Response:
        return self.page(request, "status.html")

    def words(self, request: Request) -> Words:
        """How this visitor is spoken to."""
        visitor = visitor_of(request)
        brand = self.frame.brand()
        language = self.preferences.language(request, visitor.language if visitor else None, brand.language)
        return Words(language, self.frame.catalogs, brand.zone)

    def page(self, request: Request, template: str, /, *, status: int = 200, **context: object) -> Response:
        """A page. The template extends `base.html` and has the context, the words (`t`, `n`, `kwh`, …) and `user`."""
        html = self.templates.get_template(template).render(self._context(request) | context)
        headers = {"cache-control": "no-store", "vary": "cookie, accept-language"}
        return HTMLResponse(html, status, headers)

    def _context(self, request: Request) -> dict[str, object]:
        visitor = visitor_of(request)
        words = self.words(request)
        links = [link for link in self.frame.navigation if visitor is not None and link.shown(visitor)]
        return {
            **_said_by(words),
            "words": words,
            "lang": words.language,
            "theme": self.preferences.theme(request),
            "brand": self.frame.brand(),
            "navigation": links,
            "here": request.url.path,
            "here_link": _link_of(request.url.path, links),
            "back_here": _address(request),
            "user": visitor,
            "status_line": self.frame.status(request, words),
            "troubles": self.frame.troubles(request, words),
        }


def visitor_of(request: Request) -> Visitor | None:
    """Who looks, None for a stranger."""
    visitor: Visitor | None = request.scope.get("user")
    return visitor


def _said_by(words: Words) -> Mapping[str, object]:
    names = ("t", "tell", "n", "with_unit", "kwh", "kw", "watt", "amp", "volt", "span")
    times = ("local", "date", "weekday", "month", "time", "moment")
    return {name: getattr(words, name) for name in (*names, *times)}


def _link_of(path: str, links: Sequence[Link]) -> Link | None:
    """The entry of the navigation that a path belongs to: the one that begins it furthest."""
    under = [link for link in links if path == link.path or (link.path != "/" and path.startswith(f"{link.path}/"))]
    return max(under, key=lambda link: len(link.path), default=None)


def _address(request: Request) -> str:
    """The path with its query, to come back to after a switch; where a form was posted, the page it stood on."""
    if request.method in ("GET", "HEAD"):
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    referer = urlsplit(request.headers.get("referer", ""))
    return referer.path if referer.netloc == request.url.netloc and referer.path else "/"
