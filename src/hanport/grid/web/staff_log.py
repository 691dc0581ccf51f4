"""The log, the newest entry first, with filters; and the proof that nobody has changed it."""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.audit.verify import Verdict, verify
from hanport.grid.database.work import Work
from hanport.grid.masking import masked
from hanport.grid.staff import log_reading
from hanport.grid.staff.log_reading import Sought
from hanport.grid.staff.roles import Permission
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, needs
from hanport.grid.web.staff_saying import show
from hanport.web.shell import Shell

_PATH = "/staff/log"
_GROUPS = ("order.", "port.", "command.", "staff.", "person.", "import.", "proposal.", "token.", "alarm.")


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/log."""

    async def page(request: Request, verdict: Verdict | None = None) -> Response:
        asked = request.query_params
        before = asked.get("before", "")
        sought = Sought(
            action=asked.get("action", "")[:40],
            actor=asked.get("actor", "")[:60],
            about=asked.get("about", "")[:60],
            before=int(before) if before.isdecimal() and len(before) < 18 else 0,
        )
        if masked(sought.about) != sought.about or masked(sought.actor) != sought.actor:
            return RedirectResponse(_PATH, 303)  # no number of a person is looked for, or shown, here
        found = await parts.read(lambda connection: log_reading.look(connection, sought))
        kept = {name: value for name, value in (("action", sought.action), ("actor", sought.actor)) if value}
        kept |= {"about": sought.about} if sought.about else {}
        following = f"{_PATH}?{urlencode(kept | {'before': found.before})}" if found.before else ""
        context = {"found": found, "sought": sought, "following": following, "groups": _GROUPS, "verdict": verdict}
        return show(shell, parts, request, "log", status=200, **context)

    async def prove(request: Request) -> Response:
        keyring = parts.grid.database.keyring
        verdict = await parts.read(lambda connection: verify(connection, keyring))

        def note(work: Work) -> None:
            work.note("audit.verified", entries=verdict.entries, flaws=verdict.flaws)

        await parts.write(acting(request).actor, note)
        return await page(request, verdict)

    return [
        Route(_PATH, needs(Permission.LOG, page), methods=["GET"]),
        Route(f"{_PATH}/verify", needs(Permission.LOG, prove), methods=["POST"]),
    ]
