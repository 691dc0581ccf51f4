"""How the port does, in sentences: the doctor's findings, the day, the clock, the hangs, what is known of the model."""

from dataclasses import dataclass

from hanport.doctor import Finding, Severity
from hanport.doctor.guide import Words as Said
from hanport.doctor.guide import facts_of, finding_words, guide_of
from hanport.home.health import Guide, Health, Stage
from hanport.home.web.pagedata_words import HomeWords
from hanport.models import MODELS, Model, Sure

DOCTOR = "doctor"
_WHOLE_FROM_S = 5


@dataclass(frozen=True, slots=True)
class SaidFinding:
    """A finding in words. `kind` is ill, likely or note."""

    kind: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class SaidModel:
    """A meter model: its name, its plug and line, what is known of it, and where from."""

    name: str
    line: str
    facts: tuple[str, ...]
    sources: tuple[str, ...]


def finding_said(finding: Finding, words: HomeWords) -> SaidFinding:
    """A finding of the doctor for the page."""
    text, remedy = (tell(said, words) for said in finding_words(finding))
    kind = "note" if finding.severity is Severity.NOTE else "ill" if finding.sure else "likely"
    return SaidFinding(kind, text, remedy)


def tell(said: Said, words: HomeWords) -> str:
    """A text of the doctor."""
    return words.tell(DOCTOR, said.key, **said.numbers)


def models_said(model: Model | None, words: HomeWords) -> list[SaidModel]:
    """The model, and those that send the same and so cannot be told from it."""
    if model is None:
        return []
    return [_model_said(each, words) for each in (model, *(MODELS[name] for name in model.alike))]


def _model_said(model: Model, words: HomeWords) -> SaidModel:
    line = words.tell(DOCTOR, "label.line", plug=str(model.plug), serial=model.serial, interval_s=model.interval_s)
    sources = tuple(f"{source.origin} ({words.t(f'sure.{source.sure}')})" for source in model.sources)
    return SaidModel(model.display, line, tuple(tell(said, words) for said in facts_of(model)), sources)


def sure_words(words: HomeWords) -> list[tuple[str, str]]:
    """What the marks of how sure a fact is mean."""
    return [(words.t(f"sure.{sure}"), words.t(f"sure.{sure}.text")) for sure in Sure]


def interval_said(health: Health, words: HomeWords) -> str:
    """How many seconds lie between telegrams; tenths only where they come fast. Empty where that is not known."""
    if health.interval_s is None:
        return ""
    return words.n(health.interval_s, 0 if health.interval_s >= _WHOLE_FROM_S else 1)


def clock_said(health: Health, words: HomeWords) -> str:
    """How the meter's clock runs."""
    clock = health.clock
    if clock.offset_ms is None:
        return words.t("port.clock.unknown")
    off_s = round(abs(clock.offset_ms) / 1000)
    side = "ahead" if clock.offset_ms > 0 else "behind"
    key = "right" if clock.state == "right" else "hour" if clock.state == "hour-off" else side
    said = words.t(f"port.clock.{key}", off_s=off_s)
    if clock.drift_ms_per_day is None or abs(clock.drift_ms_per_day) < 100:
        return said
    drift = words.n(abs(clock.drift_ms_per_day) / 1000, 1)
    return f"{said} {words.t('port.clock.drift_' + ('fast' if clock.drift_ms_per_day > 0 else 'slow'), drift=drift)}"


def hangs_said(health: Health, words: HomeWords) -> list[str]:
    """What the history of silences looks like; empty where it never hung."""
    hangs = health.hangs
    said = []
    if hangs.now:
        said.append(words.t("port.hang.now"))
    if hangs.count and hangs.between_days is not None:
        key = "port.hang.once" if hangs.count == 1 else "port.hang.often"
        said.append(words.t(key, count=hangs.count, days=hangs.between_days))
    if hangs.feed_reader:
        said.append(words.t("port.hang.feed"))
    return said


@dataclass(frozen=True, slots=True)
class SaidGuide:
    """The restart in words: its steps, the one that is on, and what is to be said of how it went."""

    offered: bool  # a restart may help now
    stage: Stage
    step: int
    steps: tuple[str, ...]
    title: str
    ending: str


def guide_said(health: Health, words: HomeWords) -> SaidGuide:
    """The guide by which this meter is restarted."""
    guide = health.guide
    key = health.restart_guide or guide_of(health.model)
    title, *lines = words.tell(DOCTOR, key).strip().splitlines()
    steps = tuple(line.partition(". ")[2] for line in lines)
    return SaidGuide(health.restart_guide is not None, guide.stage, guide.step, steps, title, _ending(guide, words))


def _ending(guide: Guide, words: HomeWords) -> str:
    if guide.ending is None:
        return ""
    at = words.moment(guide.back_at) if guide.back_at else ""
    return words.t(f"guide.ending.{guide.ending}", at=at)
