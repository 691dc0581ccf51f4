"""The part of the API that tells what staff must know."""

from datetime import datetime

from starlette.responses import Response

from hanport.grid import alarms
from hanport.grid.api.calls import Look, told
from hanport.grid.api.endpoint import Endpoint
from hanport.grid.api.texts import Told
from hanport.grid.tokens import Scope


class AlarmTold(Told):
    """What staff must know. `subject` is a meter, an order, an import or a head-end, by `kind`."""

    kind: str
    subject: str
    says: str
    raised_at: datetime
    due_at: datetime | None


class AlarmsTold(Told):
    """Alarms that are not over, the most urgent first."""

    alarms: list[AlarmTold]


def show_alarms(call: Look) -> Response:
    """Alarms that are not over."""
    with call.grid.database.reading() as connection:
        found = alarms.live(connection)
    return told(AlarmsTold(alarms=[AlarmTold.model_validate(each, from_attributes=True) for each in found]))


ENDPOINTS = (Endpoint("GET", "/alarms", show_alarms, AlarmsTold, "What staff must know", (Scope.READ,)),)
