"""How the staff's pages say things: the law's clock, states, reasons; and what all of these pages are given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from hanport.grid.orders import ENDED, State
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_forms import once_token
from hanport.web.shell import Shell
from hanport.web.words import Words


class Clocked(Protocol):
    """An order, as far as its clock needs it."""

    @property
    def state(self) -> State: ...
    @property
    def deadline_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Clock:
    """What the clock says, and how urgent that is: well, quiet, warn or bad."""

    text: str
    tone: str


_TONES = {
    State.READ_BACK: "well",
    State.FAILED: "bad",
    State.NEEDS_VISIT: "warn",
}


class Saying:
    """In the language of one page, at one instant."""

    def __init__(self, words: Words, at: datetime, warn_hours: float) -> None:
        self._words = words
        self._warn_s = warn_hours * 3600
        self.at = at

    def clock(self, order: Clocked) -> Clock:
        """The law's clock of an order."""
        if order.deadline_at is None:
            return Clock("", "quiet")
        if order.state in ENDED:
            late_s = ((order.ended_at or self.at) - order.deadline_at).total_seconds()
            if order.state is not State.READ_BACK:
                return Clock("", "quiet")
            return Clock(self._words.t("staff.clock.was_late"), "bad") if late_s >= 0 else self._in_time()
        return self.left(order.deadline_at)

    def left(self, due_at: datetime) -> Clock:
        """How long until then."""
        left_s = (due_at - self.at).total_seconds()
        if left_s <= 0:
            return Clock(self._words.t("staff.clock.late", over_s=round(-left_s)), "bad")
        return Clock(
            self._words.t("staff.clock.left", left_s=round(left_s)), "warn" if left_s <= self._warn_s else "quiet"
        )

    def tone(self, state: State) -> str:
        """How a state looks; its words say it."""
        return _TONES.get(state, "quiet")

    def why(self, why: str) -> str:
        """Why an order went its way: our words, or those that somebody wrote."""
        key = f"staff.why.{why}"
        return self._words.t(key) if why and self._words.has(key) else why

    def action(self, action: str) -> str:
        """What the log says was done, in words where there are some."""
        group, _, rest = action.partition(".")
        keys = (f"staff.state.{rest}" if group == "order" else "", f"staff.action.{action}")
        return next((self._words.t(key) for key in keys if key and self._words.has(key)), action)

    def actor(self, actor: str) -> str:
        """Who did it: a member of staff by name, others in words where there are some."""
        key = f"staff.actor.{actor}"
        return self._words.t(key) if self._words.has(key) else actor.removeprefix("staff:")

    def alarm(self, kind: str) -> str:
        """What kind of alarm it is."""
        key = f"staff.alarm.{kind}"
        return self._words.t(key) if self._words.has(key) else kind

    def list_of(self, names: Sequence[str], key: str) -> str:
        """Words in a row."""
        return ", ".join(self._words.t(f"{key}.{name}") for name in names)

    def _in_time(self) -> Clock:
        return Clock(self._words.t("staff.clock.in_time"), "well")


def show(
    shell: Shell, parts: WebParts, request: Request, template: str, *, status: int = 200, **context: object
) -> Response:
    """A page of staff: with `say`, a token for its forms, and what was just done (`?done=` names a text)."""
    words = shell.words(request)
    done = request.query_params.get("done", "")
    key = f"staff.done.{done}"
    shown: dict[str, object] = {
        "say": Saying(words, parts.clock.now(), parts.config.work.alarm_hours_before),
        "once": once_token(),
        "done": words.t(key) if done.isidentifier() and words.has(key) else "",
        "problem": None,
    }
    return shell.page(request, f"staff/{template}.html", status=status, **(shown | context))
