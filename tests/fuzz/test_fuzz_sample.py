"""A seeded sample of what the fuzzer does for hours: the laws hold on mutations of the corpus."""

from itertools import islice

import pytest

from fuzz.fuzz_decoder import check, mutations, seeds


def test_the_laws_hold_on_the_seeds() -> None:
    for data in seeds():
        check(data)


@pytest.mark.parametrize("seed", range(8))
def test_the_laws_hold_on_mutations(seed: int) -> None:
    for data in islice(mutations(seed), 350):
        check(data)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_laws_hold_on_many_mutations() -> None:
    for data in islice(mutations(99), 200_000):
        check(data)
