"""What was changed between two texts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.grid.wordings.comparing import Change, compared


def shown(before: str, after: str) -> str:
    marks = {Change.SAME: "{}", Change.ADDED: "+[{}]", Change.REMOVED: "-[{}]"}
    return "".join(marks[each.change].format(each.text) for each in compared(before, after))


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("", "", ""),
        ("lika\n", "lika\n", "lika\n"),
        ("", "nytt", "+[nytt]"),
        ("gammalt", "", "-[gammalt]"),
        ("Ring oss i dag.", "Ring oss i morgon.", "Ring oss i -[dag.]+[morgon.]"),
        ("a\nb\nc", "a\nc", "a\n-[b\n]c"),
        ("a\nc\n", "a\nb\nc\n", "a\n+[b\n]c\n"),
    ],
)
def test_what_is_shown(before: str, after: str, says: str) -> None:
    assert shown(before, after) == says


_TEXTS = st.text(alphabet="ab \n", max_size=40)


@given(_TEXTS, _TEXTS)
def test_both_texts_can_be_read_out_of_it(before: str, after: str) -> None:
    pieces = compared(before, after)
    assert "".join(each.text for each in pieces if each.change is not Change.ADDED) == before
    assert "".join(each.text for each in pieces if each.change is not Change.REMOVED) == after
    assert all(one.change is not other.change for one, other in pairwise(pieces))
    assert all(each.text for each in pieces)
