"""Instants as the store keeps them: whole milliseconds since 1970 UTC. Pure."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """The millisecond that an aware instant falls into."""
    return (at - EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """The instant, in UTC."""
    return EPOCH + ms * _MS


def from_s(s: int) -> datetime:
    """The instant of a whole second, in UTC."""
    return EPOCH + timedelta(seconds=s)
