"""Certificates of these tests, made once."""

import pytest

from grid.eid.company import Parties, parties


@pytest.fixture(scope="session")
def bankid_parties() -> Parties:
    """A BankID of the tests' own, and a company that it knows."""
    return parties()
