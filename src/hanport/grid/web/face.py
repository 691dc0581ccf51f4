"""The company's face: its colour and its logo, as files that pages may load."""

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
_ENOUGH = 4.5  # contrast of text, WCAG 2.1, 1.4.3


@dataclass(frozen=True, slots=True)
class Theme:
    """What a colour stands on in one theme (the tokens of hanport.css). `lightness` (0 to 1) is what it is moved
    towards until it can be read.
    """

    selector: str
    sheet: str
    ground: str
    ink: str  # on the colour
    lightness: float
    softness: float  # of the colour on the sheet, as a ground for text


_LIGHT = Theme(":root:root,:root[data-theme=light]", "#ffffff", "#f5f6f4", "#ffffff", 0.0, 0.12)
_DARK = Theme(":root:root[data-theme=dark]", "#16211f", "#0e1716", "#000000", 1.0, 0.15)
_AUTO_DARK = replace(_DARK, selector=":root:root:not([data-theme=light])")


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
        # An SVG opened by itself is a document: it may not run anything, and has no origin. In a page it is a picture,
        # to which this does not apply.
        headers = _KEPT | {"content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}
        return Response(content, media_type=media_type, headers=headers)

    return [Route("/face.css", show_style), Route("/logo", show_logo)]


def style_of(colour: str) -> str:
    """The custom properties of a colour (#rrggbb), as an accent that can be read in light and dark; "" for none."""
    if not colour:
        return ""
    ink = max(("#ffffff", "#000000"), key=lambda each: contrast(each, colour))
    company = f":root{{--company:{colour};--on-company:{ink}}}"
    dark = f"@media (prefers-color-scheme:dark){{{_accent(colour, _AUTO_DARK)}}}"
    themes = "\n".join((_accent(colour, _LIGHT), dark, _accent(colour, _DARK)))
    return f"{company}\n@media screen{{\n{themes}\n}}\n"  # on paper the shell's own black


def readable(colour: str, theme: Theme) -> str:
    """The colour, moved only so far that text in it has the contrast of 4.5 on every ground of the theme."""
    moved = colour
    for percent in range(101):
        moved = with_lightness(colour, theme.lightness, percent / 100)
        grounds = (theme.sheet, theme.ground, mixed(theme.sheet, moved, theme.softness), theme.ink)
        if all(contrast(moved, each) >= _ENOUGH for each in grounds):
            break
    return moved


def with_lightness(colour: str, lightness: float, share: float) -> str:
    """A colour whose lightness is moved by a share towards another; hue and saturation stay, and with them its look."""
    hue, own, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _parts(colour)))
    moved = own + (lightness - own) * share
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, moved, saturation))


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share (0 to 1) of another."""
    parts = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(mine + (its - mine) * share):02x}" for mine, its in parts)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, "contrast ratio": 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _accent(colour: str, theme: Theme) -> str:
    accent = readable(colour, theme)
    soft = mixed(theme.sheet, accent, theme.softness)
    return f"{theme.selector}{{--hp-accent:{accent};--hp-accent-ink:{theme.ink};--hp-accent-soft:{soft}}}"


def _luminance(colour: str) -> float:
    """WCAG 2.1, "relative luminance"."""
    shares = (part / 255 for part in _parts(colour))
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


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
