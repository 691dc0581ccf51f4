"""The status line of every page: how the port does, in a sentence."""

from hanport.clock import Clock
from hanport.home.values import PortState, PortStatus
from hanport.web.shell import StatusLine
from hanport.web.words import Words

LEVELS = {
    PortState.STARTING: "quiet",
    PortState.WELL: "well",
    PortState.ILL: "warn",
    PortState.SILENT: "bad",
    PortState.LOST: "bad",
}


def status_line(status: PortStatus, words: Words, clock: Clock) -> StatusLine:
    """The state, and since when where it matters: the time of day, with the day where that is not today."""
    today = words.local(status.since).date() == words.local(clock.now()).date()
    since = words.time(status.since) if today else words.moment(status.since)
    return StatusLine(LEVELS[status.state], words.t(f"status.{status.state}", since=since), "/port")
