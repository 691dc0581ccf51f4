"""The texts as they are shipped, and the places in texts that the configuration fills: `{company}` and its kin."""

import re
from collections.abc import Mapping

from hanport.grid.config import GridConfig
from hanport.locale import LANGUAGES, catalog_texts

_CATALOG = "grid_wordings"
_PLACE = re.compile(r"\{(company|warranty_years|warranty_price|retention_years)\}")
PLACES = ("company", "warranty_years", "warranty_price", "retention_years")


def shipped(key: str) -> dict[str, str]:
    """language -> text, places not filled; "" where none is shipped."""
    texts: Mapping[str, str] = catalog_texts(_CATALOG).get(key, {})
    return {language: texts.get(language, "").strip() for language in LANGUAGES}


def filled(text: str, config: GridConfig) -> str:
    """The text with its places filled; other braces stay as they are."""
    values = {
        "company": config.company.name,
        "warranty_years": str(config.warranty.years),
        "warranty_price": str(config.warranty.price_sek),
        "retention_years": str(config.retention.years),
    }
    return _PLACE.sub(lambda place: values[place[1]], text)
