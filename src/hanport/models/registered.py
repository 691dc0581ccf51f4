"""Which models a meter may be by what a company's register calls its maker and model."""

import re
from collections.abc import Sequence

from hanport.models.catalog import MODELS
from hanport.models.model import Model

_NO_WORD = re.compile(r"[\W_]+")
# A maker as registers write it, without spaces and signs, and how the catalog has it.
_MAKERS = (
    ("kamstrup", "Kamstrup"),
    ("aidon", "Aidon"),
    ("landisgyr", "Landis+Gyr"),
    ("landisandgyr", "Landis+Gyr"),
    ("landisochgyr", "Landis+Gyr"),
    ("lgyr", "Landis+Gyr"),
    ("lg", "Landis+Gyr"),
    ("sagemcom", "Sagemcom"),
    ("sagem", "Sagemcom"),
    ("kaifa", "Kaifa"),
)
# Maker, what its model is called (without spaces and signs), and the models that this may be; the first that fits.
# A type that comes with several plugs or layouts may be each of them, as long as nothing tells.
_MBUS = r".*(mbus|rj45|nve)"
_TYPES: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("Kamstrup", r"omnia", ("kamstrup-omnia",)),
    ("Kamstrup", rf"omnipower{_MBUS}", ("kamstrup-hdlc",)),
    ("Kamstrup", r"omnipower.*(p1|rj12)", ("kamstrup-omnipower-p1",)),
    ("Kamstrup", r"omnipower", ("kamstrup-omnipower-p1", "kamstrup-hdlc")),
    ("Aidon", r"65\d\d.*efs2", ("aidon-6534",)),
    ("Aidon", r"65\d\d.*efs", ("aidon-hdlc",)),
    ("Aidon", r"65\d\d", ("aidon-6534", "aidon-hdlc")),
    ("Landis+Gyr", r"e360", ("landisgyr-e360",)),
    ("Sagemcom", r"[st]21[01]", ("sagemcom-s211",)),
    ("Kaifa", rf"ma304{_MBUS}", ("kaifa-hdlc",)),
    ("Kaifa", r"ma304", ("kaifa-ma304", "kaifa-hdlc")),
)


def registered(maker: str, model: str) -> tuple[Model, ...]:
    """The models of the catalog that it may be, the likeliest first; none where it is not known."""
    said, known = _plain(model), _maker_of(maker, model)
    for each in MODELS.values():
        names = (each.display, each.name, each.display.removeprefix(each.maker))
        if known in (each.maker, None) and said in map(_plain, names):
            return (each,)
    for of, pattern, may_be in _TYPES:
        if of == known and re.search(pattern, said):
            return tuple(MODELS[name] for name in may_be)
    return ()


def _maker_of(maker: str, model: str) -> str | None:
    """The maker, by its own field or as it begins the model's."""
    for begin, known in _MAKERS:
        if _plain(maker).startswith(begin):
            return known
    if _plain(maker):
        return ""
    return next((known for begin, known in _MAKERS if _plain(model).startswith(begin)), None)


def _plain(text: str) -> str:
    return _NO_WORD.sub("", text.casefold())
