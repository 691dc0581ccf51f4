"""The play of law 9 is able to fail: in copies of the product with one rule broken it does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grid.law.short_plays import SHORT_PLAYS

TESTS = Path(__file__).parents[2]
SOURCE = TESTS.parent / "src"
# What is broken -> the file, what stands there, and what is put in its place.
BROKEN = {
    "a withdrawn request stands": (
        "grid/right.py",
        "request.withdrawn_at is not None and request.withdrawn_at <= at",
        "False",
    ),
    "an exempted meter is opened": (
        "grid/right.py",
        "any(exemption.holds(at) for exemption in facts.exemptions)",
        "False",
    ),
    "the right is not checked again before sending": (
        "grid/reconcile/outbox.py",
        "        review(work, config, held)\n        known = load",
        "        known = load",
    ),
    "what was being sent is not looked at again": (
        "grid/reconcile/outbox.py",
        "update(port).where(ports).values(review_at=work.at)",
        "update(port).where(ports).values(review_at=port.c.review_at)",
    ),
    "nothing is logged": ("grid/database/work.py", "if work.entries:", "if False:"),
    "an unread closing is believed": (
        "grid/reconcile/decision.py",
        "if port.expected is Expected.CLOSED:\n        return Goal.CLOSED, CommandKind.READ",
        "if port.expected is Expected.CLOSED:\n        return Goal.NONE, None",
    ),
}


def outcome(folder: Path, what: str, *trial: str) -> str:
    """What the play says of a copy in which that is broken."""
    place, before, after = BROKEN[what]
    shutil.copytree(SOURCE / "hanport", folder / "hanport")
    path = folder / "hanport" / place
    text = path.read_text("utf-8")
    assert text.count(before) == 1, f"{place} has changed: break it in another way"
    path.write_text(text.replace(before, after), "utf-8")
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{TESTS}"}
    command = [sys.executable, "-m", "grid.law.trial", *trial]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_each_short_play_is_about_a_rule() -> None:
    assert SHORT_PLAYS.keys() == BROKEN.keys()


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_rule_is_found(tmp_path: Path, what: str) -> None:
    assert "broken: " in outcome(tmp_path, what, "short", what)


@pytest.mark.soak
@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_rule_is_found_by_chance_too(tmp_path: Path, what: str) -> None:
    assert "broken: " in outcome(tmp_path, what, "long", "600", "40")
