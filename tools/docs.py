"""Write the pages that come from the code: commands, settings, meters, findings, and the picture of `hanport watch`.

`python -m tools.docs` writes them; a test fails while a page does not say what the code says.
"""

import importlib
import io
import json
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from hanport.cli.main import COMMANDS, cli
from hanport.cli.watch_view import Look, Seen, view
from hanport.doctor.finding import Severity
from hanport.grid.api.app import ENDPOINTS as ENDPOINTS_OF_THE_SERVICE
from hanport.grid.config import GridConfig, HeadEndTable
from hanport.grid.ordering.because import MEANINGS
from hanport.grid.orders import ENDED, STEPS, State
from hanport.grid.register.columns import COLUMNS, Column
from hanport.grid.register.event_fields import EVENT_FIELDS, KEY
from hanport.home.config import HomeConfig
from hanport.locale import catalog_texts
from hanport.meter.control import ENDPOINTS
from hanport.meter.control import ROOT as CONTROL
from hanport.meter.faults import FAULTS
from hanport.meter.headend.faults import SUMMARIES
from hanport.meter.house import House
from hanport.meter.register import Energies, Registers
from hanport.meter.setup import HouseSetup
from hanport.models import MODELS
from hanport.port.decoder import Decoder
from hanport.port.profiles import PROFILES
from hanport.port.telegram import Telegram
from hanport.port.write import fit, write

ROOT = Path(__file__).parents[1]
_MADE = "<!-- Written by `make docs`; change the code, not this page. -->\n\n"
# A picture must not fetch anything: the fonts that rich names on a foreign host are left out.
_FETCHED = re.compile(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", re.DOTALL)
_HEAD_ENDS = tuple[HeadEndTable, ...]
_UNIQUE = re.compile(r"terminal-\d+")


def commands_page() -> str:
    """Every command with its help."""
    parts = ["# Commands\n\n", _MADE]
    parts.append(f"```\n{_help(cli, 'hanport')}```\n")
    for name, (module, _) in COMMANDS.items():
        command = importlib.import_module(f"hanport.cli.{module}").command
        parts.append(f"\n## hanport {name}\n\n```\n{_help(command, f'hanport {name}')}```\n")
        parts += _subcommands(command, name)
    return "".join(parts)


def _subcommands(command: click.Command, name: str) -> list[str]:
    if not isinstance(command, click.Group):
        return []
    context = click.Context(command, info_name=f"hanport {name}")
    found = [(each, command.get_command(context, each)) for each in command.list_commands(context)]
    return [
        f"\n### hanport {name} {each}\n\n```\n{_help(inner, f'hanport {name} {each}')}```\n"
        for each, inner in found
        if inner is not None
    ]


def _help(command: click.Command, name: str) -> str:
    names = ["-h", "--help"]
    context = click.Context(command, info_name=name, terminal_width=100, max_content_width=100, help_option_names=names)
    return command.get_help(context) + "\n"


def meters_page() -> str:
    """The meters that are known, with the source of what is said of them."""
    lines = ["# Meters\n\n", _MADE]
    lines.append("What hanport knows of each model; telegrams of other meters are decoded as well.\n\n")
    lines.append("| model | name for `--model` | plug | serial | every | supply of the reader | sends |\n")
    lines.append("|---|---|---|---|---|---|---|\n")
    for model in MODELS.values():
        supply = f"{model.supply.feed} ({model.supply.sure})"
        protocol = PROFILES[model.profile].protocol
        lines.append(
            f"| {model.display} | `{model.name}` | {model.plug} | {model.serial} | {model.interval_s} s | {supply} "
            f"| {protocol}, {len(model.rows)} rows |\n"
        )
    lines.append("\n## Where the facts come from\n")
    for model in MODELS.values():
        lines.append(f"\n### {model.display}\n\n")
        lines += [f"- {source.about}: {source.origin} ({source.sure})\n" for source in model.sources]
    return "".join(lines)


def findings_page() -> str:
    """What the doctor can say, and what it advises."""
    texts = catalog_texts("doctor")
    keys = [key.removesuffix(".text") for key in texts if key.endswith(".text")]
    lines = ["# What the doctor says\n\n", _MADE]
    lines.append("`hanport doctor SOURCE` ends at the first sure finding. In JSON a finding has its key.\n")
    for key in keys:
        remedy = texts.get(f"{key}.remedy", {}).get("en", "")
        lines.append(f"\n## {key}\n\n{texts[f'{key}.text']['en']}\n")
        lines += [f"\nWhat to do: {remedy}\n"] if remedy else []
    lines.append(f"\nSeverities: {', '.join(Severity)}.\n")
    return "".join(lines)


def picture() -> str:
    """`hanport watch` on a winter evening, drawn from a telegram of the virtual meter."""
    at = datetime(2026, 1, 15, 17, 0, 10, tzinfo=UTC)
    house = House(HouseSetup(seed=2))
    registers = Registers(Energies(import_wh=60_995_424, export_wh=412_806))
    registers.advance(house.flow(at - timedelta(seconds=10), 10))
    profile = PROFILES["kamstrup-omnia"]
    (telegram,) = Decoder().feed(write(fit(registers.read(), profile), profile))
    assert isinstance(telegram, Telegram)
    seen = Seen("serial:/dev/ttyUSB0", telegram, at, telegrams=8640, connected=True)
    console = Console(record=True, width=84, file=io.StringIO())
    console.print(view(seen, at + timedelta(seconds=2), Look(20, "en", 84)))
    drawn = console.export_svg(title="hanport watch serial:/dev/ttyUSB0")
    return _UNIQUE.sub("terminal", _FETCHED.sub("", drawn))


def virtual_meter_page() -> str:
    """The page of the virtual meter, with its faults and endpoints from the code."""
    text = (ROOT / "docs/virtual-meter.md").read_text("utf-8")
    faults = "".join(f"| `{name}` | {kind.summary} |\n" for name, kind in FAULTS.items())
    text = _between(text, "faults", f"| name | what happens |\n|---|---|\n{faults}")
    rows = "".join(f"| {point.method} | `{CONTROL}{point.path}` | {point.summary} |\n" for point in ENDPOINTS)
    text = _between(text, "endpoints", f"| method | path | |\n|---|---|---|\n{rows}")
    between = "".join(f"| `{name}` | {summary} |\n" for name, summary in SUMMARIES.items())
    return _between(text, "faults of the head-end", f"| name | what happens |\n|---|---|\n{between}")


def _between(text: str, name: str, content: str) -> str:
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    return text[: text.index(begin) + len(begin)] + content + text[text.index(end) :]


def configuration_page() -> str:
    """Every setting of home.toml with its kind and default."""
    lines = ["# home.toml\n\n", _MADE]
    lines.append(
        "One file holds what a household sets; the pages write their changes back into it and keep comments.\n"
    )
    lines.append("An unknown key is an error that names the nearest known one: `hanport home check-config` says it.\n")
    lines += _settings(HomeConfig, "")
    return "".join(lines)


def orders_page() -> str:
    """The page of orders, with the way of an order drawn from its table."""
    text = (ROOT / "docs/orders.md").read_text("utf-8")
    ways: dict[tuple[str, str], list[str]] = {}
    for (before, event), after in STEPS.items():
        ways.setdefault((before.value, after.value), []).append(event.value)
    lines = [f"    {before} --> {after}: {', '.join(events)}\n" for (before, after), events in ways.items()]
    lines += [f"    {state.value} --> [*]\n" for state in State if state in ENDED]
    drawn = "".join(lines)
    text = _between(text, "diagram", f"```mermaid\nstateDiagram-v2\n    [*] --> draft\n{drawn}```\n")
    words = "".join(f"| `{word!s}` | {meaning} |\n" for word, meaning in MEANINGS.items())
    return _between(text, "reasons", f"| word | meaning |\n|---|---|\n{words}")


def grid_configuration_page() -> str:
    """Every setting of grid.toml with its kind and default."""
    lines = ["# grid.toml\n\n", _MADE]
    lines.append("What a network company sets for its activation service. An unknown key is an error that names the\n")
    lines.append("nearest known one: `hanport grid check-config` says it. `[[head_end]]` may stand several times.\n")
    lines += _settings(GridConfig, "")
    lines += _settings(HeadEndTable, "head_end.", many=True)
    return "".join(lines)


def _settings(table: type[msgspec.Struct], place: str, *, many: bool = False) -> list[str]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(table) if field.type != _HEAD_ENDS}
    inner = {name: field.type for name, field in fields.items() if _is_table(field.type)}
    own = [field for name, field in fields.items() if name not in inner]
    said = " ".join((table.__doc__ or "").split()).partition(": ")[2]
    title = f"[[{place.rstrip('.')}]]" if many else f"[{place.rstrip('.')}]"
    lines = [f"\n## {title}\n\n{said[:1].upper()}{said[1:]}\n" if place else ""]
    if own:
        lines.append("\n| key | kind | default |\n|---|---|---|\n")
        lines += [f"| `{field.encode_name}` | {_kind(field.type)} | {_default(field)} |\n" for field in own]
    for name, kind in inner.items():
        lines += _settings(kind, f"{place}{name}.")
    return lines


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is not msgspec.NODEFAULT:
        return f"`{_as_toml(field.default)}`"
    return "must be given" if field.required else "`{}`"


def _is_table(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _kind(kind: Any) -> str:
    info = msgspec.inspect.type_info(kind)
    match info:
        case msgspec.inspect.LiteralType(values=values):
            return " or ".join(f"`{_as_toml(value)}`" for value in values)
        case msgspec.inspect.IntType(ge=low, le=high) | msgspec.inspect.FloatType(ge=low, le=high):
            number = "whole number" if isinstance(info, msgspec.inspect.IntType) else "number"
            return (
                number + (f" from {low:g}" if low is not None else "") + (f" to {high:g}" if high is not None else "")
            )
        case msgspec.inspect.BoolType():
            return "true or false"
        case msgspec.inspect.VarTupleType():
            return "list of texts"
        case msgspec.inspect.EnumType(cls=each):
            return " or ".join(f"`{_as_toml(member.value)}`" for member in each)
        case msgspec.inspect.DictType():
            return "table of texts"
    return "text"


def _as_toml(value: object) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def api_page() -> str:
    """The page of the service's API, with its endpoints from the code."""
    text = (ROOT / "docs/api.md").read_text("utf-8")
    rows = "".join(
        f"| {point.method} | `{point.place}` | {' '.join(f'`{scope}`' for scope in point.scopes)} | {point.summary} |\n"
        for point in ENDPOINTS_OF_THE_SERVICE
    )
    return _between(text, "endpoints", f"| method | path | scope | |\n|---|---|---|---|\n{rows}")


def customer_system_page() -> str:
    """The page of the customer system, with the columns of its rows and the fields of events from the code."""
    text = (ROOT / "docs/customer-system.md").read_text("utf-8")
    kinds = "".join(f"\n### {kind.value}\n\n{_columns(columns)}" for kind, columns in COLUMNS.items())
    text = _between(text, "columns", f"Bold: must be given, and not be empty.\n{kinds}\n")
    events = "".join(f"\n### {kind.value}\n\n{_columns((KEY, *fields))}" for kind, fields in EVENT_FIELDS.items())
    return _between(text, "events", f"Bold: must be given.\n{events}\n")


def _columns(columns: Iterable[Column]) -> str:
    rows = "".join(
        f"| {f'**`{column.name}`**' if column.is_required else f'`{column.name}`'} | {column.meaning} "
        f"| `{column.example}` |\n"
        for column in columns
    )
    return f"| column | what it says | for example |\n|---|---|---|\n{rows}"


PAGES = {
    "docs/customer-system.md": customer_system_page,
    "docs/configuration.md": configuration_page,
    "docs/orders.md": orders_page,
    "docs/grid-configuration.md": grid_configuration_page,
    "docs/api.md": api_page,
    "docs/virtual-meter.md": virtual_meter_page,
    "docs/commands.md": commands_page,
    "docs/meters.md": meters_page,
    "docs/findings.md": findings_page,
    "docs/watch.svg": picture,
}


def _is_fresh(path: Path, content: str) -> bool:
    return path.exists() and path.read_text("utf-8") == content


def main() -> int:
    """Write all pages; with --check write nothing, name those that are not fresh, and leave with 1."""
    stale = [place for place, page in PAGES.items() if not _is_fresh(ROOT / place, page())]
    if "--check" in sys.argv[1:]:
        print("\n".join(stale))
        return 1 if stale else 0
    for place, page in PAGES.items():
        (ROOT / place).write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
