"""Static files under one fingerprint: `/static/<fingerprint>/<path>`, so that a browser may keep them for a year.

The fingerprint is that of all files together. Modules therefore import each other by relative paths, and a change of
one gives all of them new addresses. The files are few and small: they are read once, and kept packed as well.
"""

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PREFIX = "/static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
    ".md": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, as it is and packed; `packed` is None where that does not make it smaller."""

    content: bytes
    packed: bytes | None
    media_type: str


class Assets:
    """The static files of some folders; the first folder that has a path gives it."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._files: dict[str, Asset] = {}
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder).as_posix()
                if path.is_file() and path.suffix in _TYPES and name not in self._files:
                    self._files[name] = _read(path)
        digest = hashlib.sha256()
        for name, asset in sorted(self._files.items()):
            digest.update(name.encode() + b"\0" + hashlib.sha256(asset.content).digest())
        self.fingerprint = digest.hexdigest()[:16]

    def url(self, name: str) -> str:
        """The address of a file. Raises KeyError where there is none: a mistake of ours."""
        if name not in self._files:
            raise KeyError(name)
        return f"{PREFIX}/{self.fingerprint}/{name}"

    def route(self) -> Route:
        """What serves them. An older fingerprint gets the file of now, which is not to be kept."""
        return Route(PREFIX + "/{fingerprint}/{name:path}", self._serve, name="static")

    async def _serve(self, request: Request) -> Response:
        asset = self._files.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        current = request.path_params["fingerprint"] == self.fingerprint
        headers = {
            "content-type": asset.media_type,
            "cache-control": _FOR_EVER if current else "no-cache",
            "vary": "accept-encoding",
        }
        content = asset.content
        if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            content = asset.packed
        return Response(content, headers=headers)


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0)
    return Asset(content, packed if len(packed) < len(content) else None, _TYPES[path.suffix])
