"""Free words become one printable line without numbers."""

from hypothesis import given
from hypothesis import strategies as st

from hanport.grid.free_text import one_line, tidy
from hanport.grid.masking import MASK


def test_signs_that_control_become_spaces() -> None:
    assert one_line(" a\nb\x1b[31mc\u202ed\t\u2028 e ") == "a b [31mc d e"


def test_a_number_is_masked_before_the_text_is_cut() -> None:
    assert tidy("seen 191212121212 here") == f"seen {MASK} here"
    assert "1912" not in tidy("x" * 195 + " 191212121212", 200)


@given(st.text(max_size=500), st.integers(1, 100))
def test_whatever_is_written_fits(text: str, longest: int) -> None:
    line = tidy(text, longest)
    assert len(line) <= longest
    assert line.isprintable()
    assert line == line.strip() or len(line) == longest
