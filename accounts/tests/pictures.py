"""Pictures that people send, made on the spot."""

import io
import struct
import zlib

from PIL import Image


def jpeg_with_place() -> io.BytesIO:
    """Landscape, with the coordinates of where it was taken."""
    exif = Image.Exif()
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (48.0, 12.0, 30.0)
    file = io.BytesIO()
    Image.new("RGB", (1200, 800), (90, 60, 200)).save(file, "JPEG", exif=exif)
    file.name = "me.jpg"
    file.seek(0)
    return file


def png_bomb() -> bytes:
    """A few bytes that claim to be 900 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )
