"""Pictures that strangers send. What comes out is an encoding of our own: upright, sRGB, and nothing of the file
besides what can be seen (no place, no camera, no thumbnail of what was cropped away)."""

import io
import struct
from typing import IO

from PIL import Image, ImageCms, ImageOps

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY = 86
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    ImageCms.PyCMSError,
)


class ImageRefused(Exception):
    """Why a file is not taken, in plain words."""


def square_webp(file: IO[bytes], *, size: int) -> bytes:
    """The middle square as WebP, `size` pixels wide or as many as there are."""
    image = _upright(_opened(file, size))
    side = min(size, *image.size)
    square = ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    plain = Image.new(square.mode, square.size)  # a new picture has no metadata to forget
    plain.paste(square)
    output = io.BytesIO()
    plain.save(output, "WEBP", quality=QUALITY, method=4)
    return output.getvalue()


def _opened(file: IO[bytes], size: int) -> Image.Image:
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ImageRefused(f"This picture is larger than {MAX_BYTES // 1024**2} MB. Pick a smaller one.")
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif"}:
        raise ImageRefused("This kind of picture (HEIC or AVIF) cannot be used. Save it as JPEG, PNG or WebP.")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _BROKEN as error:
        raise ImageRefused("This file is not a picture that can be used. Use JPEG, PNG or WebP.") from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels()
    image.draft("RGB", (size * 2, size * 2))  # a large JPEG is decoded no larger than it is needed
    return image


def _upright(image: Image.Image) -> Image.Image:
    try:
        image.load()
        profile = image.info.get("icc_profile")
        image = ImageOps.exif_transpose(image)
        has_alpha = image.has_transparency_data
        image = image.convert("RGBA" if has_alpha else "RGB")
        return _in_srgb(image, profile) if profile else image
    except _BROKEN as error:
        raise ImageRefused("This picture is damaged. Pick another one.") from error


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Phones photograph in a wider gamut, which without its profile would look pale. A profile that does not fit the
    picture (CMYK, grey) is left aside."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode=image.mode) or image
    except (OSError, ImageCms.PyCMSError):
        return image


def _too_many_pixels() -> ImageRefused:
    return ImageRefused(f"This picture has more than {MAX_PIXELS // 10**6} million pixels. Pick a smaller one.")
