"""The meter's own time: by the flag it sends alone, never by a calendar.

W is UTC+1 and S is UTC+2. Swedish meters send W all year by the industry's recommendation (v2.0, annex 3), some send
S in summer; read this way both are right, and daylight saving is never guessed.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

_OFFSETS = {"W": timezone(timedelta(hours=1)), "S": timezone(timedelta(hours=2))}
NORMAL_TIME = _OFFSETS["W"]

_P1_CLOCK = re.compile(r"(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})([WS])")

# Meters that send date (0-0:0.9.2) and time (0-0:0.9.1) as two rows and no flag, by the start of their
# identification, with the flag that their time stands for. Iskraemeco AM550 at E.ON: one hour behind the wall clock in
# September.
_DATE_AND_TIME = {r"ISk5\2M550T": "W", "ISK9": "W"}

# COSEM clock status (IEC 62056-6-2, 4.1.6.1): bit 7 says that daylight saving is active, FF that nothing is said.
_DAYLIGHT_SAVING = 0x80
_NOT_SPECIFIED = 0xFF
_DEVIATION_NOT_SPECIFIED = -0x8000
_MAX_OFFSET = timedelta(hours=14)  # the Line Islands'


def from_p1(text: str) -> datetime | None:
    """`YYMMDDhhmmssX` in UTC. None for a clock that is not set (year 00, month 0), has no flag or is no time."""
    match = _P1_CLOCK.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(group) for group in match.groups()[:6])
    if year == 0:  # 000101010000W: the clock starts here after the battery has run out
        return None
    try:
        local = datetime(2000 + year, month, day, hour, minute, second, tzinfo=_OFFSETS[match.group(7)])
    except ValueError:
        return None
    return local.astimezone(UTC)


def from_date_and_time(identification: str, date: str, time: str) -> datetime | None:
    """YYMMDD and hhmmss of a meter known to send two rows, in UTC. None for any other meter."""
    for start, flag in _DATE_AND_TIME.items():
        if identification.startswith(start):
            return from_p1(f"{date[-6:]}{time}{flag}")
    return None


def from_cosem(clock: bytes) -> datetime | None:
    """The 12 bytes of a COSEM date-time in UTC. None where it is not set or no time.

    The deviation counts from local time to UTC, in minutes. Where it is not specified, the daylight saving bit of the
    status is the flag; where that is not specified either (Aidon), the Swedish recommendation's normal time stands.
    """
    year, month, day = int.from_bytes(clock[0:2]), clock[2], clock[3]
    deviation = int.from_bytes(clock[9:11], signed=True)
    status = clock[11]
    if deviation != _DEVIATION_NOT_SPECIFIED:
        offset = timedelta(minutes=-deviation)
    elif status != _NOT_SPECIFIED and status & _DAYLIGHT_SAVING:
        offset = timedelta(hours=2)
    else:
        offset = timedelta(hours=1)
    if year < 2001 or abs(offset) > _MAX_OFFSET:
        return None
    try:
        return datetime(year, month, day, clock[5], clock[6], clock[7], tzinfo=UTC) - offset
    except (ValueError, OverflowError):
        return None


def to_p1(at: datetime, flag: str) -> str:
    """`YYMMDDhhmmssX` of an aware time, with the flag W or S."""
    return f"{at.astimezone(_OFFSETS[flag]):%y%m%d%H%M%S}{flag}"


def to_cosem(at: datetime, *, deviation: int | None, status: int) -> bytes:
    """The 12 bytes of a COSEM date-time in normal time (UTC+1). Deviation in minutes, None for not specified."""
    local = at.astimezone(NORMAL_TIME)
    head = local.year.to_bytes(2) + bytes((local.month, local.day, local.isoweekday()))
    clock = bytes((local.hour, local.minute, local.second, 0xFF))
    shift = _DEVIATION_NOT_SPECIFIED if deviation is None else deviation
    return head + clock + shift.to_bytes(2, signed=True) + bytes((status,))
