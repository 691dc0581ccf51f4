"""Files that come with a form, held in memory alone: what customers' systems write has personal numbers in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

_FILES, _FIELDS = 8, 40


@dataclass(frozen=True, slots=True)
class MultipartForm:
    """The fields, the values of ticks by their name, and the files that are not empty by theirs."""

    fields: Mapping[str, str]
    ticks: Mapping[str, tuple[str, ...]]
    files: Mapping[str, bytes]


class _InMemory(MultiPartParser):
    """Starlette's, which writes what is longer than 1 MiB to a file on the disk; this one does not."""

    spool_max_size = 2**40


async def multipart_of(request: Request, *, most_bytes: int) -> MultipartForm:
    """A form with files. Raises HTTPException: 400 for what is none, 413 for files that are too long together."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(400)
    parser = _InMemory(request.headers, request.stream(), max_files=_FILES, max_fields=_FIELDS)
    try:
        form = await parser.parse()
    except MultiPartException:
        raise HTTPException(400) from None
    fields: dict[str, str] = {}
    ticks: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read()
                if content:
                    files[_named(value.filename or name, files)] = content
            else:
                fields[name] = value.strip()
                ticks.setdefault(name, []).append(value)
    finally:
        await form.close()
    if sum(map(len, files.values())) > most_bytes:
        raise HTTPException(413)
    return MultipartForm(fields, {name: tuple(values) for name, values in ticks.items()}, files)


def _named(name: str, taken: Mapping[str, bytes]) -> str:
    """A name of its own for each."""
    plain = name.replace("\\", "/").rpartition("/")[2][:100] or "file.csv"
    return plain if plain not in taken else f"{len(taken)}-{plain}"
