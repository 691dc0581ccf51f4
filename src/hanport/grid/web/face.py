"""The company's face: its colour and its logo, as files that pages may load."""

from collections.abc import Sequence
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.errors import ConfigError
from hanport.grid.web.parts import WebParts
from hanport.web.shell import Shell

_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
_LONGEST = 512 * 1024  # bytes
_KEPT = {"cache-control": "public, max-age=3600"}
_STYLE = ":root{{--company:{colour};--on-company:{ink}}}\n"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/face.css` and `/logo`. Raises ConfigError for a logo that cannot be shown."""
    style = style_of(parts.config.company.colour)
    logo = _read_logo(parts.folder, parts.config.company.logo)

    async def show_style(request: Request) -> Response:
        return Response(style, media_type="text/css", headers=_KEPT)

    async def show_logo(request: Request) -> Response:
        if logo is None:
            raise HTTPException(404)
        content, media_type = logo
        # An SVG opened by itself is a document: it may not run anything.
        headers = _KEPT | {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return Response(content, media_type=media_type, headers=headers)

    return [Route("/face.css", show_style), Route("/logo", show_logo)]


def style_of(colour: str) -> str:
    """The custom properties of a colour (#rrggbb); "" for none."""
    if not colour:
        return ""
    # White on the colour, or black: one of them has the contrast of 4.5 that WCAG 1.4.3 asks for.
    ink = "#ffffff" if _contrast_with_white(colour) >= 4.5 else "#000000"
    return _STYLE.format(colour=colour, ink=ink)


def _contrast_with_white(colour: str) -> float:
    """WCAG 2.1, "contrast ratio" and "relative luminance"."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _read_logo(folder: Path, name: str) -> tuple[bytes, str] | None:
    if not name:
        return None
    path = folder / name
    media_type = _TYPES.get(path.suffix.lower())
    if media_type is None:
        raise ConfigError(f"company.logo: {name} is no SVG or PNG.", "Save the logo as one of them.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"company.logo: {path} cannot be read ({error.strerror}).", "Check the path.") from error
    if len(content) > _LONGEST:
        raise ConfigError(f"company.logo: {path} is larger than 512 KiB.", "Make it smaller.")
    return content, media_type
