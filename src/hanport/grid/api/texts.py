"""The kinds of text that requests hold: each bounded, and without characters that no database and no log can bear."""

import re
from datetime import date
from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from hanport.grid.register.fields import KEY_LONGEST, TEXT_LONGEST

_RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[-+]\d{2}:\d{2})", re.ASCII)
_DAY = re.compile(r"2[01]\d{2}-\d{2}-\d{2}", re.ASCII)


def _instant(value: object) -> object:
    """Numbers are no times, though pydantic would take them."""
    if not (isinstance(value, str) and _RFC_3339.fullmatch(value)):
        raise ValueError("no instant")
    return value


def _day(value: object) -> object:
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("no day")
    return value


_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
_SOME_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\x00-\x20\x7f-\xa0\u2028\u2029][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
_KEY = r"^[!-~\u00a1-\ud7ff\ue000-\uffef]+$"

# A line that people wrote, and one that must not be empty.
Line: TypeAlias = Annotated[str, Field(max_length=TEXT_LONGEST, pattern=_LINE)]
SomeLine: TypeAlias = Annotated[str, Field(min_length=1, max_length=TEXT_LONGEST, pattern=_SOME_LINE)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=60, pattern=_SOME_LINE)]
Serial: TypeAlias = Annotated[str, Field(min_length=1, max_length=KEY_LONGEST, pattern=_KEY)]
# Personal, co-ordination or organisation number, as people write it.
NumberText: TypeAlias = Annotated[str, Field(min_length=10, max_length=13, pattern=r"^[0-9]{6,8}[-+ ]?[0-9]{4}$")]
Gsrn: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{18}$", description="The facility's ID (GSRN)")]

Instant: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_instant)]
Day: TypeAlias = Annotated[date, BeforeValidator(_day)]

KeyInPath: TypeAlias = Annotated[str, Path(max_length=KEY_LONGEST, pattern=_KEY)]
LineInPath: TypeAlias = Annotated[str, Path(max_length=TEXT_LONGEST, pattern=_SOME_LINE)]
IdInPath: TypeAlias = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
HeadEndInPath: TypeAlias = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,30}$", description="Its name in grid.toml")]


class Body(BaseModel):
    """What a request says: fields that the document does not know are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """What is answered."""

    model_config = ConfigDict(frozen=True)
