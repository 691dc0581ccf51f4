"""Rules about what the line makes of the bytes: setting, polarity, encryption, bridges, a module without supply."""

import re
from collections.abc import Callable
from itertools import chain

from hanport.doctor.evidence import P1_START, Evidence
from hanport.doctor.finding import Finding, Severity
from hanport.doctor.signal import SURELY_ALIKE, Explanation, explain
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram
from hanport.port.values import Reason

SURE_IDENTIFICATIONS = 2  # a single one may be a telegram that was cut right behind it
SURE_CIPHERS = 2  # one could be noise that looks like the head of an encrypted message

_IDENTIFICATION_LINE = re.compile(P1_START.pattern + rb"[^\r\n]*[\r\n]*")
_LINE_END = re.compile(rb"\r?\n")
_IDENTIFICATION_WITHOUT_BLANK = re.compile(rb"(?m)^(/[A-Za-z]{3}[0-9][^\r\n]*)\r?\n(?!\r?\n)")
_UNIT_WITHOUT_STAR = re.compile(rb"(\d)((?i:kwh|kvarh|kw|kvar)|V|A)\)")


def _without_added_cr(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def _with_cr(data: bytes) -> bytes:
    return _LINE_END.sub(b"\r\n", data)


def _with_blank_line(data: bytes) -> bytes:
    return _IDENTIFICATION_WITHOUT_BLANK.sub(rb"\1\r\n\r\n", _with_cr(data))


def _with_star(data: bytes) -> bytes:
    return _UNIT_WITHOUT_STAR.sub(rb"\1*\2)", data)


# What bridges and gateways do to the bytes, undone: text mode (0x0A became 0x0D 0x0A), CR dropped, the blank line
# behind the identification dropped, the `*` before the unit dropped.
_REPAIRS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("added-cr", _without_added_cr),
    ("lost-cr", _with_cr),
    ("lost-lines", _with_blank_line),
    ("lost-star", _with_star),
    ("lost-lines-and-star", lambda data: _with_star(_with_blank_line(data))),
)


def only_identification(evidence: Evidence) -> Finding | None:
    """Again and again the identification line, and never a row."""
    sample = evidence.sample
    lines = _IDENTIFICATION_LINE.findall(sample)
    if not lines or evidence.telegrams or b"(" in sample or b"!" in sample:
        return None
    if sum(map(len, lines)) < 0.8 * len(sample):  # mostly something else
        return None
    name = lines[-1].strip().decode("latin-1")
    sure = len(lines) >= SURE_IDENTIFICATIONS
    return Finding("only-identification", Severity.ILL, sure, {"identification": name, "count": len(lines)})


def _ciphers(evidence: Evidence) -> int:
    return sum(stretch.damage_counts.get(Reason.CIPHER, 0) for stretch in evidence.observation.stretches)


def encrypted(evidence: Evidence) -> Finding | None:
    """Encrypted telegrams, and nobody gave us keys."""
    count = _ciphers(evidence)
    if not count or evidence.observation.keys_given:
        return None
    return Finding("encrypted", Severity.ILL, count >= SURE_CIPHERS, {"count": count})


def wrong_key(evidence: Evidence) -> Finding | None:
    """Encrypted telegrams that our keys do not open."""
    count = _ciphers(evidence)
    if not count or not evidence.observation.keys_given:
        return None
    return Finding("wrong-key", Severity.ILL, count >= SURE_CIPHERS, {"count": count})


def wrong_setting(evidence: Evidence) -> Finding | None:
    """Telegrams came, with another serial setting than the one that was asked for."""
    stretch, first = evidence.stretch, next(iter(evidence.observation.stretches), None)
    if stretch is None or first is None or not stretch.telegrams_count or stretch.setting == first.setting:
        return None
    return Finding("wrong-setting", Severity.ILL, True, {"works": str(stretch.setting), "asked": str(first.setting)})


def _explanation(evidence: Evidence) -> Explanation | None:
    """What the signal could be, by the stretch that is explained best; None where telegrams came or all is right."""
    if evidence.telegrams:
        return None
    found = [
        explanation
        for stretch in evidence.observation.stretches
        if (explanation := explain(stretch.sample, stretch.setting)) is not None
    ]
    best = max(found, key=lambda each: each.likeness, default=None)
    # A telegram that came as it was sent and is still none is a matter for other rules.
    if any(hypothesis.is_right for explanation in found for hypothesis in explanation.hypotheses):
        return None
    return best


def inverted(evidence: Evidence) -> Finding | None:
    """The signal is upside down: only an inverted line explains the bytes."""
    explanation = _explanation(evidence)
    if explanation is None or not all(hypothesis.inverted for hypothesis in explanation.hypotheses):
        return None
    settings = tuple(sorted({hypothesis.sent for hypothesis in explanation.hypotheses}))
    return Finding("inverted", Severity.ILL, explanation.likeness >= SURELY_ALIKE, {"settings": settings})


def setting_likely(evidence: Evidence) -> Finding | None:
    """The bytes look like telegrams that are read with a wrong serial setting."""
    explanation = _explanation(evidence)
    if explanation is None or all(hypothesis.inverted for hypothesis in explanation.hypotheses):
        return None
    senders = sorted({hypothesis.sent for hypothesis in explanation.hypotheses if not hypothesis.inverted})
    return Finding("setting-likely", Severity.ILL, False, {"settings": tuple(senders)})


def _telegrams_in(data: bytes) -> int:
    decoder = Decoder()
    return sum(isinstance(event, Telegram) for event in chain(decoder.feed(data), decoder.finish()))


def changed_on_the_way(evidence: Evidence) -> Finding | None:
    """A bridge or gateway changes bytes: with its work undone the telegrams are right."""
    stretch = evidence.stretch
    if stretch is None or not evidence.damages or stretch.telegrams_count > len(evidence.damages):
        return None
    as_it_is = _telegrams_in(stretch.sample)
    for change, repair in _REPAIRS:
        repaired = _telegrams_in(repair(stretch.sample))
        if repaired > as_it_is:
            return Finding("changed-on-the-way", Severity.ILL, repaired > as_it_is + 1, {"change": change})
    return None


def not_understood(evidence: Evidence) -> Finding | None:
    """Bytes, and no telegram in them."""
    stretch = evidence.stretch
    if stretch is None or not stretch.bytes_count or stretch.telegrams_count:
        return None
    return Finding("not-understood", Severity.UNREADABLE, False, {"bytes": stretch.bytes_count})
