"""The moving QR code against BankID's own vectors."""

from xml.etree import ElementTree

import pytest

from hanport.grid.eid.answers import Started
from hanport.grid.eid.qr import qr_svg, qr_text

ORDER = Started(
    "131daac9-16c6-4618-beb0-365768f37288",
    "7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6",
    "67df3917-fa0d-44e5-b327-edcc928297f8",
    "d28db9a7-4cde-429e-a983-359be676944c",
)
VECTORS = {
    0: "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8",
    1: "949d559bf23403952a94d103e67743126381eda00f0b3cbddbf7c96b1adcbce2",
    2: "a9e5ec59cb4eee4ef4117150abc58fad7a85439a6a96ccbecc3668b41795b3f3",
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("second", VECTORS)
def test_the_known_answers(second: int) -> None:
    expected = f"bankid.{ORDER.qr_start_token}.{second}.{VECTORS[second]}"
    assert qr_text(ORDER, second) == expected
    assert qr_text(ORDER, second + 0.999) == expected
    assert ORDER.qr_start_secret not in expected


def test_a_clock_that_stepped_back_gives_the_first_code() -> None:
    assert qr_text(ORDER, -3) == qr_text(ORDER, 0)


def test_the_picture_is_one_that_strict_pages_show_and_others_can_name() -> None:
    drawn = qr_svg(qr_text(ORDER, 0), 'QR <for> "you" & me')
    picture = ElementTree.fromstring(drawn)
    assert picture.attrib["role"] == "img"
    assert picture.attrib["aria-label"] == 'QR <for> "you" & me'
    assert picture.attrib["viewBox"]
    assert not {"width", "height", "style"} & set(picture.attrib)
    assert "style" not in drawn
    background, modules = list(picture)
    assert background.attrib["fill"] == "#fff"
    assert modules.attrib["stroke"] == "#000"


def test_the_picture_is_the_code_of_the_text() -> None:
    """Read back from the path: a finder pattern in three corners, and other modules for another text."""
    drawn = [modules(qr_svg(qr_text(ORDER, second), "QR")) for second in (0, 1)]
    assert drawn[0] != drawn[1]
    for dark in drawn:
        size = max(x for x, _ in dark) + 1
        for left, top in ((4, 4), (size - 7, 4), (4, size - 7)):
            assert all((left + x, top) in dark and (left + x, top + 6) in dark for x in range(7))
            assert (left + 3, top + 3) in dark
            assert (left + 1, top + 1) not in dark
        assert min(x for x, _ in dark) == min(y for _, y in dark) == 4  # the quiet zone


def modules(drawn: str) -> set[tuple[int, int]]:
    """The dark modules of a picture: its path says `M x y`, `h` dark ones, and `m dx dy` to the next."""
    path = list(ElementTree.fromstring(drawn))[1].attrib["d"]
    dark: set[tuple[int, int]] = set()
    x, y = 0, 0.0
    for command in path.replace("M", "\nM").replace("m", "\nm").replace("h", "\nh").split("\n")[1:]:
        numbers = command[1:].replace("-", " -").split()
        if command[0] == "M":
            x, y = int(numbers[0]), float(numbers[1])
        elif command[0] == "m":
            x, y = x + int(numbers[0]), y + float(numbers[1])
        else:
            dark |= {(x + step, int(y)) for step in range(int(numbers[0]))}
            x += int(numbers[0])
    return dark
