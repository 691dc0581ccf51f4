"""The section of the source: listened to for trial before it is saved."""

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.errors import ConfigError
from hanport.home.config import SourceTable
from hanport.home.web.access import owner_only
from hanport.home.web.devices import serial_devices
from hanport.home.web.heard import heard_view
from hanport.home.web.probing import SourceProbe
from hanport.home.web.settings_frame import SettingsFrame, form_of
from hanport.home.web.source_form import WrongSource, fields_of, source_of, typed_fields
from hanport.home.web.trial import Trial
from hanport.sources.address import SerialAddress, TcpAddress, parse_address


class SourcePages:
    """/settings/source, and the trial of another one."""

    def __init__(self, frame: SettingsFrame) -> None:
        self._frame = frame
        self._trial = Trial(SourceProbe(frame.parts.clock), frame.parts.clock)

    def routes(self) -> list[BaseRoute]:
        """All for owners."""
        return [
            Route("/settings/source", owner_only(self.show), methods=["GET"]),
            Route("/settings/source", owner_only(self.take), methods=["POST"]),
            Route("/settings/source/trial", owner_only(self.show_trial), methods=["GET"]),
            Route("/settings/source/trial", owner_only(self.end_trial), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """What is set."""
        return self._page(request)

    async def take(self, request: Request) -> Response:
        """Save, or (with `try`) listen to it first. What the hub itself reads cannot be opened twice."""
        form = await form_of(request)
        config = self._frame.parts.config()
        try:
            source = source_of(form, config.source)
        except WrongSource as error:
            said = self._frame.shell.words(request).t(f"source.wrong.{error.field}")
            return self._page(request, form, status=422, wrong={error.field: said})
        if form.get("try") and not is_same_place(source, config.source):
            await self._trial.begin(source)
            return RedirectResponse("/settings/source/trial", 303)
        return await self._save(request, source, form)

    async def show_trial(self, request: Request) -> Response:
        """What is heard; `part` gives that alone."""
        if self._trial.source is None:
            return RedirectResponse("/settings/source", 303)
        view = heard_view(self._trial, self._frame.shell.words(request))
        if request.query_params.get("part"):
            return self._frame.shell.page(request, "heard.html", heard=view)
        address = shown_address(self._trial.source)
        return self._frame.page(request, "source_trial", heard=view, address=address)

    async def end_trial(self, request: Request) -> Response:
        """Save what was tried, with the serial setting by which it was heard; or leave it."""
        form = await form_of(request)
        source, heard = self._trial.source, self._trial.heard()
        await self._trial.stop()
        self._trial.source = None
        if source is None or not form.get("save"):
            return RedirectResponse("/settings/source", 303)
        if heard is not None and heard.telegrams_count:
            source = heard.source
        return await self._save(request, source, {})

    async def _save(self, request: Request, source: SourceTable, form: Mapping[str, str]) -> Response:
        config = msgspec.structs.replace(self._frame.parts.config(), source=source)
        return await self._frame.save(
            "source", config, lambda error: self._page(request, form, status=503, problem=error)
        )

    def _page(
        self,
        request: Request,
        form: Mapping[str, str] | None = None,
        *,
        status: int = 200,
        wrong: Mapping[str, str] | None = None,
        problem: ConfigError | None = None,
    ) -> Response:
        source = self._frame.parts.config().source
        return self._frame.page(
            request,
            "source",
            status,
            problem,
            devices=serial_devices(),
            fields_now=typed_fields(fields_of(source), form),
            address=shown_address(source),
            wrong=wrong or {},
        )


def is_same_place(one: SourceTable, other: SourceTable) -> bool:
    """Whether both are read from the same device or server, with whatever setting or key."""
    try:
        places = [parse_address(each.address) for each in (one, other)]
    except ConfigError:
        return False
    match places:
        case [SerialAddress(device), SerialAddress(same)]:
            return device == same
        case [TcpAddress(host, port), TcpAddress(same, also)]:
            return (host, port) == (same, also)
    return False


def shown_address(source: SourceTable) -> str:
    """An address without its password."""
    try:
        return str(parse_address(source.address)) if source.address else ""
    except ConfigError:
        return source.address
