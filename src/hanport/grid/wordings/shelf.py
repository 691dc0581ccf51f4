"""The texts at hand: read once, and again only when one was changed, by this process or another."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import Connection

from hanport.grid.config import GridConfig
from hanport.grid.wordings.kinds import KINDS
from hanport.grid.wordings.markdown import to_html
from hanport.grid.wordings.shipped import filled, shipped
from hanport.grid.wordings.store import Version, changes, latest_of_all


@dataclass(frozen=True, slots=True)
class Wordings:
    """All texts as they held at one instant, places filled."""

    config: GridConfig
    versions: Mapping[str, Version]

    def text(self, key: str, language: str) -> str:
        """As it was written. Raises KeyError for a text that there is not: a mistake of ours."""
        kind = KINDS[key]
        version = self.versions.get(key)
        return filled(version.text(language) if version else shipped(kind.key)[language], self.config)

    def html(self, key: str, language: str) -> Markup:
        """As HTML; "" for an empty text."""
        return to_html(self.text(key, language))


class Shelf:
    """Keeps them for a process. Many threads may use it."""

    def __init__(self) -> None:
        self._kept: tuple[int, Wordings] | None = None

    def now(self, connection: Connection, config: GridConfig) -> Wordings:
        """The texts that hold now: one small question to the database, unless something was changed."""
        count = changes(connection)
        kept = self._kept
        if kept is not None and kept[0] == count:
            return kept[1]
        read = Wordings(config, latest_of_all(connection))
        self._kept = (count, read)
        return read
