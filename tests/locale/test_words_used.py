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


def is_said(key: str) -> bool:
    """Whether the key stands somewhere, whole or built from one of its beginnings (`f"status.{state}"`)."""
    if re.search(rf"[\"'`]{re.escape(key)}[\"'`]", SAID_IN):
        return True
    if re.search(rf"}}\.{re.escape(key.rpartition('.')[2])}[\"'`]", SAID_IN):  # f"{finding.key}.remedy"
        return True
    parts = re.split(r"(?<=[.-])", key)
    beginnings = ("".join(parts[:count]) for count in range(1, len(parts)))
    return any(re.search(rf"[\"'`]{re.escape(each)}([{{\"'`]|\$)", SAID_IN) for each in beginnings)


@pytest.mark.parametrize("catalog", CATALOGS)
def test_every_text_is_said_somewhere(catalog: str) -> None:
    assert [key for key in catalog_texts(catalog) if not is_said(key)] == []


def test_a_text_that_nobody_says_is_found() -> None:
    assert not is_said("nobody.says-this")
    assert is_said("status.well")
