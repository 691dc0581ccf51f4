"""The company's own texts: shipped with the service in both languages, edited by staff, kept with their history."""

from hanport.grid.wordings.store import current
from hanport.grid.wordings.terms import settle, terms_version

__all__ = ["current", "settle", "terms_version"]
