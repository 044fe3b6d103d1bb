"""Files for the media engine's tests, made with ffmpeg's own generators: small, and each wrong in one way."""

import subprocess
import tempfile
from functools import cache
from pathlib import Path

from videos.media import ffmpeg_path

SOUND = ("-f", "lavfi", "-i", "sine=frequency=440")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def ffmpeg(*arguments: str | Path) -> None:
    command = [ffmpeg_path(), "-nostdin", "-y", "-loglevel", "error", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def clip(
    target: Path,
    size: str = "180x320",
    seconds: float = 1,
    *,
    rate: str = "30",
    sound: bool = True,
    extra: tuple[str, ...] = (),
) -> Path:
    """A test picture whose top left quarter is red, so that it shows how it is turned."""
    corner = "drawbox=w=iw/2:h=ih/2:color=red:t=fill,setsar=1"
    picture = ("-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate},{corner}")
    whole = (*picture, *(SOUND if sound else ()), "-t", str(seconds), *X264, *extra)
    target.write_bytes(_made_once(target.suffix, whole))
    return target


@cache
def _made_once(suffix: str, arguments: tuple[str, ...]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"made{suffix}"
        ffmpeg(*arguments, made)
        return made.read_bytes()


def padded(path: Path, size: int) -> Path:
    """The same film in a file of so many bytes: what is added is marked as free."""
    missing = size - path.stat().st_size
    with path.open("ab") as file:
        file.write(missing.to_bytes(4, "big") + b"free" + bytes(missing - 8))
    return path


def turned(target: Path, degrees: int, size: str = "320x180") -> Path:
    """Says in its header that it is to be turned clockwise by so much."""
    plain = clip(target.with_name(f"plain-{target.name}"), size, sound=False)
    matrix = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0), -1: (-1, 0, 0, 1)}[degrees]
    content = bytearray(plain.read_bytes())
    header = content.index(b"tkhd") + 4
    at = header + 40
    for offset, value in zip((0, 4, 12, 16), matrix, strict=True):
        content[at + offset : at + offset + 4] = (value * 65536).to_bytes(4, "big", signed=True)
    target.write_bytes(content)
    return target
