"""`hanport doctor SOURCE`: watch a source, say what is the matter with it and what to do."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import click

from hanport.cli.probe import Progress, Tell, examine
from hanport.clock import SystemClock
from hanport.doctor import Evidence, Finding, Observation, Severity, Stretch, diagnose, gather, is_healthy
from hanport.doctor.guide import Words, facts_of, finding_words, restart_guide
from hanport.locale import LANGUAGES, fill, language_of_environment, text
from hanport.models import MODELS
from hanport.port.cipher import Keys
from hanport.sources.address import parse_address

HEALTHY, ILL, NOT_READABLE = 0, 1, 2
_SHOWN_LINE = 79


@dataclass(frozen=True, slots=True)
class Report:
    """An examination with its findings, to be said in one language."""

    evidence: Evidence
    findings: tuple[Finding, ...]
    language: str

    @property
    def exit_code(self) -> int:
        if any(finding.severity is Severity.UNREADABLE for finding in self.findings):
            return NOT_READABLE
        return HEALTHY if is_healthy(self.findings) else ILL

    def say(self, key: str, **numbers: object) -> str:
        return fill("doctor", key, self.language, numbers)

    def words(self, words: Words) -> str:
        return fill("doctor", words.key, self.language, words.numbers)

    @property
    def guide(self) -> str | None:
        """How to restart the meter, where that may help."""
        guide = restart_guide((finding.key for finding in self.findings), self.evidence.model)
        return self.say(guide) if guide else None


def report_on(observation: Observation, language: str) -> Report:
    """Findings of an examination."""
    return Report(gather(observation), diagnose(observation), language)


def as_text(report: Report) -> str:
    """The report for a person."""
    verdict = {HEALTHY: "healthy", ILL: "ill", NOT_READABLE: "unreadable"}[report.exit_code]
    lines = [report.say(f"verdict.{verdict}")]
    for finding in report.findings:
        said, remedy = map(report.words, finding_words(finding))
        if finding.severity is Severity.NOTE:
            said = report.say("label.note", text=said)
        elif not finding.sure:
            said = report.say("label.likely", text=said)
        lines += ["", said, report.say("label.remedy", text=remedy)]
    if report.guide:
        lines += ["", report.guide]
    lines += ["", *_about_model(report)] if report.evidence.model else []
    stretches = report.evidence.observation.stretches
    lines += [
        "",
        report.say(
            "label.seen",
            watched_s=_watched_s(stretches),
            telegrams=sum(each.telegrams_count for each in stretches),
            rejected=sum(_rejected(stretches).values()),
            bytes=sum(each.bytes_count for each in stretches),
        ),
    ]
    return "\n".join(lines)


def _watched_s(stretches: tuple[Stretch, ...]) -> int:
    return round(sum(each.watched_s for each in stretches))


def _rejected(stretches: tuple[Stretch, ...]) -> Counter[str]:
    return sum((Counter(each.damage_counts) for each in stretches), Counter())


def _about_model(report: Report) -> list[str]:
    """What is known of the model, and of those that look like it."""
    model = report.evidence.model
    assert model is not None
    models = [model, *(MODELS[name] for name in model.alike)]
    lines = []
    for each in models:
        numbers = {"plug": str(each.plug), "serial": each.serial, "interval_s": each.interval_s}
        lines += [report.say("label.model", name=each.display), report.say("label.line", **numbers)]
        lines += [f"- {report.words(fact)}" for fact in facts_of(each)]
    return [report.say("label.alike"), *lines] if model.alike else lines


def as_json(report: Report) -> str:
    """The report for a machine: one line."""
    findings = [
        {
            "key": finding.key,
            "severity": finding.severity,
            "sure": finding.sure,
            "numbers": dict(finding.numbers),
            "text": report.words(finding_words(finding)[0]),
            "remedy": report.words(finding_words(finding)[1]),
        }
        for finding in report.findings
    ]
    whole = {
        "healthy": is_healthy(report.findings),
        "findings": findings,
        "guide": report.guide,
        "model": _model_json(report),
        "seen": _seen(report.evidence),
    }
    return json.dumps(whole, ensure_ascii=False)


def _model_json(report: Report) -> Mapping[str, object] | None:
    model = report.evidence.model
    if model is None:
        return None
    return {
        "name": model.name,
        "alike": list(model.alike),
        "maker": model.maker,
        "display": model.display,
        "plug": model.plug,
        "serial": model.serial,
        "interval_s": model.interval_s,
        "facts": [report.words(fact) for fact in facts_of(model)],
    }


def _seen(evidence: Evidence) -> dict[str, object]:
    observation, stretch = evidence.observation, evidence.stretch
    stretches = observation.stretches
    last = stretch.telegrams[-1].telegram if stretch and stretch.telegrams else None
    return {
        "source": observation.source,
        "address": observation.address,
        "watched_s": _watched_s(stretches),
        "settings": [each.setting for each in stretches if each.setting],
        "bytes": sum(each.bytes_count for each in stretches),
        "telegrams": sum(each.telegrams_count for each in stretches),
        "rejected": _rejected(stretches),
        "interval_s": evidence.interval_s,
        "protocol": last.protocol if last else None,
        "identification": last.identification if last else None,
    }


def teller(address: str, language: str) -> Tell:
    """Shows what is being done, on one line of a terminal that is written over."""

    def tell(progress: Progress) -> None:
        doing = text("doctor", "progress.listening", language)
        if progress.setting:
            doing = text("doctor", "progress.setting", language, setting=progress.setting)
        count = text("doctor", "progress.telegrams", language, count=progress.telegrams)
        left = text("doctor", "progress.left", language, seconds=round(progress.left_s))
        line = f"{address}: {doing}, {count}, {left}"
        click.echo(f"\r{line[:_SHOWN_LINE]:<{_SHOWN_LINE}}", err=True, nl=False)

    return tell


def _silence(progress: Progress) -> None:
    """Nobody looks on."""


def _keys(key: str | None, auth: str | None) -> Keys | None:
    """Raises BadParameter for what is no key."""
    if key is None:
        if auth is not None:
            raise click.BadParameter("An authentication key is of no use without --key.", param_hint="--auth")
        return None
    try:
        return Keys(bytes.fromhex(key), bytes.fromhex(auth) if auth is not None else None)
    except ValueError as error:
        raise click.BadParameter(f"{error}. A key has 32 hex digits.", param_hint="--key/--auth") from error


@click.command()
@click.argument("source")
@click.option("--json", "json_wanted", is_flag=True, help="Print one JSON object.")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), help="The language; else that of the environment.")
@click.option("--for", "limit_s", type=click.FloatRange(1, 3600), default=120.0, show_default=True, metavar="SECONDS")
@click.option("--key", metavar="HEX", help="Encryption key, 32 hex digits.")
@click.option("--auth", metavar="HEX", help="Authentication key, 32 hex digits.")
def command(source: str, json_wanted: bool, language: str | None, limit_s: float, **keys: str | None) -> int:
    """Watch SOURCE for up to two minutes, say what is the matter with it and what to do.

    SOURCE is serial:DEVICE, tcp://HOST:PORT, mqtt://HOST:PORT/TOPIC, file:PATH or - for standard input. The watch ends
    when a finding, or health, is sure. Exit code: 0 healthy, 1 something is the matter, 2 the source cannot be read.
    """
    address = parse_address(source)
    opening = _keys(keys["key"], keys["auth"])
    spoken = language or language_of_environment(os.environ)
    on_terminal = sys.stderr.isatty()
    tell = teller(str(address), spoken) if on_terminal else _silence
    observation = asyncio.run(examine(address, clock=SystemClock(), limit_s=limit_s, keys=opening, tell=tell))
    if on_terminal:
        click.echo(f"\r{'':<{_SHOWN_LINE}}\r", err=True, nl=False)
    report = report_on(observation, spoken)
    click.echo(as_json(report) if json_wanted else as_text(report))
    return report.exit_code
