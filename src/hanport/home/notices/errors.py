"""Why a notice did not go."""

from hanport.errors import HanportError
from hanport.locale import text


class NotSent(HanportError):
    """A notice did not go; trying again later may help. `said` gives the reason in either language.

    It never holds an address of a person, a password, or what a server said in its own words.
    """

    def __init__(self, key: str, **numbers: object) -> None:
        self.key = f"problem.{key}"
        self.numbers = numbers
        super().__init__(self.said("en"))

    def said(self, language: str) -> str:
        """The reason in words."""
        return text("notices", self.key, language, **self.numbers)

    def in_language(self, language: str) -> HanportError:
        """The same for a person of that language."""
        return HanportError(self.said(language))
