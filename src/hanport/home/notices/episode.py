"""An absence of the port, what is owed to whom because of it, and what has been told: one value that survives restarts.

Pure. It is kept in the note `notices`. What is owed is told at least once: only where the hub ends between the sending
and the writing down it is told twice, with the same id.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hanport.home.notices.notice import Kind
from hanport.home.values import PortState

# Older news are none: a way that has failed for so long gets no more of that absence.
GIVEN_UP_AFTER = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Episode:
    """The last absence. `back_at` is None while it lasts, `since` is None where there was none yet.

    `owed`: way -> what it has still to be told. `told`: the ways that have been told of an absence, and of no return.
    """

    since: datetime | None = None
    state: PortState = PortState.WELL
    finding: str = ""
    back_at: datetime | None = None
    owed: Mapping[str, Kind] = field(default_factory=dict)
    told: frozenset[str] = frozenset()

    @property
    def lasts(self) -> bool:
        """Whether the port is away."""
        return self.since is not None and self.back_at is None


@dataclass(frozen=True, slots=True)
class Seen:
    """The port at a moment. `away` is None where that is not known yet: the hub has just started."""

    at: datetime
    away: bool | None
    since: datetime
    state: PortState
    finding: str


def see(episode: Episode, seen: Seen, ways: Iterable[str], after: timedelta) -> Episode:
    """The episode after a look at the port; `ways` are those that are switched on now."""
    ways = frozenset(ways)
    owed = {way: kind for way, kind in episode.owed.items() if way in ways}
    episode = replace(episode, owed=owed, told=episode.told & ways)
    if seen.away:
        episode = _away(episode, seen)
        if episode.since is not None and seen.at - episode.since >= after:
            due = ways - episode.told
            episode = replace(episode, owed={**dict.fromkeys(due, Kind.SILENT)})
    elif seen.away is False and episode.lasts:
        owed = dict.fromkeys(episode.told | episode.owed.keys(), Kind.BACK)
        episode = replace(episode, back_at=_back_at(episode, seen), owed=owed)
    return _without_old_news(episode, seen.at)


def _away(episode: Episode, seen: Seen) -> Episode:
    if not episode.lasts:  # whoever waits for the return of the last one has not heard of it: for them it goes on
        return Episode(seen.since, seen.state, seen.finding, told=episode.told)
    # A clock that was set moves the same silence; another kind of absence goes on from where it began.
    since = seen.since if seen.state is episode.state else episode.since
    return replace(episode, since=since, state=seen.state, finding=seen.finding)


def _back_at(episode: Episode, seen: Seen) -> datetime:
    """A port that is well has been since its first telegram."""
    known = seen.state is PortState.WELL and episode.since is not None and seen.since > episode.since
    return seen.since if known else seen.at


def _without_old_news(episode: Episode, at: datetime) -> Episode:
    if episode.back_at is None or at - episode.back_at < GIVEN_UP_AFTER:
        return episode
    return replace(episode, owed={}, told=frozenset())


def tell(episode: Episode, way: str, kind: Kind) -> Episode:
    """The episode after a way was told. What has changed meanwhile is still owed."""
    if episode.owed.get(way) is not kind:
        return episode
    owed = {each: other for each, other in episode.owed.items() if each != way}
    told = episode.told | {way} if kind is Kind.SILENT else episode.told - {way}
    return replace(episode, owed=owed, told=told)


def to_note(episode: Episode) -> dict[str, Any]:
    """As it is kept."""
    return {
        "since": _stamp(episode.since),
        "state": episode.state,
        "finding": episode.finding,
        "back_at": _stamp(episode.back_at),
        "owed": dict(episode.owed),
        "told": sorted(episode.told),
    }


def from_note(note: Any) -> Episode:
    """What was kept. What cannot be read is no absence."""
    try:
        return Episode(
            since=_moment(note["since"]),
            state=PortState(note["state"]),
            finding=str(note["finding"]),
            back_at=_moment(note["back_at"]),
            owed={str(way): Kind(kind) for way, kind in note["owed"].items()},
            told=frozenset(map(str, note["told"])),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return Episode()


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
