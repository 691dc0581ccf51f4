"""An observation of what was recorded: bytes with the times at which they were received."""

from collections.abc import Iterable
from datetime import datetime

from hanport.doctor.observation import Observation, SourceKind
from hanport.doctor.observer import Observer
from hanport.port.decoder import Decoder


def observe(
    pieces: Iterable[tuple[datetime, bytes]],
    *,
    begun_at: datetime,
    until: datetime,
    source: SourceKind = SourceKind.TCP,
    setting: str | None = None,
) -> Observation:
    """What is seen when these pieces come, in this order, between two moments.

    What is half received at the end stays undecided.
    """
    observer = Observer(source, "recorded", asked_s=(until - begun_at).total_seconds())
    decoder = Decoder()
    observer.begin(begun_at, setting)
    for at, data in pieces:
        observer.feed_bytes(at, data)
        for event in decoder.feed(data):
            observer.feed_event(at, event)
    return observer.observation(until)
