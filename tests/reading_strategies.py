"""Readings for property tests: any that a profile can say."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from hanport.port.profiles import Profile
from hanport.port.values import Reading

_RANGES = {0x06: (0, 2**32 - 1), 0x10: (-(2**15), 2**15 - 1), 0x12: (0, 2**16 - 1)}
_FIRST = datetime(2001, 1, 1, 2, tzinfo=UTC)
_SECONDS = int((datetime(2099, 12, 31, tzinfo=UTC) - _FIRST).total_seconds())

TIMES = st.none() | st.integers(0, _SECONDS).map(lambda seconds: _FIRST + timedelta(seconds=seconds))


def readings(profile: Profile, *, complete: bool = False) -> st.SearchStrategy[Reading]:
    """Readings in the resolution and range of a profile; `complete` ones have every field that it sends."""
    fields: dict[str, st.SearchStrategy[object]] = {"at": TIMES}
    for row in profile.rows:
        if row.field is not None:
            low, high = _RANGES.get(
                row.tag, (-(10**9) if row.field.startswith("current") else 0, 10**11 // row.resolution)
            )
            if row.field.startswith("voltage") and profile.name == "kamstrup-hdlc":
                high = 1000  # above, the number is read as hundredths
            values = st.integers(low, high).map(lambda step, row=row: step * row.resolution)  # type: ignore[misc]
            fields[row.field] = values if complete else st.none() | values
    return st.builds(Reading, **fields)
