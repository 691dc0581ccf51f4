"""The company's face: a colour that can be read everywhere, and a logo that can do nothing."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.web.scene import Scene, browser, seen
from hanport.errors import ConfigError
from hanport.grid.web.face import contrast, mixed, style_of, with_lightness

# Of hanport.css: what accents stand on, beside their own soft ground.
GROUNDS = {"light": ("#ffffff", "#f5f6f4"), "dark": ("#16211f", "#0e1716")}
INKS = {"light": "#14211f", "dark": "#e9efed"}
COLOURS = ["#0f4c81", "#ffd200", "#e4002b", "#ffffff", "#000000", "#808080", "#00ff00", "#0000ff", "#16211f"]
_RULE = re.compile(r"--hp-accent:(\S+?);--hp-accent-ink:(\S+?);--hp-accent-soft:(\S+?)}")


def accents(colour: str) -> dict[str, tuple[str, str, str]]:
    light, auto_dark, dark = _RULE.findall(style_of(colour))
    assert auto_dark == dark
    return {"light": light, "dark": dark}


def assert_is_read(colour: str) -> None:
    for theme, (accent, ink, soft) in accents(colour).items():
        for ground in (*GROUNDS[theme], soft, ink):
            assert contrast(accent, ground) >= 4.5, (theme, colour, accent, ground)
        assert contrast(INKS[theme], soft) >= 4.5, (theme, colour, soft)


@pytest.mark.parametrize("colour", COLOURS)
def test_each_colour_becomes_one_that_can_be_read(colour: str) -> None:
    assert_is_read(colour)


@given(st.integers(0, 0xFFFFFF))
def test_so_does_every_other(number: int) -> None:
    assert_is_read(f"#{number:06x}")


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert accents("#0f4c81")["light"][0] == "#0f4c81"
    assert accents("#ffd200")["dark"][0] == "#ffd200"
    assert accents("#ffd200")["light"][0] != "#ffd200"


def test_the_colour_itself_has_an_ink() -> None:
    assert "--company:#0f4c81;--on-company:#ffffff" in style_of("#0f4c81")
    assert "--company:#ffd200;--on-company:#000000" in style_of("#ffd200")
    for each in product("08f", repeat=3):
        colour = "#" + "".join(part * 2 for part in each)
        found = re.search(r"--on-company:(#\w+)", style_of(colour))
        assert found
        assert contrast(colour, found[1]) >= 4.5


def test_contrast_is_that_of_the_norm() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the grey that just fails
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#000000", "#000000") == 1


def test_moving_keeps_the_hue() -> None:
    assert with_lightness("#808080", 1, 1) == "#ffffff"
    assert with_lightness("#ff0000", 0, 0.5) == "#800000"
    assert with_lightness("#0f4c81", 1, 0) == "#0f4c81"
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"


async def test_the_style_and_no_style(quick: Scene) -> None:
    async with browser(quick.app()) as client:
        answer = await client.get("/face.css")
        assert answer.headers["content-type"].startswith("text/css")
        assert answer.text == style_of("#0f4c81")
        assert (await client.get("/logo")).status_code == 404


async def test_without_a_colour_the_shells_own_stays(quick: Scene) -> None:
    async with browser(quick.with_company(colour="").app()) as client:
        answer = await client.get("/face.css")
    assert (answer.status_code, answer.text) == (200, "")


@pytest.mark.parametrize(("name", "kind"), [("logo.svg", "image/svg+xml"), ("märke.PNG", "image/png")])
async def test_a_logo_stands_in_the_place_of_the_name(quick: Scene, name: str, kind: str) -> None:
    (quick.folder / name).write_bytes(b"<svg/>")
    quick.with_company(logo=name)
    async with browser(quick.app()) as client:
        answer = await client.get("/logo")
        icon = await client.get("/favicon.ico")
    assert (answer.headers["content-type"], answer.content) == (kind, b"<svg/>")
    # Opened by itself, an SVG is a document: not a script of it may run.
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert icon.headers["location"] == "/logo"
    page = await seen(quick)
    assert '<img class="logo" src="/logo" alt="Fjällby Elnät">' in page
    assert '<link rel="icon" href="/logo">' in page


@pytest.mark.parametrize(
    ("name", "size", "says"),
    [
        ("logo.gif", 10, "is no SVG or PNG"),
        ("none.svg", None, "cannot be read"),
        ("big.png", 512 * 1024 + 1, "larger than 512"),
    ],
)
def test_a_logo_that_cannot_be_shown_is_said_at_the_start(quick: Scene, name: str, size: int | None, says: str) -> None:
    if size is not None:
        (quick.folder / name).write_bytes(b"x" * size)
    with pytest.raises(ConfigError, match=says):
        quick.with_company(logo=name).app()
