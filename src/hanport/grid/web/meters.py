"""The meters: a list that can be searched, and a data sheet for each model."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.grid.web.meter_sheets import found, sheet_of, sure_words
from hanport.grid.web.parts import WebParts
from hanport.grid.wordings.kinds import note_key
from hanport.models import MODELS
from hanport.web.shell import Shell

PATH = "/meters"
_LONGEST = 100  # signs of a search


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/meters` and `/meters/{model}`."""

    async def show_all(request: Request) -> Response:
        asked = " ".join(request.query_params.get("q", "").split())[:_LONGEST]
        return shell.page(request, "meters.html", asked=asked, models=found(asked))

    async def show(request: Request) -> Response:
        model = MODELS.get(request.path_params["model"])
        if model is None:
            return shell.page(request, "meter_unknown.html", status=404)
        words = shell.words(request)
        note = (await parts.wordings()).html(note_key(model.name), words.language)
        sheet = sheet_of(model, words)
        return shell.page(request, "meter.html", sheet=sheet, model=model, note=note, sure=sure_words(words))

    return [Route(PATH, show_all), Route(f"{PATH}/{{model}}", show)]
