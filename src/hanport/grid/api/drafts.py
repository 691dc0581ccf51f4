"""The part of the API by which others, as installers, ask the customer of a facility to order its opening."""

from datetime import datetime
from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from hanport.grid.api.calls import Change, Look, told
from hanport.grid.api.endpoint import Endpoint
from hanport.grid.api.problems import NotFound, Refused
from hanport.grid.api.texts import Body, Gsrn, IdInPath, Told
from hanport.grid.database.work import Work
from hanport.grid.ordering import asks
from hanport.grid.ordering.asks import Ask, AskState, TooManyAsks
from hanport.grid.tokens import Scope


class NewDraft(Body):
    """An order to open that the customer is asked to sign. The facility's ID stands on the customer's bill."""

    gsrn: Gsrn


class DraftTold(Told):
    """How a draft stands: nothing of the customer, and nothing of a facility before its customer has signed."""

    id: str
    gsrn: str
    state: AskState
    asked_at: datetime
    ends_at: datetime
    sign_at: Annotated[str, Field(description='Where the customer signs; "" where the service has no public address')]


class DraftsTold(Told):
    """The token's own drafts of the last 90 days, the newest first."""

    drafts: list[DraftTold]


def ask_for_draft(wish: NewDraft, call: Change) -> Response:
    """The customer is told who asks. The answer is the same for a facility that is not known."""

    def do(work: Work) -> DraftTold:
        try:
            return _told(asks.ask(work, call.grid.config, call.token, wish.gsrn), call.grid.config.web.public_url)
        except TooManyAsks as error:
            refused = Refused(429, error.problem, error.remedy)
            refused.headers = {"retry-after": str(error.wait_s)}
            raise refused from None

    return call.writing(do, status=201)


def show_draft(draft_id: IdInPath, call: Look) -> Response:
    """One of the token's own."""
    database = call.grid.database
    with database.reading() as connection:
        found = asks.find(connection, call.token, draft_id, database.clock.now())
    if found is None:
        raise NotFound("This token has no such draft.", "GET /api/v1/drafts lists its drafts.")
    return told(_told(found, call.grid.config.web.public_url))


def show_drafts(call: Look) -> Response:
    """The token's own."""
    database = call.grid.database
    with database.reading() as connection:
        found = asks.asks_of(connection, call.token, database.clock.now())
    return told(DraftsTold(drafts=[_told(each, call.grid.config.web.public_url) for each in found]))


def _told(found: Ask, public_url: str) -> DraftTold:
    return DraftTold(
        id=found.id,
        gsrn=found.gsrn,
        state=found.state,
        asked_at=found.asked_at,
        ends_at=found.ends_at,
        sign_at=f"{public_url}/sign/{found.id}" if public_url else "",
    )


_DRAFTS = (Scope.DRAFTS,)
ENDPOINTS = (
    Endpoint("POST", "/drafts", ask_for_draft, DraftTold, "Ask the customer to order an opening", _DRAFTS, 201),
    Endpoint("GET", "/drafts", show_drafts, DraftsTold, "The token's own drafts", _DRAFTS),
    Endpoint("GET", "/drafts/{draft_id}", show_draft, DraftTold, "How a draft stands", _DRAFTS),
)
