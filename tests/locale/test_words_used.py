"""No text lies in a catalog that nothing says."""

import re
from pathlib import Path

import pytest

from hanport.locale import catalog_texts

SOURCE = Path(__file__).parents[2] / "src" / "hanport"
SAID_IN = "\n".join(
    path.read_text("utf-8")
    for pattern in ("*.py", "*.html", "*.js")
    for path in sorted(SOURCE.rglob(pattern))
    if "vendor" not in path.parts
)
CATALOGS = sorted(path.stem for path in (SOURCE / "locale").glob("*.toml"))
# Looked for once, and not for each of thousands of keys: what stands after a quotation mark, up to the next one or to
# a place (`f"status.{state}"`, `"status." ~ state`); and what ends a text after a place (`f"{finding.key}.remedy"`).
BEGUN = frozenset(re.findall(r"[\"'`]([^\"'`{}$\s]+)(?=[{\"'`$])", SAID_IN))
ENDED = frozenset(re.findall(r"}\.([^\"'`{}.\s]+)[\"'`]", SAID_IN))


def is_said(key: str) -> bool:
    """Whether the key stands somewhere, whole or built from one of its beginnings (`f"status.{state}"`)."""
    if key in BEGUN or key.rpartition(".")[2] in ENDED:
        return True
    parts = re.split(r"(?<=[.-])", key)
    return any("".join(parts[:count]) in BEGUN for count in range(1, len(parts)))


@pytest.mark.parametrize("catalog", CATALOGS)
def test_every_text_is_said_somewhere(catalog: str) -> None:
    assert [key for key in catalog_texts(catalog) if not is_said(key)] == []


def test_a_text_that_nobody_says_is_found() -> None:
    assert not is_said("nobody.says-this")
    assert is_said("status.well")
