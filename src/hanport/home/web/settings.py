"""The settings: a page a section, for owners. Saved into home.toml, and taken back with one click."""

from collections.abc import Mapping
from math import ceil

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.errors import ConfigError, HanportError
from hanport.home.config import HomeConfig
from hanport.home.web.access import Endpoint, owner_only
from hanport.home.web.parts import WebParts
from hanport.home.web.settings_data import DataPages
from hanport.home.web.settings_form import Wrong, changed, values_of
from hanport.home.web.settings_frame import NAMES, SettingsFrame, form_of
from hanport.home.web.settings_sections import SECTIONS, Section, shortens
from hanport.home.web.settings_source import SourcePages
from hanport.home.web.settings_tokens import TokenPages
from hanport.home.web.settings_users import UserPages
from hanport.home.web.setup_steps import USUAL_FUSES_A
from hanport.web.shell import Shell

COMMIT_CHOICES_S = (0, 10, 60, 300)
KEEP_CHOICES_DAYS = (0, 30, 365, 1095)


def routes(parts: WebParts, shell: Shell) -> list[BaseRoute]:
    """/settings and all below it."""
    frame = SettingsFrame(parts, shell)
    found: list[BaseRoute] = [
        Route("/settings", owner_only(_index(frame)), methods=["GET"]),
        Route("/settings/undo", owner_only(frame.undo), methods=["POST"]),
        Route("/settings/about", owner_only(_about(frame)), methods=["GET"]),
    ]
    for section in SECTIONS:
        page = SectionPage(frame, section)
        found.append(Route(f"/settings/{section.name}", owner_only(page.show), methods=["GET"]))
        found.append(Route(f"/settings/{section.name}", owner_only(page.take), methods=["POST"]))
    for pages in (SourcePages(frame), UserPages(frame), TokenPages(frame), DataPages(frame)):
        found += pages.routes()
    return found


class SectionPage:
    """A section whose fields are those of home.toml."""

    def __init__(self, frame: SettingsFrame, section: Section) -> None:
        self._frame = frame
        self._section = section

    async def show(self, request: Request) -> Response:
        """What is set."""
        return self._page(request)

    async def take(self, request: Request) -> Response:
        """Save, or (with `try`) send a notice for trial as the form says it, without saving."""
        form = await form_of(request)
        form = _with_fuse(form) if self._section.name == "house" else form
        before = self._frame.parts.config()
        change = changed(before, self._section.fields, form)
        wrong = change.wrong or self._section.check(before, change.config, form)
        if wrong:
            return self._page(request, form, wrong, status=422)
        if form.get("try"):
            return await self._try(request, form, change.config)
        return await self._frame.save(
            self._section.name, change.config, lambda error: self._page(request, form, status=503, problem=error)
        )

    async def _try(self, request: Request, form: Mapping[str, str], config: HomeConfig) -> Response:
        send, way = self._frame.parts.try_notice, form["try"]
        failed: HanportError | None = None
        if send is None or way not in ("mail", "webhook"):
            return self._page(request, form)
        try:
            await send(way, config, self._frame.shell.words(request).language)
        except HanportError as error:
            failed = error
        return self._page(request, form, tried=way, failed=failed)

    def _page(
        self,
        request: Request,
        form: Mapping[str, str] | None = None,
        wrong: Mapping[str, Wrong] | None = None,
        *,
        status: int = 200,
        problem: ConfigError | None = None,
        **context: object,
    ) -> Response:
        words = self._frame.shell.words(request)
        config = self._frame.parts.config()
        said = {place: words.t(f"settings.wrong.{each.key}", **each.numbers) for place, each in (wrong or {}).items()}
        values = values_of(config, self._section.fields, form)
        more = {"tried": "", "failed": None} | context
        if self._section.name == "house":
            more |= _fuse(values, said)
        if self._section.name == "store":
            more |= _choices(config)
        more |= {"host": _host(request), "base": str(request.base_url).rstrip("/")}
        return self._frame.page(request, self._section.name, status, problem, v=values, wrong=said, **more)


def _host(request: Request) -> str:
    """The name or address by which the visitor came: other programs of the house can use it, too."""
    host = request.url.hostname or "localhost"
    return f"[{host}]" if ":" in host else host


def _with_fuse(form: Mapping[str, str]) -> Mapping[str, str]:
    """The buttons of the usual sizes, or the size that was typed."""
    chosen = form.get("fuse", "other")
    return {
        **form,
        "house.main_fuse_a": form.get("other", "") if chosen == "other" else chosen,
        "house.phases": form.get("phases", ""),
    }


def _fuse(values: Mapping[str, object], said: dict[str, str]) -> dict[str, object]:
    size = str(values["house.main_fuse_a"])
    usual = size in map(str, USUAL_FUSES_A)
    if "house.main_fuse_a" in said:
        said["other"] = said["house.main_fuse_a"]
    return {
        "usual": USUAL_FUSES_A,
        "fuse_a": int(size) if usual else 0,
        "other": "" if usual else size,
        "phases": values["house.phases"],
    }


def _choices(config: HomeConfig) -> dict[str, object]:
    """The usual choices, and what is set where that is none of them."""
    commit, keep = ceil(config.store.commit_every_s), config.store.keep_readings_days
    return {
        "commit_choices": sorted({*COMMIT_CHOICES_S, commit}),
        "keep_choices": sorted({*KEEP_CHOICES_DAYS, keep}),
        "loses": [days for days in KEEP_CHOICES_DAYS if shortens(keep, days)],
    }


def _index(frame: SettingsFrame) -> Endpoint:
    async def index(request: Request) -> Response:
        return frame.shell.page(request, "settings_index.html", section="", sections=NAMES, config=frame.parts.config())

    return index


def _about(frame: SettingsFrame) -> Endpoint:
    async def about(request: Request) -> Response:
        parts = sorted(frame.parts.live.parts.values(), key=lambda part: part.name)
        return frame.page(request, "about", hub_parts=parts, now=frame.parts.clock.now())

    return about
