"""Pictures from strangers, made safe to show: an upright square WebP in sRGB, of our own encoding.

Only four formats are opened at all, their size is judged before a pixel is decoded, and nothing of the original file
survives: no place, no camera, no second frame, no thumbnail of what was cropped away.
"""

import struct
from io import SEEK_END, BytesIO
from typing import IO, NamedTuple

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps
from PIL.Image import DecompressionBombError, DecompressionBombWarning

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
SMALLEST_SIDE = 16
QUALITY = 84

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_OF_PHONES = {b"heic", b"heix", b"hevc", b"mif1", b"avif"}

# What Pillow's decoders raise on broken files; UnidentifiedImageError is an OSError.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
    MemoryError,
)
_BOMB = (DecompressionBombError, DecompressionBombWarning)


class ImageRefused(Exception):
    """Its text is for the person who picked the file; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Crop(NamedTuple):
    """A square in pixels of the upright picture."""

    left: int
    top: int
    side: int


def square_webp(file: IO[bytes], *, size: int = 512, crop: Crop | None = None) -> bytes:
    """At most `size` a side, never enlarged; the middle unless told which part."""
    _check_bytes(file)
    with _opened(file) as image:
        _check_pixels(image)
        return _encoded(_square(image, size, crop))


def _check_bytes(file: IO[bytes]) -> None:
    file.seek(0, SEEK_END)
    length = file.tell()
    file.seek(0)
    if length > MOST_BYTES:
        limit = MOST_BYTES // 1024**2
        raise ImageRefused(
            "too_large",
            _("This file is %(size)s MB. The limit is %(limit)s MB. Pick another.")
            % {"size": f"{length / 1024**2:.0f}", "limit": limit},
        )


def _opened(file: IO[bytes]) -> Image.Image:
    if _is_heic(file):
        raise ImageRefused(
            "heic", _("This kind of picture (HEIC or AVIF) cannot be used. Save it as JPEG, PNG, WebP or GIF.")
        )
    try:
        return Image.open(file, formats=FORMATS)
    except _BOMB:
        raise ImageRefused("too_many_pixels", _("This picture has too many pixels. Pick a smaller one.")) from None
    except _BROKEN:
        raise ImageRefused(
            "not_a_picture", _("This file is not a picture we can read. Pick a JPEG, PNG, WebP or GIF.")
        ) from None


def _is_heic(file: IO[bytes]) -> bool:
    head = file.read(12)
    file.seek(0)
    return head[4:8] == b"ftyp" and head[8:] in _OF_PHONES


def _check_pixels(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        said = _("This picture is %(width)s × %(height)s. Pick a smaller one.")
        raise ImageRefused("too_many_pixels", said % {"width": width, "height": height})
    if min(width, height) < SMALLEST_SIDE:
        said = _("This picture is only %(width)s × %(height)s. Pick a larger one.")
        raise ImageRefused("too_small", said % {"width": width, "height": height})


def _square(image: Image.Image, size: int, crop: Crop | None) -> Image.Image:
    full = max(image.size)
    try:
        _decode_small(image, size, crop)
        upright = ImageOps.exif_transpose(image)
    except (*_BROKEN, *_BOMB):
        raise ImageRefused("damaged", _("This picture is damaged. Pick another.")) from None
    scale = max(upright.size) / full
    part = upright.crop(_box(upright.size, crop, scale))
    part = part.convert("RGBA" if part.has_transparency_data else "RGB")
    part.thumbnail((size, size), Image.Resampling.LANCZOS)
    return _in_srgb(part, image.info.get("icc_profile"))


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Phones photograph in a wider gamut, which without its profile would look pale. One that does not fit (of grey or
    CMYK pictures) is left aside."""
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode=image.mode) or image
    except (OSError, ImageCms.PyCMSError):
        return image


def _decode_small(image: Image.Image, size: int, crop: Crop | None) -> None:
    """JPEG only: decodes at a half, a quarter or an eighth where that is enough, which spares most of the memory."""
    side = min(crop.side if crop else min(image.size), *image.size)
    factor = 2 * size / max(side, 1)
    image.draft(None, (round(image.width * factor), round(image.height * factor)))
    image.load()


def _box(full: tuple[int, int], crop: Crop | None, scale: float) -> tuple[int, int, int, int]:
    """The asked-for square pushed inside the picture, or the middle one."""
    width, height = full
    if crop is None:
        side = min(full)
        left, top = (width - side) // 2, (height - side) // 2
    else:
        left, top, side = (round(number * scale) for number in crop)
        side = min(max(side, 1), *full)
        left, top = min(max(left, 0), width - side), min(max(top, 0), height - side)
    return left, top, left + side, top + side


def _encoded(image: Image.Image) -> bytes:
    image.info.clear()
    buffer = BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return buffer.getvalue()
