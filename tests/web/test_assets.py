"""Static files: their addresses, how long a browser keeps them, and that the foreign ones are as they were made."""

import base64
import gzip
import hashlib
import io
import json
import os
import re
import tarfile
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

import hanport.web
from hanport.web.assets import Assets

STATIC = Path(hanport.web.__file__).parent / "static"
VENDOR = STATIC / "vendor"


def made(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    return folder


def browser(assets: Assets) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Starlette(routes=[assets.route()]))
    return httpx.AsyncClient(transport=transport, base_url="http://hub")


async def test_a_file_is_kept_for_a_year_under_its_fingerprint(tmp_path: Path) -> None:
    assets = Assets([made(tmp_path / "one", a_js="let a;" * 100)])
    async with browser(assets) as client:
        found = await client.get(assets.url("a.js"))
        old = await client.get("/static/0123456789abcdef/a.js")
        plain = await client.get(assets.url("a.js"), headers={"accept-encoding": "identity"})
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["content-type"] == "text/javascript; charset=utf-8"
    assert found.headers["content-encoding"] == "gzip"
    assert old.headers["cache-control"] == "no-cache"
    assert found.text == old.text == plain.text == "let a;" * 100
    assert "content-encoding" not in plain.headers


async def test_nothing_but_the_files_is_given(tmp_path: Path) -> None:
    assets = Assets([made(tmp_path / "one", a_js="a")])
    (tmp_path / "secret.js").write_text("secret")
    async with browser(assets) as client:
        for path in ("../secret.js", "%2e%2e/secret.js", "b.js", "%2fetc/passwd"):
            answer = await client.get(f"/static/{assets.fingerprint}/{path}")
            assert answer.status_code in (307, 404)  # httpx itself takes .. out
            assert "secret" not in answer.text
    with pytest.raises(KeyError):
        assets.url("b.js")


def test_the_first_folder_goes_before_and_any_change_gives_another_fingerprint(tmp_path: Path) -> None:
    one, two = made(tmp_path / "one", a_js="1"), made(tmp_path / "two", a_js="2", b_css="b")
    before = Assets([one, two]).fingerprint
    assert before == Assets([one, two]).fingerprint
    assert before != Assets([two, one]).fingerprint
    (two / "b.css").write_text("c")
    assert before != Assets([one, two]).fingerprint


def test_foreign_files_have_their_licence_and_name_their_origin() -> None:
    listed = json.loads((VENDOR / "VENDOR.json").read_text())
    named = {path for each in listed for path in each["files"]}
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert there == named | {"VENDOR.json"}
    for each in listed:
        assert each["licence"] == "MIT"
        assert any("LICENSE" in path for path in each["files"])
        assert len(base64.b64decode(each["integrity"].removeprefix("sha512-"))) == 64


@pytest.mark.parametrize("each", json.loads((VENDOR / "VENDOR.json").read_text()), ids=lambda each: each["name"])
def test_foreign_files_are_unchanged_where_their_package_is_at_hand(each: dict[str, object]) -> None:
    """Needs the tarball of `npm pack` in the folder HANPORT_NPM_PACKS; nothing is fetched."""
    folder = os.environ.get("HANPORT_NPM_PACKS")
    if not folder:
        pytest.skip("HANPORT_NPM_PACKS is not set")
    name = str(each["name"]).lstrip("@").replace("/", "-")
    packed = (Path(folder) / f"{name}-{each['version']}.tgz").read_bytes()
    assert base64.b64encode(hashlib.sha512(packed).digest()).decode() == str(each["integrity"]).removeprefix("sha512-")
    files = each["files"]
    assert isinstance(files, dict)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(packed))) as archive:
        for ours, theirs in files.items():
            member = archive.extractfile(f"package/{theirs}")
            assert member is not None
            assert member.read() == (VENDOR / ours).read_bytes()


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def token_blocks() -> list[dict[str, str]]:
    """The light tokens, and the dark ones, which stand twice: for the system's wish and for the switch."""
    text = (STATIC / "hanport.css").read_text("utf-8")
    blocks = [dict(re.findall(r"--hp-([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r"\{([^{}]*)\}", text)]
    return [block for block in blocks if "ground" in block]


def test_dark_is_the_same_by_wish_and_by_switch() -> None:
    light, by_wish, by_switch = token_blocks()
    assert by_wish == by_switch
    assert light.keys() == by_wish.keys()


@pytest.mark.parametrize("tokens", token_blocks()[:2], ids=["light", "dark"])
def test_text_can_be_read_on_its_ground(tokens: dict[str, str]) -> None:
    pairs = [
        (text, ground)
        for text in ("ink", "ink-soft", "accent", "well", "warn", "bad")
        for ground in ("ground", "sheet")
    ]
    pairs += [("accent-ink", "accent"), ("ink", "accent-soft"), ("accent", "accent-soft"), ("ink-soft", "accent-soft")]
    pairs += [(state, f"{state}-soft") for state in ("well", "warn", "bad")]
    pairs += [("ink", f"{state}-soft") for state in ("well", "warn", "bad")]
    weak = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("tokens", token_blocks()[:2], ids=["light", "dark"])
def test_lines_of_charts_can_be_seen(tokens: dict[str, str]) -> None:
    for line in ("import", "export", "l1", "l2", "l3"):
        assert contrast(tokens[line], tokens["sheet"]) >= 3, line


def test_dark_is_the_same_by_the_machines_wish_and_by_the_switch() -> None:
    """CSS cannot say it once for both: it must not drift apart."""
    text = (STATIC / "hanport.css").read_text("utf-8")
    by_wish = text.partition(':root:not([data-theme="light"]) {')[2].partition("}")[0]
    by_switch = text.partition('[data-theme="dark"] {')[2].partition("}")[0]
    assert by_wish.split() == by_switch.split() != []
