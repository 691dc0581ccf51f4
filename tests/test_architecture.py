"""The house's plan holds: who may import whom, what pure rooms may not touch, and how big a thing may be."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "hanport"

FREE = {"clock", "errors", "json_control", "logs", "planned_faults", "serving", "systemd", "tasks", "typed_toml"}
# Room -> the rooms of ours it may import, besides itself (DESIGN.md, section 2). `home.x` and `grid.x` are rooms within
# a room. `locale` holds the words of both languages and imports nothing.
MAY_IMPORT: dict[str, set[str]] = {
    "port": set(),
    "models": set(),
    "clock": set(),
    "errors": set(),
    "serving": {"errors"},
    "tasks": set(),
    "logs": set(),
    "planned_faults": {"errors"},
    "json_control": {"errors"},
    "systemd": {"clock"},
    "typed_toml": {"errors"},
    "locale": {"errors"},
    "doctor": {"port", "models"},
    "sources": {"port"} | FREE,
    "meter": {"port", "models"} | FREE,
    "home.values": {"port"},
    "home.control": {"home.values", "port.values"},
    "home.tariffs": {"home.values", "port.values"},
    "home.config": FREE,
    "home.live": {"home.values", "port"} | FREE,
    "home.store": {"home.values", "home.config", "port", "models"} | FREE,
    "home.health": {"home.values", "home.live", "home.store", "home.config", "doctor", "models", "locale", "port"}
    | FREE,
    "home.notices": {"home.values", "home.live", "home.store", "home.config", "locale"} | FREE,
    "home.prices": {"home.values", "home.tariffs", "port", "models"} | FREE,
    "home.devices": {"home.values", "port", "models"} | FREE,
    "home.share": {"home.values", "home.live", "home.store", "home.config", "home.supervisor"}
    | {"port", "models", "locale"}
    | FREE,
    "home.web": {"home", "web", "doctor", "models", "locale", "port", "sources"} | FREE,
    "home.hub": {"home", "web", "sources", "doctor", "models", "locale", "port"} | FREE,
    "home.first_start": {"home", "home.hub", "web", "locale"} | FREE,
    "home": {"home", "sources", "doctor", "models", "locale", "port"} | FREE,
    "grid": {"web", "models", "doctor", "locale"} | FREE,
    "web": {"locale"} | FREE,
    "demo": {"web", "locale"} | FREE,
    "testid": {"web", "locale"} | FREE,
    "__main__": {"cli"},
    "cli": {"port", "models", "doctor", "sources", "meter", "home", "grid", "testid", "demo", "locale"} | FREE,
}
# The version stands in the package itself.
EVERYBODY = {""}

PURE = {
    "port",
    "models",
    "doctor",
    "home.values",
    "home.control",
    "home.tariffs",
    "home.timekeeping",
    "grid.right",
    "grid.orders",
}
IMPURE = {"asyncio", "socket", "ssl", "threading", "sqlite3", "logging", "os", "pathlib", "random", "time"}
IMPURE |= {"subprocess", "multiprocessing", "selectors", "select", "signal", "secrets", "tempfile", "io", "sys"}
NOW = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}

BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}

MODULE_LINES = 400
MODULE_LINES_USUAL = 300
FUNCTION_LINES = 40
PARAMETERS = 5
CLASS_LINES = 200
# Tables may be longer, one row a line (STYLE.md, house rules).
TABLES = {"port/fields.py", "port/profiles.py", "port/scalers.py", "models/catalog.py", "models/rows.py"}
TABLES |= {"grid/database/tables.py", "grid/database/migrations/versions/0001_first.py"}


class Module:
    """A source file, parsed."""

    def __init__(self, path: Path, root: Path) -> None:
        self.place = path.relative_to(root).as_posix()
        self.text = path.read_text("utf-8")
        self.tree = ast.parse(self.text)
        self.nodes = list(ast.walk(self.tree))
        self.parts = [part for part in self.place.removesuffix(".py").split("/") if part != "__init__"]

    @property
    def room(self) -> str:
        return room_of(self.parts)

    def imports(self) -> Iterator[list[str]]:
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.place}: relative import"
                yield from ([*(node.module or "").split("."), alias.name] for alias in node.names)


def room_of(parts: list[str]) -> str:
    """The room a dotted path below hanport belongs to: the longest one that the plan names."""
    two = ".".join(parts[:2])
    return two if two in MAY_IMPORT or two in PURE else ".".join(parts[:1])


@cache
def modules(root: Path = SOURCE) -> list[Module]:
    return [Module(path, root) for path in sorted(root.rglob("*.py"))]


def forbidden_imports(module: Module) -> list[str]:
    allowed = MAY_IMPORT.get(module.room, MAY_IMPORT.get(module.room.split(".")[0], set()))
    wrong = []
    for name in module.imports():
        if name[0] != "hanport":
            continue
        target = name[1:]
        room = room_of(target)
        own = room == module.room or (module.room.split(".")[0] == "grid" and room.split(".")[0] == "grid")
        named = ".".join(target[:2])
        whole_home = "home" in allowed and room.split(".")[0] == "home" and room != "home.hub"
        if target == ["__version__"] or own or room in allowed or named in allowed or whole_home:
            continue
        if module.room == "cli" and room.split(".")[0] in allowed:
            continue
        wrong.append(f"{module.place} imports {'.'.join(name)}")
    return wrong


def impurities(module: Module) -> list[str]:
    if module.room not in PURE:
        return []
    wrong = [f"{module.place} imports {name[0]}" for name in module.imports() if name[0] in IMPURE]
    for node in module.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in NOW:
            wrong.append(f"{module.place}:{node.lineno} calls {node.func.attr}()")
    return wrong


def clock_readers(module: Module) -> list[str]:
    """Time is a parameter: only clock.py and the edge (cli) may ask the machine."""
    if module.room in ("clock", "cli"):
        return []
    wrong = []
    for node in module.nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = ast.unparse(node.func.value)
        if (owner.split(".")[-1] in ("datetime", "date") and node.func.attr in ("now", "utcnow", "today")) or (
            owner == "time" and node.func.attr in NOW
        ):
            wrong.append(f"{module.place}:{node.lineno} asks {owner}.{node.func.attr}()")
    return wrong


def too_big(module: Module) -> list[str]:
    wrong = []
    lines = module.text.count("\n")
    if lines > MODULE_LINES and module.place not in TABLES:
        wrong.append(f"{module.place} has {lines} lines")
    for node in module.nodes:
        if isinstance(node, ast.ClassDef) and size(node) > CLASS_LINES:
            wrong.append(f"{module.place}: class {node.name} has {size(node)} lines")
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if size(node) > FUNCTION_LINES:
            wrong.append(f"{module.place}:{node.lineno} {node.name} has {size(node)} lines")
        count = len([a for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs) if a.arg != "self"])
        is_command = any("click" in ast.unparse(decorator) for decorator in node.decorator_list)
        if count > PARAMETERS and not is_command:
            wrong.append(f"{module.place}:{node.lineno} {node.name} has {count} parameters")
    return wrong


def size(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def undocumented(module: Module) -> list[str]:
    text = ast.get_docstring(module.tree)
    if not text:
        return [f"{module.place} does not say what it is"]
    return [] if text.splitlines()[0].rstrip().endswith((".", "?")) else [f"{module.place}: no sentence to begin with"]


def waivers(module: Module) -> list[str]:
    marks = ("# noqa", "TODO", "FIXME", "XXX", "NotImplementedError", "pragma: no cover", "except Exception")
    return [f"{module.place} has {mark}" for mark in marks if mark in module.text]


RULES = [forbidden_imports, impurities, clock_readers, too_big, undocumented, waivers]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_is_in_order(rule: object) -> None:
    assert callable(rule)
    assert [wrong for module in modules() for wrong in rule(module)] == []


def test_no_module_is_named_for_nothing() -> None:
    assert not [module.place for module in modules() if set(module.parts) & BANNED_NAMES]


def test_every_room_is_in_the_plan() -> None:
    rooms = {module.parts[0] for module in modules() if module.parts}
    assert rooms <= {room.split(".")[0] for room in MAY_IMPORT}


def test_few_modules_are_longer_than_usual() -> None:
    long = [m.place for m in modules() if m.text.count("\n") > MODULE_LINES_USUAL and m.place not in TABLES]
    assert len(long) <= len(modules()) // 20


def test_no_import_goes_in_a_circle() -> None:
    known = {".".join(module.parts): module for module in modules()}

    def target_of(name: list[str]) -> str:
        whole, parent = ".".join(name[1:]), ".".join(name[1:-1])
        return whole if whole in known else parent

    graph = {
        name: {target_of(target) for target in module.imports() if target[0] == "hanport"} & set(known) - {name, ""}
        for name, module in known.items()
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path[path.index(name) :], name))
        if name not in done:
            for target in graph[name]:
                visit(target, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


# What each rule must catch: the file it is put into, and the line that breaks the rule.
BROKEN = [
    (forbidden_imports, "port/p1.py", "from hanport.clock import Clock"),
    (forbidden_imports, "models/x.py", "from hanport.port import crc"),
    (forbidden_imports, "doctor/x.py", "import hanport.sources.tcp"),
    (forbidden_imports, "sources/x.py", "from hanport.meter import house"),
    (forbidden_imports, "meter/x.py", "from hanport.home.values import Snapshot"),
    (forbidden_imports, "home/control/x.py", "from hanport.port.decoder import Decoder"),
    (forbidden_imports, "home/store/x.py", "from hanport.home.share import mqtt"),
    (forbidden_imports, "home/web/x.py", "from hanport.home.hub import Hub"),
    (forbidden_imports, "home/hub.py", "from hanport.grid import right"),
    (forbidden_imports, "grid/right.py", "from hanport.home.values import Reading"),
    (forbidden_imports, "grid/web/x.py", "from hanport.testid import app"),
    (forbidden_imports, "demo/x.py", "from hanport.home import hub"),
    (forbidden_imports, "web/x.py", "from hanport.home.values import Snapshot"),
    (impurities, "port/p1.py", "import asyncio"),
    (impurities, "models/x.py", "from pathlib import Path"),
    (impurities, "doctor/x.py", "import logging"),
    (impurities, "home/control/x.py", "import random"),
    (impurities, "grid/orders.py", "from datetime import datetime\nx = datetime.now()"),
    (clock_readers, "sources/x.py", "import datetime\nx = datetime.datetime.now()"),
    (clock_readers, "meter/x.py", "import time\nx = time.monotonic()"),
    (too_big, "port/p1.py", "x = 1\n" * 401),
    (too_big, "port/p1.py", "def f():\n" + "    x = 1\n" * 40),
    (too_big, "port/p1.py", "class C:\n" + "    x = 1\n" * 200),
    (too_big, "port/p1.py", "def f(a, b, c, *, d, e, f): ..."),
    (undocumented, "port/p1.py", ""),
    (waivers, "port/p1.py", "x = 1  # noqa"),
]


@pytest.mark.parametrize(
    ("rule", "place", "line"), BROKEN, ids=[f"{rule.__name__}-{n}" for n, (rule, *_) in enumerate(BROKEN)]
)
def test_each_rule_is_seen_to_fail(tmp_path: Path, rule: object, place: str, line: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_text(line if rule is undocumented else f'"""A module."""\n{line}\n')
    assert callable(rule)
    assert rule(Module(path, tmp_path))
    path.write_text('"""A module."""\n')
    assert not rule(Module(path, tmp_path))
