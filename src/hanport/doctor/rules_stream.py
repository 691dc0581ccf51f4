"""Rules about the stream of telegrams: silence, damage, cuts, noise."""

import re

from hanport.doctor.evidence import P1_START, USUAL_INTERVAL_S, Evidence
from hanport.doctor.finding import Finding, Number, Severity
from hanport.doctor.observation import Damage
from hanport.port.values import Reason

# A meter may be silent for a minute after its supply came back (recommendation v2.0, footnote 3).
START_SILENCE_S = 60
# After telegrams, three intervals without a byte are suspicious, a single lost telegram is not, and 30 s are the least.
# Sure is only what is longer than the silence of a meter that has just been started, and than the slowest interval.
SILENT_INTERVALS = 3
SILENT_AT_LEAST_S = 30
SURELY_SILENT_S = 65

MANY_DAMAGED = 3
HUNDREDS = 100
MANY_SHARE = 0.3  # a cable that spoils every third telegram is bad; noise of a motor spoils one now and then
FEW_SHARE = 0.05  # below, nothing has to be done: the next telegram is ten seconds away
SURE_DAMAGED = 5

# Longer than an interval and its lost telegram take: the module was away, not just a telegram.
AWAY_INTERVALS = 2.5
CUT_IS_KNOWN_S = 15  # after the pause: the decoder knows a cut by the next telegram, at the latest by its end
OFTEN_NOISY = 3

_P1_END = re.compile(rb"!(?:[0-9A-Fa-f]{4}|\r?\n)")
_SPOILED = (Reason.CRC, Reason.FRAMING)


def nothing_came(evidence: Evidence) -> Finding | None:
    """Not one byte: closed, hung, without supply, or not connected. It cannot be told from outside which."""
    stretches = evidence.observation.stretches
    if not stretches or not evidence.observation.source.live or any(stretch.bytes_count for stretch in stretches):
        return None
    watched_s = round(sum(stretch.watched_s for stretch in stretches))
    if watched_s <= START_SILENCE_S:
        return Finding("nothing-yet", Severity.ILL, False, {"watched_s": watched_s})
    return Finding("nothing-came", Severity.ILL, False, {"watched_s": watched_s})


def _is_silence(evidence: Evidence, silent_s: float) -> bool:
    least_s = SURELY_SILENT_S if evidence.interval_s is None else SILENT_AT_LEAST_S
    return silent_s > max(least_s, SILENT_INTERVALS * evidence.expected_interval_s)


def silent_since(evidence: Evidence) -> Finding | None:
    """Telegrams came, and then nothing any more."""
    stretch = evidence.stretch
    if stretch is None or not stretch.telegrams_count or not evidence.observation.source.live:
        return None
    if stretch.last_byte_at is None or not _is_silence(evidence, evidence.silent_s):
        return None
    if evidence.silent_s <= SURELY_SILENT_S and _aways(evidence):  # away again, as before
        return None
    since = stretch.last_byte_at.isoformat(timespec="seconds")
    numbers: dict[str, Number] = {"silent_s": round(evidence.silent_s), "since": since}
    return Finding("silent-since", Severity.ILL, evidence.silent_s > SURELY_SILENT_S, numbers)


def garbled_since(evidence: Evidence) -> Finding | None:
    """Telegrams came, and then only bytes that are none."""
    stretch = evidence.stretch
    if stretch is None or not stretch.telegrams or not evidence.observation.source.live:
        return None
    garbled_s = (stretch.ended_at - stretch.telegrams[-1].at).total_seconds()
    if not _is_silence(evidence, garbled_s) or _is_silence(evidence, evidence.silent_s):
        return None
    return Finding("garbled-since", Severity.ILL, garbled_s > SURELY_SILENT_S, {"garbled_s": round(garbled_s)})


def start_silence(evidence: Evidence) -> Finding | None:
    """It took longer than an interval until the first byte came: perhaps the meter had just been started."""
    stretch = evidence.stretch
    if stretch is None or not stretch.telegrams_count or stretch.first_byte_at is None:
        return None
    waited_s = (stretch.first_byte_at - stretch.begun_at).total_seconds()
    if waited_s <= 1.5 * evidence.expected_interval_s:
        return None
    return Finding("start-silence", Severity.NOTE, True, {"waited_s": round(waited_s)})


def _places(damages: tuple[Damage, ...]) -> int:
    """How many telegrams were hit: one spoiled telegram may come out as several rejections."""
    return len({(damage.after, damage.at) for damage in damages})


def _spoiled(evidence: Evidence) -> tuple[int, int]:
    """Telegrams that were spoiled, and all of them."""
    stretch = evidence.stretch
    if stretch is None:
        return 0, 0
    hit = _places(tuple(damage for damage in evidence.damages if damage.whole and damage.reason in _SPOILED))
    return hit, hit + stretch.telegrams_count


def _is_bad(spoiled: int, total: int) -> bool:
    if spoiled >= HUNDREDS:
        return True
    return 0 < spoiled >= MANY_SHARE * total and (spoiled >= MANY_DAMAGED or spoiled == total)


def bad_checksums_many(evidence: Evidence) -> Finding | None:
    """Many telegrams come with wrong checksums: the cable, or the reader's input."""
    spoiled, total = _spoiled(evidence)
    if not _is_bad(spoiled, total) or _noisy_places(evidence) > spoiled:  # noise hits a telegram now and then, too
        return None
    return Finding("bad-checksums-many", Severity.ILL, spoiled >= SURE_DAMAGED, {"spoiled": spoiled, "total": total})


def bad_checksums_few(evidence: Evidence) -> Finding | None:
    """A telegram now and then comes with a wrong checksum: a disturbance."""
    spoiled, total = _spoiled(evidence)
    if not spoiled or _is_bad(spoiled, total):
        return None
    severity = Severity.NOTE if spoiled < FEW_SHARE * total else Severity.ILL
    return Finding("bad-checksums-few", severity, False, {"spoiled": spoiled, "total": total})


def _cuts(evidence: Evidence) -> list[Damage]:
    """Telegrams that began and did not end, as the decoder saw them."""
    begun = [damage for damage in evidence.damages if not damage.whole]
    return list({(damage.after, damage.at): damage for damage in begun}.values())


def _without_end(evidence: Evidence) -> int:
    """Starts of P1 telegrams that no end follows. The decoder waits for an end where the next start is not seen to
    begin a line: many cuts in a row come out as few, and late.
    """
    starts, ends = len(P1_START.findall(evidence.sample)), len(_P1_END.findall(evidence.sample))
    return max(0, starts - ends - 1)  # the last one may still be coming


def _aways(evidence: Evidence) -> list[float]:
    """How long nothing came behind a cut, where that was longer than the interval explains."""
    stretch = evidence.stretch
    if stretch is None or not evidence.observation.source.live:
        return []
    limit_s = AWAY_INTERVALS * min(evidence.expected_interval_s, USUAL_INTERVAL_S)
    return [
        pause.lasted_s
        for pause in stretch.pauses
        if pause.lasted_s > limit_s
        and any(0 <= (cut.at - pause.ended_at).total_seconds() <= CUT_IS_KNOWN_S for cut in _cuts(evidence))
    ]


def supply_sags(evidence: Evidence) -> Finding | None:
    """Telegrams stop in their middle, and the module is then away for a while: its supply gives way."""
    aways = _aways(evidence)
    if not aways:
        return None
    return Finding("supply-sags", Severity.ILL, len(aways) > 1, {"count": len(aways), "away_s": round(max(aways))})


def cut(evidence: Evidence) -> Finding | None:
    """Telegrams stop in their middle, and the next one comes on time: Data Request drops, or bytes get lost."""
    count = max(len(_cuts(evidence)), _without_end(evidence)) - len(_aways(evidence))
    if count <= 0 or _noisy_places(evidence) > count:  # noise in a telegram can look like its end
        return None
    return Finding("cut", Severity.ILL, count > 1, {"count": count})


def _noisy_places(evidence: Evidence) -> int:
    return _places(tuple(damage for damage in evidence.damages if damage.reason is Reason.NOISE))


def noise(evidence: Evidence) -> Finding | None:
    """Bytes between the telegrams that belong to none."""
    stretch = evidence.stretch
    noisy = tuple(damage for damage in evidence.damages if damage.reason is Reason.NOISE)
    if stretch is None or not stretch.telegrams_count or not noisy:
        return None
    places = _noisy_places(evidence)
    severity = Severity.ILL if places >= OFTEN_NOISY else Severity.NOTE
    total = sum(damage.length for damage in noisy)
    return Finding("noise", severity, places >= OFTEN_NOISY, {"places": places, "bytes": total})
