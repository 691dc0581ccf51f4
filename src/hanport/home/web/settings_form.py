"""Settings as fields of a form: each has its place in home.toml, and is checked by the type that stands there.

Secrets are never shown. Left empty they stay, but only while what they are sent to stays as well: otherwise whoever
finds an open browser could have them sent to a place of their own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from hanport.home.config import HomeConfig

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """`place` is as `notice.mail.host`. `kind` is text, number, switch, words (a list) or secret; a secret goes only
    to where the fields `sent_to` say.
    """

    place: str
    kind: str = "text"
    sent_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field: the text `settings.wrong.<key>`, and its numbers."""

    key: str
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What a form makes of the settings; `wrong` by place. With anything wrong, `config` is as it was."""

    config: HomeConfig
    wrong: dict[str, Wrong] = field(default_factory=dict)


def changed(config: HomeConfig, fields: Sequence[Field], form: Mapping[str, str]) -> Change:
    """The settings with what the form says of these fields."""
    tree: Tree = msgspec.to_builtins(config)
    wrong: dict[str, Wrong] = {}
    for each in fields:
        found = _value(each, form, config)
        if not isinstance(found, Wrong):
            found = _checked(found, type_of(each.place))
        if isinstance(found, Wrong):
            wrong[each.place] = found
        else:
            _put(tree, each.place, found)
    return Change(config, wrong) if wrong else Change(msgspec.convert(tree, HomeConfig))


def values_of(config: HomeConfig, fields: Sequence[Field], form: Mapping[str, str] | None = None) -> dict[str, object]:
    """What the fields show: what was typed, or what is set. Of a secret, whether there is one."""
    shown: dict[str, object] = {}
    for each in fields:
        value = get(config, each.place)
        if each.kind == "secret":
            shown[each.place] = bool(value)
        elif each.kind == "switch":
            shown[each.place] = bool(value) if form is None else bool(form.get(each.place))
        elif form is not None:
            shown[each.place] = form.get(each.place, "")
        else:
            shown[each.place] = ", ".join(value) if isinstance(value, tuple) else _plain(value)
    return shown


def get(config: HomeConfig, place: str) -> Any:
    """The value at a place."""
    value: Any = config
    for name in place.split("."):
        value = getattr(value, name)
    return value


def type_of(place: str) -> Any:
    """The type of a place, with its bounds."""
    found: Any = HomeConfig
    for name in place.split("."):
        found = next(each.type for each in msgspec.structs.fields(found) if each.name == name)
    return found


def _plain(value: object) -> str:
    """A number without decimals that say nothing: 10, not 10.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _value(each: Field, form: Mapping[str, str], config: HomeConfig) -> object:
    text = form.get(each.place, "").strip()
    match each.kind:
        case "switch":
            return bool(text)
        case "number":
            return _number(text)
        case "words":
            return [word for word in text.replace(";", ",").replace(",", " ").split() if word]
        case "secret":
            return _secret(each, form, config)
    return text


def _secret(each: Field, form: Mapping[str, str], config: HomeConfig) -> object:
    typed = form.get(each.place, "")
    kept: str = get(config, each.place)
    if form.get(f"forget.{each.place}"):
        return ""
    if typed or not kept:
        return typed
    same = all(form.get(place, "").strip() == _plain(get(config, place)) for place in each.sent_to)
    return kept if same else Wrong("secret")


def _number(text: str) -> object:
    """As people write it, with comma or point and spaces; not a number: the text itself, which its type refuses."""
    plain = "".join(text.split()).replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() else number


def _checked(value: object, wanted: Any) -> object:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        return _why(wanted)
    return value


def _why(wanted: Any) -> Wrong:
    match msgspec.inspect.type_info(wanted):
        case msgspec.inspect.IntType(ge=least, le=most) | msgspec.inspect.FloatType(ge=least, le=most):
            if most is None:
                return Wrong("number_from", {"least": int(least or 0)})
            return Wrong("number", {"least": int(least or 0), "most": int(most)})
        case msgspec.inspect.StrType(pattern=pattern) if pattern is not None:
            return Wrong("pattern")
        case msgspec.inspect.StrType(max_length=most) if most is not None:
            return Wrong("length", {"most": most})
    return Wrong("choice")


def _put(tree: Tree, place: str, value: object) -> None:
    *tables, name = place.split(".")
    for table in tables:
        tree = tree[table]
    tree[name] = value
