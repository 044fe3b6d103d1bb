"""Opens one of our own renditions, says in JSON how its pictures look. Runs as a limited child process, by file path.

A print is 64 bits of one picture: of eight rows of nine grey fields, whether each is darker than the next (dHash). Even
borders are cut off before. Must stay independent of everything else in this package.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import av
from av.error import FFmpegError
from PIL import Image

OWN_FILES = {"protocol_whitelist": "file", "allowed_extensions": "ALL", "extension_picky": "0"}
SIDE = 64
NARROWEST = 24  # that a picture is cut to
EVEN = 12  # of 255: how much the fields of a border differ
CONTRAST = 24  # of 255: with less there is nothing to be seen
ROWS, COLUMNS = 8, 9
TELLING_BITS = range(8, 57)  # all dark on one side is a shade, no picture
TELLING_ROWS = 3  # that differ


def pictures(path: str, every: float) -> Iterator[Image.Image]:
    with av.open(path, format="hls", container_options=OWN_FILES) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        due = 0.0
        for frame in container.decode(stream):
            if frame.time is not None and frame.time - (stream.start_time or 0) * stream.time_base >= due:
                due += every
                yield small(frame)


def small(frame: av.VideoFrame) -> Image.Image:
    grey = frame.reformat(width=SIDE, height=SIDE, format="gray", interpolation="AREA")
    return Image.frombytes("L", (SIDE, SIDE), bytes(grey.planes[0]), "raw", "L", grey.planes[0].line_size)


def without_borders(picture: Image.Image) -> Image.Image:
    """Bars above, below and beside, of whatever shade."""
    top, bottom = _inside(picture)
    left, right = _inside(picture.crop((0, top, SIDE, bottom)).transpose(Image.Transpose.TRANSPOSE))
    return picture.crop((left, top, right, bottom))


def _inside(picture: Image.Image) -> tuple[int, int]:
    """From which line to which the lines are not even, or as far as may be cut."""
    begin, end = 0, picture.height
    while end - begin > NARROWEST and _is_even(picture, begin):
        begin += 1
    while end - begin > NARROWEST and _is_even(picture, end - 1):
        end -= 1
    return begin, end


def _is_even(picture: Image.Image, line: int) -> bool:
    low, high = picture.crop((0, line, picture.width, line + 1)).getextrema()
    return high - low <= EVEN


def print_of(picture: Image.Image) -> int | None:
    """None: the picture tells nothing."""
    shown = without_borders(picture)
    low, high = shown.getextrema()
    fields = shown.resize((COLUMNS, ROWS), Image.Resampling.BOX).tobytes()
    rows = [_row(fields[at : at + COLUMNS]) for at in range(0, len(fields), COLUMNS)]
    taken = int.from_bytes(rows)
    tells = taken.bit_count() in TELLING_BITS and len(set(rows)) >= TELLING_ROWS
    return taken if tells and high - low >= CONTRAST else None


def _row(fields: bytes) -> int:
    return sum((fields[at] < fields[at + 1]) << (COLUMNS - 2 - at) for at in range(COLUMNS - 1))


def main(path: str, every: float) -> dict[str, Any]:
    try:
        return {"prints": [taken for taken in map(print_of, pictures(path, every)) if taken is not None]}
    except (FFmpegError, IndexError) as error:
        return {"refused": str(error)}


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
