"""The company's texts, edited by staff: a preview before anybody else sees it, and the history of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.staff.roles import Permission
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, needs
from hanport.grid.wordings import store
from hanport.grid.wordings.comparing import Piece, compared
from hanport.grid.wordings.kinds import KINDS, TERMS, Kind, WordingError, kind_of
from hanport.grid.wordings.markdown import to_html
from hanport.grid.wordings.shipped import PLACES, filled, shipped
from hanport.grid.wordings.store import ChangedMeanwhile, Version
from hanport.grid.wordings.terms import settle
from hanport.locale import LANGUAGES
from hanport.models import MODELS
from hanport.web.shell import Shell
from hanport.web.words import Words

PATH = "/staff/texts"


@dataclass(frozen=True, slots=True)
class Entry:
    """A text in the list."""

    kind: Kind
    title: str
    version: Version | None
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A version in the history, with what it changed, by language. `can_return`: it can be taken again."""

    version: Version | None  # None: as shipped
    number: int
    changed: Mapping[str, tuple[Piece, ...]]
    can_return: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A text in the making. `expected` is the version that the editor began with."""

    texts: Mapping[str, str]
    expected: int


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/texts."""
    pages = TextPages(parts, shell)
    one = f"{PATH}/{{key}}"
    return [
        Route(PATH, needs(Permission.TEXTS, pages.list), methods=["GET"]),
        Route(one, needs(Permission.TEXTS, pages.show), methods=["GET"]),
        Route(one, needs(Permission.TEXTS, pages.save), methods=["POST"]),
        Route(f"{one}/history", needs(Permission.TEXTS, pages.history), methods=["GET"]),
        Route(f"{one}/revert", needs(Permission.TEXTS, pages.revert), methods=["POST"]),
    ]


class TextPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def list(self, request: Request) -> Response:
        """All texts, and who changed them last."""
        words = self._shell.words(request)
        latest = await self._parts.read(store.latest_of_all)
        entries = [_entry(kind, latest.get(kind.key), words) for kind in KINDS.values()]
        return self._shell.page(
            request,
            "staff/texts.html",
            pages=[each for each in entries if not each.kind.key.startswith("model.")],
            models=[each for each in entries if each.kind.key.startswith("model.")],
        )

    async def show(self, request: Request) -> Response:
        """A text to be edited."""
        kind = _kind(request)
        version = await self._latest(kind)
        return self._edit(request, kind, _begun(kind, version), done=request.query_params.get("done", ""))

    async def save(self, request: Request) -> Response:
        """Look at it first, or make it hold."""
        kind = _kind(request)
        form = await _form_of(request)
        draft = Draft({each: form.get(each, "") for each in LANGUAGES}, _number(form.get("expected", "")))
        if form.get("act") != "save":
            return self._edit(request, kind, draft, preview=self._seen(kind, draft))
        config = self._parts.config
        try:
            number = await self._parts.write(
                acting(request).actor,
                lambda work: store.change(work, config, kind.key, draft.texts, expected=draft.expected),
            )
        except ChangedMeanwhile:
            return await self._collided(request, kind, draft)
        except WordingError as error:
            return self._edit(request, kind, draft, error=error, status=422)
        done = "same" if number == draft.expected else "saved"
        return RedirectResponse(f"{PATH}/{kind.key}?done={done}", 303)

    async def history(self, request: Request) -> Response:
        """All versions, each with what it changed."""
        kind = _kind(request)
        await self._latest(kind)
        steps = await self._parts.read(lambda connection: steps_of(connection, kind))
        words = self._shell.words(request)
        return self._shell.page(
            request, "staff/text_history.html", kind=kind, title=title_of(kind.key, words), steps=steps
        )

    async def revert(self, request: Request) -> Response:
        """Take an older version again."""
        kind = _kind(request)
        form = await _form_of(request)
        number, expected = _number(form.get("number", "")), _number(form.get("expected", ""))
        try:
            await self._parts.write(
                acting(request).actor, lambda work: store.revert(work, kind.key, number, expected=expected)
            )
        except ChangedMeanwhile:
            return RedirectResponse(f"{PATH}/{kind.key}/history", 303)
        except WordingError:
            raise HTTPException(400) from None
        return RedirectResponse(f"{PATH}/{kind.key}?done=reverted", 303)

    async def _latest(self, kind: Kind) -> Version | None:
        """The newest version. Terms are kept before they are edited, so that those before it can be shown for ever."""
        config = self._parts.config
        if kind.key == TERMS:
            return await self._parts.write("system", lambda work: settle(work, config))
        return await self._parts.read(lambda connection: store.latest_of(connection, kind.key))

    async def _collided(self, request: Request, kind: Kind, draft: Draft) -> Response:
        """Somebody was faster: both are shown, and what is saved next comes after the other's."""
        theirs = await self._latest(kind)
        begun = _begun(kind, theirs)
        differs = {each: compared(begun.texts[each], store.tidy(draft.texts[each])) for each in LANGUAGES}
        mine = Draft(draft.texts, begun.expected)
        return self._edit(request, kind, mine, theirs=theirs, differs=differs, status=409)

    def _seen(self, kind: Kind, draft: Draft) -> Mapping[str, Markup | str]:
        """As others would see it, by language."""
        texts = {each: filled(store.tidy(text), self._parts.config) for each, text in draft.texts.items()}
        return texts if kind.is_plain else {each: to_html(text) for each, text in texts.items()}

    def _edit(self, request: Request, kind: Kind, draft: Draft, *, status: int = 200, **more: object) -> Response:
        words = self._shell.words(request)
        none: dict[str, object] = {"done": "", "preview": None, "error": None, "theirs": None, "differs": None}
        return self._shell.page(
            request,
            "staff/text.html",
            status=status,
            kind=kind,
            title=title_of(kind.key, words),
            draft=draft,
            places=PLACES,
            languages=LANGUAGES,
            **none | more,
        )


def title_of(key: str, words: Words) -> str:
    """What staff call a text."""
    group, _, rest = key.partition(".")
    if group == "model":
        return words.t("texts.title.model", name=MODELS[rest.removesuffix(".note")].display)
    return words.t(f"texts.title.{key}")


def steps_of(connection: Connection, kind: Kind) -> list[Step]:
    """The history of a text, the newest first, with the shipped one at its end."""
    versions = store.history(connection, kind.key)
    texts = [{each: version.text(each) for each in LANGUAGES} for version in versions]
    texts.append({} if kind.is_numbered else shipped(kind.key))
    steps = []
    for place, version in enumerate(versions):
        before = texts[place + 1]
        changed = {each: compared(before.get(each, ""), texts[place][each]) for each in LANGUAGES}
        steps.append(Step(version, version.number, changed, can_return=place > 0))
    if not kind.is_numbered:
        steps.append(Step(None, 0, {}, can_return=bool(versions)))
    return steps


def _entry(kind: Kind, version: Version | None, words: Words) -> Entry:
    text = version.text("sv") if version else shipped(kind.key)["sv"]
    return Entry(kind, title_of(kind.key, words), version, is_empty=not text)


def _kind(request: Request) -> Kind:
    try:
        return kind_of(request.path_params["key"])
    except WordingError:
        raise HTTPException(404) from None


def _begun(kind: Kind, version: Version | None) -> Draft:
    texts = {each: version.text(each) for each in LANGUAGES} if version else shipped(kind.key)
    return Draft(texts, version.number if version else 0)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise HTTPException(400)
    return int(text)


async def _form_of(request: Request) -> Mapping[str, str]:
    """Fields as they were typed: staff's forms are else stripped, and lines of a text must not be."""
    async with request.form(max_files=0, max_fields=8) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
