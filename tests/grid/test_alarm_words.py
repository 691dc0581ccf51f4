"""Staff read of every alarm that can be raised what it is, in both languages."""

import ast
import importlib
from pathlib import Path

import pytest

from hanport.locale import has_text, text

GRID = Path(__file__).parents[2] / "src/hanport/grid"


def _kinds() -> dict[str, str]:
    """What is raised anywhere in the service, and where."""
    found = {}
    for path in sorted(GRID.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "raise_alarm":
                place = path.relative_to(GRID.parent).with_suffix("").as_posix().replace("/", ".")
                module = importlib.import_module(f"hanport.{place}")
                found[eval(ast.unparse(node.args[1]), vars(module))] = place
    return found


KINDS = _kinds()


def test_they_are_found() -> None:
    assert {"closing_unconfirmed", "order_disputed", "import_waiting", "bankid_certificate_ends"} <= set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_has_words(kind: str) -> None:
    key = f"staff.alarm.{kind}"
    assert has_text("grid_staff", key), KINDS[kind]
    assert text("grid_staff", key, "sv") != text("grid_staff", key, "en")
