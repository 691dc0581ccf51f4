"""A notice: that the port is silent, that it is back, or a trial; and what it says in the language of the house."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from hanport.home.values import PortState
from hanport.locale import fill, has_text, text

LOCAL = ZoneInfo("Europe/Stockholm")
# Findings whose remedy holds without their numbers, and says what to do in a silence.
_REMEDIES = ("silent-since", "nothing-came", "source-")
_BY_STATE = {PortState.SILENT: "silent", PortState.LOST: "lost", PortState.ILL: "garbled"}


class Kind(StrEnum):
    """What is told."""

    SILENT = "silent"
    BACK = "back"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice, for whoever gets it. `at`, `since` and `until` are aware, in UTC.

    `id` is the same however often it has to be tried, so that a receiver can tell a repetition. `finding` and `guide`
    are keys of the catalog `doctor`; `guide` is None where a restart does not help.
    """

    id: str
    kind: Kind
    at: datetime
    hub: str
    language: str
    state: PortState = PortState.WELL
    since: datetime | None = None
    until: datetime | None = None
    finding: str = ""
    guide: str | None = None

    @property
    def silent_s(self) -> int:
        """How long the port has been, or was, away."""
        if self.since is None:
            return 0
        return max(0, round(((self.until or self.at) - self.since).total_seconds()))

    @property
    def _key(self) -> str:
        return _BY_STATE.get(self.state, "silent") if self.kind is Kind.SILENT else self.kind

    def _say(self, key: str) -> str:
        numbers: Mapping[str, object] = {
            "hub": self.hub,
            "since": _moment(self.since),
            "until": _moment(self.until),
            "silent_s": self.silent_s,
        }
        return fill("notices", key, self.language, numbers)

    @property
    def subject(self) -> str:
        """In one line."""
        return self._say(f"{self._key}.subject")

    @property
    def body(self) -> str:
        """What is the matter, what to do, and how to restart the meter where that may help."""
        parts = [self._say(f"{self._key}.text")]
        if self.kind is Kind.SILENT:
            remedy = f"{self.finding}.remedy"
            if self.finding.startswith(_REMEDIES) and has_text("doctor", remedy):
                said = text("doctor", remedy, self.language)
                parts.append(text("notices", "remedy", self.language, text=said))
            if self.guide is not None:
                parts.append(text("doctor", self.guide, self.language).strip())
        parts.append(text("notices", "signature", self.language, hub=self.hub))
        return "\n\n".join(parts) + "\n"

    def values(self) -> dict[str, object]:
        """For machines: keys and numbers, and the words as well."""
        return {
            "id": self.id,
            "event": {Kind.SILENT: "port.silent", Kind.BACK: "port.back", Kind.TEST: "test"}[self.kind],
            "at": _stamp(self.at),
            "hub": self.hub,
            "state": self.state,
            "finding": self.finding,
            "since": _stamp(self.since),
            "until": _stamp(self.until),
            "silent_s": self.silent_s,
            "language": self.language,
            "subject": self.subject,
            "text": self.body,
        }


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(LOCAL):%Y-%m-%d %H:%M}"


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"
