"""Which series of a file is the register of what was bought, and which of what was fed in. Pure."""

import re
from collections.abc import Sequence

from hanport.errors import ConfigError

_NO_ENERGY = re.compile(r"power|effekt|current|voltage|spanning|strom|cost|price|kostnad|pris|gas|water|solar|battery")
_EXPORT = re.compile(r"export|return|produc|produktion|inject|feed_?in|inmat|overskott|surplus|sold|to_grid")
_IMPORT = re.compile(r"import|consum|deliver|forbruk|purchas|bought|kopt|uttag|usage|from_grid")
_TARIFF = re.compile(r"tarif|_t[1-4]\b|_[1-4]$")


def choose(
    names: Sequence[str], imports: Sequence[str], exports: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The series of import and of export. Several are registers by tariff, whose sum is meant.

    Raises ConfigError where a named one is not there, none is that of import, or several could be.
    """
    missing = [name for name in (*imports, *exports) if name not in names]
    if missing:
        raise ConfigError(f"There is no series {missing[0]}.", _known(names))
    return (
        tuple(imports) or _guess(names, _IMPORT, _EXPORT, "import"),
        tuple(exports) or _guess(names, _EXPORT, re.compile("(?!)"), "export"),
    )


def _guess(names: Sequence[str], wanted: re.Pattern[str], other: re.Pattern[str], role: str) -> tuple[str, ...]:
    found = [
        name
        for name in names
        if wanted.search(name.lower()) and not other.search(name.lower()) and not _NO_ENERGY.search(name.lower())
    ]
    if not found and role == "import" and len(names) == 1:
        found = list(names)
    totals = [name for name in found if not _TARIFF.search(name.lower())]
    if not totals and found:
        return tuple(found)
    if len(totals) > 1 or (not totals and role == "import"):
        problem = "Several series could be" if totals else "No series looks like"
        raise ConfigError(f"{problem} the register of {role}.", f"Name it by --{role}-series. {_known(names)}")
    return tuple(totals)


def _known(names: Sequence[str]) -> str:
    shown = ", ".join(names[:20])
    return f"In the file: {shown}." if names else "The file has no series of energy."
