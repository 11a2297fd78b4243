"""The organisation's own colour in the pages: made darker or lighter until what is written in it can be read by everybody."""

import colorsys
import re
from typing import Final

from starlette.responses import Response

from weetwie.errors import Invalid, NotFound, _
from weetwie.web.visit import Visit

_HEX: Final = re.compile(r"[0-9a-f]{6}")
_LIGHT_CARD, _DARK_CARD = "ffffff", "171a1c"
_WEETWIE: Final = "0d6453"
_READABLE: Final = 4.6
"""A little more than WCAG 2.2 asks (1.4.3: 4.5 : 1)."""
_WELL_READABLE: Final = 7.0

Rgb = tuple[float, float, float]


def checked(colour: str) -> str:
    """As six small hexadecimal digits; empty for none. Raises Invalid."""
    found = colour.strip().lower().removeprefix("#")
    if found and not _HEX.fullmatch(found):
        raise Invalid(_("Write the colour like this: #1f5f5b"), field="accent")
    return found


def contrast(one: Rgb, other: Rgb) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def tokens(accent: str) -> str:
    """The tokens of `css/tokens.css` that depend on the colour, for both themes."""
    light = _until(_rgb(accent), _rgb(_LIGHT_CARD), _READABLE, -0.02)
    dark = _until(_rgb(accent), _rgb(_DARK_CARD), _WELL_READABLE, 0.02)
    colours = {
        "green": (light, dark),
        "green-strong": (_shifted(light, -0.08), _shifted(dark, 0.08)),
        "on-green": ((1.0, 1.0, 1.0), _rgb("0c0f13")),
        "green-tint": (_mixed(light, _rgb(_LIGHT_CARD), 0.1), _mixed(dark, _rgb(_DARK_CARD), 0.14)),
        "green-line": (_mixed(light, _rgb(_LIGHT_CARD), 0.3), _mixed(dark, _rgb(_DARK_CARD), 0.35)),
    }
    told = (f"--{name}:light-dark({_told(light)},{_told(dark)})" for name, (light, dark) in colours.items())
    return f":root{{{';'.join(told)}}}"


def on_paper(accent: str) -> str:
    """The colour where it is printed on white; that of Weetwie where the organisation has none."""
    return _told(_until(_rgb(accent or _WEETWIE), _rgb(_LIGHT_CARD), _READABLE, -0.02))


async def show(visit: Visit) -> Response:
    """The address holds the colour, so it is kept for good."""
    accent = visit.request.path_params["accent"]
    if not _HEX.fullmatch(accent):
        raise NotFound
    kept = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(tokens(accent), media_type="text/css", headers=kept)


def _rgb(colour: str) -> Rgb:
    red, green, blue = bytes.fromhex(colour)
    return red / 255, green / 255, blue / 255


def _luminance(colour: Rgb) -> float:
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _until(colour: Rgb, ground: Rgb, wanted: float, step: float) -> Rgb:
    """Lighter or darker by so many steps as it takes; black and white are readable on any ground of ours."""
    while contrast(colour, ground) < wanted:
        colour = _shifted(colour, step)
    return colour


def _shifted(colour: Rgb, by: float) -> Rgb:
    hue, lightness, saturation = colorsys.rgb_to_hls(*colour)
    return colorsys.hls_to_rgb(hue, min(1.0, max(0.0, lightness + by)), saturation)


def _mixed(colour: Rgb, ground: Rgb, share: float) -> Rgb:
    red, green, blue = (one * share + other * (1 - share) for one, other in zip(colour, ground, strict=True))
    return red, green, blue


def _told(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)
