"""Why a message did not go."""

from hanport.errors import HanportError


class NotDelivered(HanportError):
    """A message did not go. `is_final`: it never will to that address; otherwise it is tried again.

    The text never holds the address, the contents, a password, or what a server said in its own words.
    """

    def __init__(self, problem: str, remedy: str = "It is tried again.", *, is_final: bool = False) -> None:
        super().__init__(problem, remedy)
        self.is_final = is_final
