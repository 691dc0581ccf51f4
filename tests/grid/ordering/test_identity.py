"""What a checked identity must have, and how long it counts."""

from datetime import timedelta
from typing import Any

import pytest

from grid.conftest import START
from grid.town import person_number
from hanport.grid.identifiers import Number, NumberKind
from hanport.grid.ordering.identity import CheckedIdentity, IdentityError
from hanport.grid.right import IdentityCheck


def _identity(**parts: Any) -> CheckedIdentity:
    defaults: dict[str, Any] = {"number": person_number(1), "how": IdentityCheck.DESK, "checked_at": START}
    return CheckedIdentity(**defaults | {"evidence": b"passport", "staff": "anna"} | parts)


@pytest.mark.parametrize("how", [IdentityCheck.DESK, IdentityCheck.PHONE, IdentityCheck.LETTER])
def test_people_who_check_have_a_name(how: IdentityCheck) -> None:
    assert _identity(how=how).staff == "anna"
    with pytest.raises(IdentityError, match="who checked"):
        _identity(how=how, staff=" ")


def test_a_signature_needs_no_staff_but_evidence() -> None:
    assert _identity(how=IdentityCheck.BANKID, staff="").staff == ""
    with pytest.raises(IdentityError, match="proves"):
        _identity(evidence=b" ")


def test_an_organisation_signs_nothing() -> None:
    with pytest.raises(IdentityError, match="organisation"):
        _identity(number=Number("165566304928", NumberKind.ORGANISATION))


@pytest.mark.parametrize(
    ("age", "problem"),
    [
        (timedelta(0), None),
        (timedelta(minutes=30), None),
        (timedelta(minutes=30, microseconds=1), "30 minutes"),
        (timedelta(microseconds=-1), "future"),
    ],
)
def test_a_check_counts_for_30_minutes(age: timedelta, problem: str | None) -> None:
    identity = _identity()
    if problem is None:
        identity.hold_at(START + age)
    else:
        with pytest.raises(IdentityError, match=problem):
            identity.hold_at(START + age)


def test_nothing_that_is_said_of_it_names_the_person() -> None:
    identity = _identity()
    assert identity.number.digits not in repr(identity)
    assert "passport" not in repr(identity)
