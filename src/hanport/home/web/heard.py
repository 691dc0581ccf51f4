"""What a trial of a source has heard, in words: for the set-up, and for the settings before they are saved."""

from dataclasses import dataclass, replace

from hanport.doctor import Finding, Severity
from hanport.doctor.guide import finding_words
from hanport.home.web.probing import Heard
from hanport.home.web.trial import Trial
from hanport.models import Model
from hanport.port.telegram import Telegram
from hanport.port.values import Reading
from hanport.web.words import Words

PHASES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class HeardFinding:
    """What is the matter (`is_ill`) or good to know, and what to do."""

    is_ill: bool
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class HeardView:
    """`state` is opening, listening, bytes, telegram or failed; it has the texts `heard.<state>`."""

    state: str
    text: str
    meter: str = ""
    power: str = ""
    way: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    findings: tuple[HeardFinding, ...] = ()
    setting: str = ""
    runs: bool = False


def heard_view(trial: Trial, words: Words) -> HeardView:
    """The trial as it stands."""
    heard = trial.heard()
    if trial.problem is not None:
        finding = HeardFinding(True, trial.problem.problem, trial.problem.remedy)
        return HeardView("failed", words.t("heard.failed"), findings=(finding,))
    if heard is None:
        return HeardView("opening", words.t("heard.opening"))
    state = state_of(heard)
    setting = heard.source.address.partition("?")[2]
    view = HeardView(
        state,
        words.t(f"heard.{state}", count=heard.telegrams_count, bytes=heard.bytes_count),
        findings=tuple(_finding(each, words) for each in heard.findings if _matters(each, heard)),
        setting=setting if state in ("listening", "bytes") else "",
        runs=trial.runs,
    )
    return view if heard.telegram is None else _with_telegram(view, heard.telegram, heard.model, words)


def state_of(heard: Heard) -> str:
    """How far it has come."""
    if heard.telegrams_count:
        return "telegram"
    if heard.bytes_count:
        return "bytes"
    return "listening" if heard.is_open else "opening"


def phases_of(heard: Heard | None) -> int | None:
    """How many phases the meter tells of; None where it tells of none."""
    if heard is None or heard.telegram is None:
        return None
    reading = heard.telegram.reading
    told = [phase for phase in PHASES if _of_phase(reading, "voltage", "mv", phase) is not None]
    told = told or [phase for phase in PHASES if _of_phase(reading, "current", "ma", phase) is not None]
    return None if not told else 1 if told == [1] else 3


def _matters(finding: Finding, heard: Heard) -> bool:
    """While nothing has come, that nothing has come yet is no news."""
    return finding.key != "nothing-yet" and (finding.severity is not Severity.NOTE or heard.telegrams_count > 0)


def _finding(finding: Finding, words: Words) -> HeardFinding:
    text, remedy = (words.tell("doctor", said.key, **said.numbers) for said in finding_words(finding))
    ill = finding.severity is not Severity.NOTE
    if ill and not finding.sure:
        text = words.tell("doctor", "label.likely", text=text)
    return HeardFinding(ill, text, remedy)


def _with_telegram(view: HeardView, telegram: Telegram, model: Model | None, words: Words) -> HeardView:
    reading = telegram.reading
    name = model.display if model else telegram.identification
    facts = [(words.t("heard.energy_import"), words.kwh(reading.energy_import_wh, 3))]
    if reading.energy_export_wh is not None:
        facts.append((words.t("heard.energy_export"), words.kwh(reading.energy_export_wh, 3)))
    for phase in PHASES:
        current, voltage = _of_phase(reading, "current", "ma", phase), _of_phase(reading, "voltage", "mv", phase)
        said = [words.amp(current)] * (current is not None) + [words.volt(voltage)] * (voltage is not None)
        if said:
            facts.append((f"L{phase}", ", ".join(said)))
    power, way = _power(reading, words)
    return replace(view, meter=name or "", power=power, way=way, facts=tuple(facts))


def _power(reading: Reading, words: Words) -> tuple[str, str]:
    """The net power, and which way it goes."""
    taken, given = reading.power_import_w, reading.power_export_w
    if taken is None and given is None:
        return "", ""
    net = (taken or 0) - (given or 0)
    return words.kw(abs(net)), words.t("heard.takes" if net >= 0 else "heard.gives")


def _of_phase(reading: Reading, quantity: str, unit: str, phase: int) -> int | None:
    value: int | None = getattr(reading, f"{quantity}_l{phase}_{unit}")
    return value
