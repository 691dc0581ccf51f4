"""Every word that an order can say of itself is explained to programmers of other systems."""

from hanport.grid.ordering.because import MEANINGS, Because
from hanport.grid.register.eligibility import Obstacle
from hanport.grid.right import Why


def test_every_word_has_its_meaning() -> None:
    said = {*Why, *Obstacle, *Because} - {Why.RIGHT}
    assert set(map(str, said)) == set(map(str, MEANINGS))
