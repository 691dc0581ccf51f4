"""What is known of a meter model, in words: the data sheet that customers read before they buy a reader."""

from collections.abc import Sequence
from dataclasses import dataclass

from hanport.doctor.guide import facts_of
from hanport.models import MODELS, Model, Sure, registered
from hanport.web.words import Words

_DOCTOR = "doctor"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A data sheet in one language. `sends` are the kinds of values, `rows` the OBIS codes in the order sent."""

    model: Model
    supply: str
    clock: str
    about: tuple[str, ...]
    faults: tuple[str, ...]
    checks: tuple[str, ...]
    sends: tuple[str, ...]
    alike: tuple[Model, ...]
    sources: tuple[tuple[str, str, str], ...]  # what about, from where, how sure


# The kinds of values, by what stands in the codes of their rows: C.D of A-B:C.D.E (IEC 62056-61).
_TOTAL, _PHASES = (1, 2), (21, 22, 41, 42, 61, 62)
_GROUPS: tuple[tuple[str, frozenset[tuple[int, int]]], ...] = (
    ("energy", frozenset((c, 8) for c in _TOTAL)),
    ("power", frozenset((c, 7) for c in _TOTAL)),
    ("phase-power", frozenset((c, 7) for c in _PHASES)),
    ("voltage", frozenset((c, 7) for c in (32, 52, 72))),
    ("current", frozenset((c, 7) for c in (31, 51, 71))),
    ("reactive-energy", frozenset((c, 8) for c in (3, 4))),
    ("reactive-power", frozenset((c, 7) for c in (3, 4))),
)


def sheet_of(model: Model, words: Words) -> Sheet:
    """The data sheet of a model."""
    supply, clock, *known = (words.tell(_DOCTOR, each.key, **each.numbers) for each in facts_of(model))
    return Sheet(
        model=model,
        supply=supply,
        clock=clock,
        about=tuple(known[: len(model.facts)]),
        faults=tuple(known[len(model.facts) :]),
        checks=_checks(model, words),
        sends=tuple(words.tell(_DOCTOR, f"word.{group}") for group in groups_of(model)),
        alike=tuple(MODELS[name] for name in model.alike),
        sources=tuple((each.about, each.origin, words.t(f"sheet.sure.{each.sure}")) for each in model.sources),
    )


def sure_words(words: Words) -> list[tuple[str, str]]:
    """What the marks of how sure a fact is mean."""
    return [(words.t(f"sheet.sure.{sure}"), words.t(f"sheet.sure.{sure}.text")) for sure in Sure]


def groups_of(model: Model) -> tuple[str, ...]:
    """The kinds of values that a model sends, as words of the doctor's."""
    sent = {_quantity(code) for code in model.rows}
    return tuple(group for group, quantities in _GROUPS if sent & quantities)


def found(asked: str) -> Sequence[Model]:
    """The models that have all words of a search in their maker or name, or may be what it names; all for none."""
    wanted = asked.casefold().split()
    by_name = [model for model in MODELS.values() if all(word in _searched(model) for word in wanted)]
    return by_name or registered("", asked)


def _searched(model: Model) -> str:
    return f"{model.maker} {model.display} {model.name}".casefold()


def _checks(model: Model, words: Words) -> tuple[str, ...]:
    said = [
        words.t("sheet.check.plug", plug=model.plug.value),
        words.t(f"sheet.check.own.{model.supply.own}"),
        words.t("sheet.check.setting", serial=model.serial),
    ]
    return (*said, words.t("sheet.check.inverted")) if model.inverted else tuple(said)


def _quantity(code: str) -> tuple[int, int]:
    quantity, kind, _ = code.partition(":")[2].split(".")
    return int(quantity), int(kind)
