"""A checked identity: who asks, how that was checked, when and by whom, and what proves it.

Nothing is ordered without one, save closings by staff. It is a value that whoever checked it makes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hanport.errors import HanportError
from hanport.grid.identifiers import Number, NumberKind
from hanport.grid.right import IdentityCheck

VALID_FOR = timedelta(minutes=30)


class IdentityError(HanportError):
    """The check of an identity cannot be used. The text never names the person."""


@dataclass(frozen=True, slots=True)
class CheckedIdentity:
    """`evidence` is kept sealed: the signed answer of an identity service, or what staff wrote of the document, the
    letter or the call. `staff` says who checked, where people did. Raises IdentityError.
    """

    number: Number
    how: IdentityCheck
    checked_at: datetime
    evidence: bytes
    staff: str = ""

    def __post_init__(self) -> None:
        if self.number.kind is NumberKind.ORGANISATION:
            raise IdentityError("An organisation cannot sign.", "Check the person who acts for it under a power.")
        if self.how is not IdentityCheck.BANKID and not self.staff.strip():
            raise IdentityError("It is not said who checked the identity.", "Name the member of staff.")
        if not self.evidence.strip():
            raise IdentityError("Nothing proves the check of the identity.", "Say which document was shown.")

    def __repr__(self) -> str:
        return f"CheckedIdentity({self.number.masked}, {self.how.value})"

    def hold_at(self, at: datetime) -> None:
        """Raise IdentityError for a check older than 30 minutes at that instant, or later than it."""
        if self.checked_at > at:
            raise IdentityError("The identity is said to be checked in the future.", "Set the clock right.")
        if at - self.checked_at > VALID_FOR:
            raise IdentityError("The identity was checked more than 30 minutes ago.", "Check it again.")
