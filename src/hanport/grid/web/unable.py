"""What visitors are told when the service itself cannot: that it cannot, and what to do; the cause is in the log.

A cause speaks to the people who run the service, in English, and may name what is none of a visitor's business.
"""

import logging

from starlette.requests import Request
from starlette.responses import Response

from hanport.errors import HanportError
from hanport.grid.masking import masked
from hanport.web.refusals import Handler, refusal
from hanport.web.shell import Shell

_LOG = logging.getLogger(__name__)


def unable(shell: Shell) -> Handler:
    """Answers for an error of ours that no page has met: the disk is full, the database is held by another."""

    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HanportError)
        page = getattr(request.scope.get("route"), "path", "")  # never the address: an id in it belongs to somebody
        facts = {"error": masked(str(error)), "kind": type(error).__name__, "page": page, "method": request.method}
        _LOG.error("page failed", extra=facts)
        return refusal(shell, request, 503, "unable")

    return answer
