"""The documents say what the code says."""

import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

from hanport import __version__
from hanport.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def test_pages_from_code_are_fresh() -> None:
    check = [sys.executable, "-m", "tools.docs", "--check"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run `make docs`: {done.stdout}{done.stderr}"


def test_pictures_fetch_nothing() -> None:
    for picture in (ROOT / "docs").glob("*.svg"):
        text = picture.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "http" not in text


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    for page in ROOT.glob("*.md"):
        named = set(re.findall(r"`make ([a-z]+)`", page.read_text("utf-8")))
        named |= set(re.findall(r"^make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE))
        assert named <= targets, page.name


def test_every_command_of_the_readme_exists() -> None:
    named = set(re.findall(r"hanport ([a-z]+)(?: |`)", README)) - {"is", "never", "keeps", "watch"}
    assert named
    assert named <= set(COMMANDS)


def test_every_link_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_what_performance_explains_is_what_bench_measures() -> None:
    page = (ROOT / "docs/performance.md").read_text("utf-8")
    explained = set(re.findall(r"\*\*([a-z_0-9.]+)\*\*", page))
    measured = set(re.findall(r"^\| ([a-z_0-9]+\.[a-z_0-9]+) \|", page, re.MULTILINE))
    assert explained == measured


def test_the_changelog_and_the_version() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text("utf-8") or __version__ in README
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for requirement in chain(project["dependencies"], *project["optional-dependencies"].values()):
        assert "<" in requirement or requirement.startswith("hanport["), f"{requirement} has no upper bound"


def test_nothing_names_a_place_of_this_machine() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    wrong = re.compile(r"(?<![a-z])/(?:root|home/\w+|work|tmp/\w+)/|files\.pythonhosted|localhost:\d+/simple")
    for name in filter(None, tracked.split("\0")):
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".svg", ".txt") and path.exists() and "corpus" not in name:
            found = wrong.search(path.read_text("utf-8")) if path.name != "test_docs.py" else None
            assert found is None, f"{name}: {found}"


def test_every_test_that_the_security_documents_name_exists() -> None:
    named = 0
    for name in ("threat-model.md", "asvs.md"):
        page = (ROOT / "docs" / name).read_text("utf-8")
        for file, test in re.findall(r"`([\w/]*test_\w+\.py)(?:::(\w+))?`", page):
            path = ROOT / "tests" / file
            assert path.exists(), f"{name}: {file}"
            assert not test or re.search(rf"^\s*(?:async )?def {test}\(", path.read_text("utf-8"), re.MULTILINE), (
                f"{name}: {file} has no {test}"
            )
            named += 1
    assert named > 60
