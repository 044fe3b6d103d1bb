"""Faces of the demo world's people: a few shapes on two colours, the same for a handle every time."""

from io import BytesIO
from math import cos, pi, sin
from zlib import crc32

from PIL import Image, ImageDraw

SIDE = 256
SALT = 396  # with this one no two of the cast look the same
OVERSAMPLED = 2  # drawn larger, so that edges are smooth

# Background's top and bottom, then the shapes' colours.
PALETTES = (
    ("#312e81", "#7c3aed", "#f0abfc", "#fde68a"),
    ("#0f766e", "#34d399", "#ecfdf5", "#064e3b"),
    ("#9f1239", "#fb7185", "#ffe4e6", "#4c0519"),
    ("#1e3a8a", "#38bdf8", "#f0f9ff", "#fbbf24"),
    ("#7c2d12", "#fb923c", "#fff7ed", "#431407"),
    ("#3f6212", "#a3e635", "#fefce8", "#1a2e05"),
    ("#134e4a", "#2dd4bf", "#fda4af", "#f0fdfa"),
    ("#581c87", "#e879f9", "#22d3ee", "#faf5ff"),
    ("#1f2937", "#64748b", "#facc15", "#f8fafc"),
    ("#0c4a6e", "#7dd3fc", "#fb7185", "#f8fafc"),
)


def avatar(handle: str) -> bytes:
    """A PNG, as somebody would upload it."""
    number = crc32(f"{SALT}{handle}".encode())
    top, bottom, light, dark = PALETTES[number % len(PALETTES)]
    side = SIDE * OVERSAMPLED
    picture = _background(side, top, bottom).rotate(15 * (number % 7 - 3), Image.Resampling.BICUBIC)
    SHAPES[number // 16 % len(SHAPES)](ImageDraw.Draw(picture), side, light, dark)
    buffer = BytesIO()
    picture.crop(_inner(side)).resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(buffer, "PNG")
    return buffer.getvalue()


def _background(side: int, top: str, bottom: str) -> Image.Image:
    above, below = (Image.new("RGB", (side, side), color) for color in (top, bottom))
    return Image.composite(below, above, Image.linear_gradient("L").resize((side, side)))


def _inner(side: int) -> tuple[int, int, int, int]:
    """What no rotation by 45 degrees or less leaves empty."""
    edge = round(side * (1 - 1 / 2**0.5) / 2)
    return edge, edge, side - edge, side - edge


def _box(side: int, x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return (x - radius) * side, (y - radius) * side, (x + radius) * side, (y + radius) * side


def _portrait(draw: ImageDraw.ImageDraw, side: int, light: str, dark: str) -> None:
    draw.ellipse(_box(side, 0.5, 0.92, 0.28), fill=dark)
    draw.ellipse(_box(side, 0.5, 0.45, 0.16), fill=light)


def _moon(draw: ImageDraw.ImageDraw, side: int, light: str, dark: str) -> None:
    draw.ellipse(_box(side, 0.5, 0.5, 0.22), fill=light)
    draw.ellipse(_box(side, 0.6, 0.43, 0.18), fill=dark)


def _peaks(draw: ImageDraw.ImageDraw, side: int, light: str, dark: str) -> None:
    draw.ellipse(_box(side, 0.6, 0.36, 0.09), fill=light)
    draw.polygon([(x * side, y * side) for x, y in ((0, 0.95), (0.38, 0.42), (0.8, 0.95))], fill=light)
    draw.polygon([(x * side, y * side) for x, y in ((0.25, 1), (0.66, 0.5), (1, 1))], fill=dark)


def _rings(draw: ImageDraw.ImageDraw, side: int, light: str, dark: str) -> None:
    for radius, color in ((0.3, light), (0.22, dark), (0.13, light)):
        draw.ellipse(_box(side, 0.5, 0.5, radius), fill=color)


def _blossom(draw: ImageDraw.ImageDraw, side: int, light: str, dark: str) -> None:
    for petal in range(6):
        turn = petal * pi / 3
        draw.ellipse(_box(side, 0.5 + 0.16 * cos(turn), 0.5 + 0.16 * sin(turn), 0.12), fill=light)
    draw.ellipse(_box(side, 0.5, 0.5, 0.1), fill=dark)


def _tie(draw: ImageDraw.ImageDraw, side: int, light: str, dark: str) -> None:
    draw.rounded_rectangle(_box(side, 0.42, 0.42, 0.17), radius=0.06 * side, fill=light)
    draw.rounded_rectangle(_box(side, 0.58, 0.58, 0.17), radius=0.06 * side, fill=dark)


SHAPES = (_portrait, _moon, _peaks, _rings, _blossom, _tie)
