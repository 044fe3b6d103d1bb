"""Avatars: whatever comes in, a small square WebP without a past comes out, or words why not."""

import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from socialvideo.lib.images import MOST_BYTES, Crop, ImageRefused, square_webp

RED, BLUE, GREEN = (220, 20, 20), (20, 20, 220), (20, 220, 20)


def picture(width: int = 80, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image.convert(mode)


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> BytesIO:
    file = BytesIO()
    image.save(file, kind, **options)
    file.seek(0)
    return file


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = image.convert("RGB").getpixel(at)
    return all(abs(a - b) < 40 for a, b in zip(found, colour, strict=True))


def refusal(file: BytesIO) -> ImageRefused:
    with pytest.raises(ImageRefused) as caught:
        square_webp(file)
    return caught.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_format_becomes_a_square_webp(kind: str) -> None:
    made = opened(square_webp(saved(picture(1600, 1200), kind)))
    assert (made.format, made.size) == ("WEBP", (512, 512))
    assert near(made, (20, 256), RED)
    assert near(made, (490, 256), BLUE)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "RGBA", "I;16"])
def test_every_mode(mode: str) -> None:
    source = Image.new(mode, (64, 64)) if mode == "I;16" else picture(64, 64, mode)
    assert opened(square_webp(saved(source, "JPEG" if mode == "CMYK" else "PNG"))).size == (64, 64)


def test_small_pictures_are_not_enlarged() -> None:
    assert opened(square_webp(saved(picture(60, 40)))).size == (40, 40)


def test_the_size_is_the_callers() -> None:
    assert opened(square_webp(saved(picture(600, 400)), size=96)).size == (96, 96)


def test_crop() -> None:
    made = opened(square_webp(saved(picture(800, 400)), crop=Crop(500, 100, 200)))
    assert made.size == (200, 200)
    assert near(made, (5, 5), BLUE)


@pytest.mark.parametrize(
    "crop", [Crop(-50, -50, 100), Crop(9000, 9000, 100), Crop(0, 0, 0), Crop(0, 0, -5), Crop(5, 5, 99999)]
)
def test_a_crop_outside_is_pushed_inside(crop: Crop) -> None:
    made = opened(square_webp(saved(picture(400, 200)), crop=crop))
    assert made.width == made.height


def test_a_crop_of_a_large_jpeg_means_its_full_size_pixels() -> None:
    made = opened(square_webp(saved(picture(4000, 2000), "JPEG"), crop=Crop(1900, 500, 200)))
    assert abs(made.width - 200) <= 2
    assert near(made, (5, 100), RED)
    assert near(made, (190, 100), BLUE)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_right_side_up(orientation: int) -> None:
    """One red corner, placed by the inverse of the camera's turn; upright it is top left."""
    upright = Image.new("RGB", (300, 300), BLUE)
    upright.paste(RED, (0, 0, 150, 150))
    inverse = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = upright.transpose(inverse[orientation]) if orientation in inverse else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = opened(square_webp(saved(stored, "JPEG", exif=exif)))
    assert near(made, (40, 40), RED)
    assert near(made, (260, 260), BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_of_the_file_survives(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "Home, sweet home"
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x8825] = {1: "N", 2: (48.0, 12.0, 30.0)}
    content = square_webp(saved(picture(), kind, exif=exif))
    made = opened(content)
    assert not made.getexif()
    assert not {"exif", "xmp", "icc_profile"} & set(made.info)
    assert b"Home" not in content
    assert b"EXIF" not in content


def test_transparency_stays() -> None:
    assert opened(square_webp(saved(Image.new("RGBA", (64, 64), (0, 0, 0, 0))))).getpixel((5, 5))[3] == 0


def test_the_first_picture_of_an_animation() -> None:
    others = [Image.new("RGB", (64, 64), GREEN)] * 3
    made = opened(square_webp(saved(Image.new("RGB", (64, 64), RED), "GIF", save_all=True, append_images=others)))
    assert not getattr(made, "is_animated", False)
    assert near(made, (30, 30), RED)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe", b"\0" * 500],
)
def test_what_is_no_picture(content: bytes) -> None:
    refused = refusal(BytesIO(content))
    assert refused.code == "not_a_picture"
    assert "JPEG" in str(refused)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM"])
def test_other_formats_are_not_opened(kind: str) -> None:
    assert refusal(saved(picture(32, 32), kind)).code == "not_a_picture"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_cut_file(kind: str) -> None:
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    content = saved(noise, kind).getvalue()
    assert refusal(BytesIO(content[: len(content) // 2])).code in {"damaged", "not_a_picture"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_flipped_bytes_never_raise_anything_else(kind: str) -> None:
    content = saved(Image.effect_noise((64, 64), 90).convert("RGB"), kind).getvalue()
    for at in range(0, len(content), max(1, len(content) // 150)):
        broken = bytearray(content)
        broken[at] ^= 0xFF
        with suppress(ImageRefused):
            square_webp(BytesIO(bytes(broken)))


def png_claiming(width: int, height: int) -> BytesIO:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(8000, 8000), (10_000, 10_000), (60_000, 60_000)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    assert refusal(png_claiming(*size)).code == "too_many_pixels"


def test_pictures_of_phones_in_formats_we_do_not_read_are_named() -> None:
    assert "HEIC" in str(refusal(BytesIO(b"\0\0\0\x18ftypheic" + bytes(100))))


def test_a_wide_gamut_becomes_srgb() -> None:
    """The profile says that red and blue are swapped, which is easier to see than Display P3."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * profile[131], 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    profile[red + 4 : red + 12], profile[blue + 4 : blue + 12] = (
        profile[blue + 4 : blue + 12],
        profile[red + 4 : red + 12],
    )
    made = opened(square_webp(saved(Image.new("RGB", (64, 64), RED), icc_profile=bytes(profile))))
    assert near(made, (30, 30), BLUE)


@pytest.mark.parametrize("profile", [b"nonsense", bytes(200)])
def test_a_broken_profile_is_left_aside(profile: bytes) -> None:
    made = opened(square_webp(saved(Image.new("RGB", (64, 64), RED), icc_profile=profile)))
    assert near(made, (30, 30), RED)


def test_too_large_and_too_small() -> None:
    assert refusal(BytesIO(b"\xff" * (MOST_BYTES + 1))).code == "too_large"
    assert refusal(saved(picture(8, 8))).code == "too_small"
