"""What the service raises where staff meet it has a text in both languages."""

import ast
from pathlib import Path

import pytest

from hanport.errors import HanportError
from hanport.grid.ordering.wish import OrderError
from hanport.grid.staff.values import Problem, StaffError
from hanport.grid.web.site import CATALOGS
from hanport.grid.web.staff_errors import TEXTS, name_of, said
from hanport.locale import catalog_texts
from hanport.web.words import Words

GRID = Path(__file__).parents[3] / "src/hanport/grid"
# Where staff's acts end up. What only a program or the command line can bring about is not among it.
MET = [
    *sorted((GRID / "ordering").glob("*.py")),
    *(GRID / "staff" / name for name in ("acts.py", "proposals.py", "bulk.py", "uploads.py")),
    *(GRID / "register" / name for name in ("importing_approval.py", "importing_batches.py")),
    *(GRID / name for name in ("erasure.py", "tokens.py", "reconcile/standing.py", "notices/announcing.py")),
    *sorted((GRID / "web").glob("staff_*.py")),
]
OWN_WORDS = {
    # The form of staff cannot leave these out.
    "It is not said who announces what of which model.",
    "A text is in a language that notices do not have.",
}


def raised(path: Path) -> list[str]:
    """The first text of each error that a file raises or yields, with {} for its places."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        call = node.exc if isinstance(node, ast.Raise) else node.value if isinstance(node, ast.Yield) else None
        if not isinstance(call, ast.Call) or not call.args:
            continue
        match call.args[0]:
            case ast.Constant(value=str(text)):
                found.append(text)
            case ast.JoinedStr(values=parts):
                found.append("".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in parts))
    return [text for text in found if " " in text]


@pytest.mark.parametrize("path", MET, ids=lambda path: path.name)
def test_every_error_that_staff_meet_has_its_text(path: Path) -> None:
    assert [text for text in raised(path) if name_of(text) is None and text not in OWN_WORDS] == []


def test_texts_are_for_errors_that_there_are() -> None:
    texts = catalog_texts("grid_staff")
    for name in TEXTS.values():
        assert f"staff.error.{name}" in texts
        assert f"staff.error.{name}.do" in texts
    for why in Problem:
        assert f"staff.problem.{why}" in texts
        assert f"staff.problem.{why}.do" in texts


def test_errors_are_said_in_the_language_of_the_page() -> None:
    swedish, english = Words("sv", CATALOGS), Words("en", CATALOGS)
    error = OrderError("Meter 18 is not installed at the facility.", "Compare the number on the meter.")
    assert said(swedish, error).problem == "Den mätaren sitter inte på anläggningen."
    assert said(english, error).remedy == "Compare the number on the meter."
    assert said(swedish, StaffError(Problem.CODE)).problem.startswith("Koden är fel")
    unknown = said(swedish, HanportError("Something else.", "Do it."))
    assert (unknown.problem, unknown.remedy) == ("Something else.", "Do it.")
    dated = HanportError("The time in which claims can be made is not over (3 years).", "Erase from 2029-01-01 on.")
    assert said(swedish, dated).remedy == "Radera tidigast 2029-01-01."
    assert "rad 7" in said(swedish, HanportError("Line 7 is no facility's ID.")).problem


def test_the_errors_are_found_in_the_sources() -> None:
    assert sum(len(raised(path)) for path in MET) > 50
