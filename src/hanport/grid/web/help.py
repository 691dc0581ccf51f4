"""Help: what somebody sees from the port, the likely cause of it, and what to do; and how to restart a meter."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.doctor.guide import USUAL_GUIDE
from hanport.grid.web.parts import WebParts
from hanport.web.shell import Shell
from hanport.web.words import Words

_DOCTOR = "doctor"
_NUMBERED = re.compile(r"\s*\((\d)\) ")


def _frozen(**numbers: str) -> Mapping[str, str]:
    return MappingProxyType(numbers)


@dataclass(frozen=True, slots=True)
class Symptom:
    """What somebody sees, as `symptom.<name>` says it. `finding` is the doctor's that fits, whose remedy is given with
    `numbers` in its places. The cause is the finding's text, or `symptom.<name>.cause` where that would speak of
    measurements. `restart`: restarting the meter may help.
    """

    name: str
    finding: str
    numbers: Mapping[str, str] = field(default_factory=_frozen)
    is_said_by_doctor: bool = False
    restart: bool = False


_SETTING = "115200 8N1"
GROUPS: Mapping[str, tuple[Symptom, ...]] = MappingProxyType(
    {
        "silence": (
            Symptom("nothing", "nothing-came", restart=True),
            Symptom("silent", "silent-since", restart=True),
            Symptom("kam5", "only-identification", _frozen(identification="/KAM5"), is_said_by_doctor=True),
        ),
        "garbage": (
            Symptom("setting", "setting-likely", _frozen(settings=_SETTING)),
            Symptom("inverted", "inverted", is_said_by_doctor=True),
            Symptom("damaged", "bad-checksums-many"),
            Symptom("cut", "cut"),
            Symptom("restarts", "supply-sags"),
        ),
        "values": (
            Symptom("frozen", "frozen", restart=True),
            Symptom("slow", "slow"),
            Symptom("rows", "rows-missing", _frozen(rows="1-0:…")),
        ),
    }
)
SYMPTOMS = {each.name: each for group in GROUPS.values() for each in group}


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/help`, `/help/restart`, and a page for each symptom."""

    async def show_all(request: Request) -> Response:
        more = (await parts.wordings()).html("help.more", shell.words(request).language)
        return shell.page(request, "help.html", groups=GROUPS, more=more)

    async def show_restart(request: Request) -> Response:
        steps = guide_steps(shell.words(request))
        return shell.page(request, "help_restart.html", steps=steps)

    async def show(request: Request) -> Response:
        symptom = SYMPTOMS.get(request.path_params["symptom"])
        if symptom is None:
            raise HTTPException(404)
        words = shell.words(request)
        lead, steps = remedy_of(symptom, words)
        return shell.page(
            request,
            "help_symptom.html",
            symptom=symptom,
            cause=cause_of(symptom, words),
            lead=lead,
            steps=steps,
            guide=guide_steps(words) if symptom.restart else (),
        )

    return [Route("/help", show_all), Route("/help/restart", show_restart), Route("/help/{symptom}", show)]


def cause_of(symptom: Symptom, words: Words) -> str:
    """Why it is so; "" where the remedy itself goes through the causes."""
    if symptom.is_said_by_doctor:
        return words.tell(_DOCTOR, f"{symptom.finding}.text", **symptom.numbers)
    key = f"symptom.{symptom.name}.cause"
    return words.t(key) if words.has(key) else ""


def remedy_of(symptom: Symptom, words: Words) -> tuple[str, tuple[str, ...]]:
    """What to do: a sentence before, and the steps where the doctor counts them as (1), (2), …"""
    text = words.tell(_DOCTOR, f"{symptom.finding}.remedy", **symptom.numbers)
    lead, *parts = _NUMBERED.split(text)
    return lead, tuple(parts[1::2])


def guide_steps(words: Words) -> tuple[str, ...]:
    """The steps by which a meter is restarted."""
    _, *lines = words.tell(_DOCTOR, USUAL_GUIDE).strip().splitlines()
    return tuple(line.partition(". ")[2] for line in lines)
