"""The first page: what the port is and needs, and one button to have it opened."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.grid.web.parts import WebParts
from hanport.grid.workdays import STOCKHOLM, next_working_day
from hanport.web.shell import Shell

# The icons of each list stand with its keys.
USES = (("see", "now"), ("charge", "charge"), ("heat", "heat"), ("sun", "theme-light"))
DOINGS = (("status", "/facilities", "find"), ("close", "/facilities", "lock"), ("restart", "/help/silent", "again"))
TO_KNOW = (
    ("supply", "socket"),
    ("plug", "port"),
    ("one_way", "out"),
    ("access", "lock"),
    ("move", "house"),
    ("warranty", "check"),
)
QUESTIONS = ("why", "what", "see", "bill", "sign", "not_me")


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/`."""

    async def show(request: Request) -> Response:
        wordings = await parts.wordings()
        language = shell.words(request).language
        today = parts.clock.now().astimezone(STOCKHOLM).date()
        return shell.page(
            request,
            "start.html",
            lead=wordings.html("start.lead", language),
            more=wordings.html("start.more", language),
            hours=wordings.html("contact.hours", language),
            due=next_working_day(today),
            warranty_years=parts.config.warranty.years,
            uses=USES,
            doings=DOINGS,
            to_know=TO_KNOW,
            questions=QUESTIONS,
        )

    return [Route("/", show)]
