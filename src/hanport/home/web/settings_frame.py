"""What the pages of the settings share: their list, saving, and taking the last change back."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hanport.errors import ConfigError
from hanport.home.config import HomeConfig
from hanport.home.web.parts import WebParts
from hanport.web.shell import Shell

NAMES = ("house", "source", "store", "users", "shares", "tokens", "notices", "data", "about")


@dataclass(frozen=True, slots=True)
class _Last:
    """The last change: what to go back to, and from what."""

    ticket: str
    section: str
    before: HomeConfig
    after: HomeConfig


class SettingsFrame:
    """One for an app. The last change is kept in memory alone: it may hold passwords."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self.parts = parts
        self.shell = shell
        self._last: _Last | None = None

    def page(
        self,
        request: Request,
        section: str,
        /,
        status: int = 200,
        problem: ConfigError | None = None,
        **context: object,
    ) -> Response:
        """A section. `undo` is the ticket of a change that was just saved there."""
        saved = request.query_params.get("saved", "")
        last = self._last
        undo = last.ticket if last and last.section == section and saved == last.ticket else ""
        return self.shell.page(
            request,
            f"settings_{section}.html",
            status=status,
            section=section,
            sections=NAMES,
            undo=undo,
            undone=saved == "undone",
            problem=problem,
            config=self.parts.config(),
            **context,
        )

    async def save(self, section: str, config: HomeConfig, refused: Callable[[ConfigError], Response]) -> Response:
        """Save, and back to the section; `refused` makes the page where the hub cannot."""
        before = self.parts.config()
        if config == before:
            return RedirectResponse(f"/settings/{section}", 303)
        try:
            await self.parts.save_config(config)
        except ConfigError as error:
            return refused(error)
        self._last = _Last(secrets.token_urlsafe(8), section, before, config)
        return RedirectResponse(f"/settings/{section}?saved={self._last.ticket}", 303)

    async def undo(self, request: Request) -> Response:
        """Back to what was before, if nothing else has changed since."""
        ticket = (await form_of(request)).get("ticket", "")
        last, self._last = self._last, None
        if last is None or not secrets.compare_digest(ticket.encode(), last.ticket.encode()):
            return RedirectResponse("/settings", 303)
        if self.parts.config() == last.after:
            await self.parts.save_config(last.before)
        return RedirectResponse(f"/settings/{last.section}?saved=undone", 303)


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form that was sent."""
    async with request.form(max_files=0, max_fields=60) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
