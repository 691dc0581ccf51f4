"""Which model sends this: by the identification and by what was sent."""

import re
from collections.abc import Iterable

from hanport.models.catalog import MODELS
from hanport.models.model import Model, Sign


def _matches(sign: Sign, model: Model, identification: str | None, codes: frozenset[str]) -> bool:
    if sign.identification is None:
        if identification:
            return False
    elif not re.fullmatch(sign.identification, identification or ""):
        return False
    return sign.has <= codes and (not sign.only_rows or codes <= frozenset(model.rows))


def recognise(identification: str | None, obis_codes: Iterable[str]) -> Model | None:
    """The model that sends telegrams with this identification (`KAM5`, `Kamstrup_V0001`; None: none) and these codes.

    None where no model is known to. Where several look the same, the first of the catalog: the others are in its
    `alike`. A Kamstrup that sends its identification and no rows is the OMNIPOWER with P1 module, reported to do
    so without 5 V on pin 1.
    """
    name = identification.strip().removeprefix("/") if identification else None
    codes = frozenset(obis_codes)
    if name == "KAM5" and not codes:
        return MODELS["kamstrup-omnipower-p1"]
    for model in MODELS.values():
        if any(_matches(sign, model, name, codes) for sign in model.signs):
            return model
    return None
