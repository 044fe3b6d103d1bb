"""What survives of a video when somebody sends it again, changed: its prints. And that strangers have none in common."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from videos.media import RejectedMedia, distance, mirrored, prints, spread
from videos.media.printer import print_of
from videos.media.prints import MOST, without_repeats
from videos.services.prints import NEAR, PART
from videos.tests.clips import X264, ffmpeg

SECONDS = 4
FILMS = {
    "fractal": "mandelbrot=size=320x240:rate=30:start_scale=2",
    "wheels": "testsrc2=size=240x320:rate=30",
    "automaton": "cellauto=size=320x240:rate=30:rule=110:scroll=1",
    "bars": "smptehdbars=size=320x180:rate=30",
}
COPIES = {
    "encoded again, small and bad": ("scale=-2:144", 0, 40),
    "cut shorter": ("null", 1.3, 23),
    "brighter": ("eq=brightness=0.08:contrast=1.2", 0, 23),
    "with a mark": ("drawbox=x=iw*0.7:y=ih*0.05:w=iw*0.25:h=ih*0.1:color=white:t=fill", 0, 23),
    "with words below": ("drawbox=x=0:y=ih*0.85:w=iw:h=ih*0.1:color=black:t=fill", 0, 23),
    "with bars above and below": ("pad=iw:ih*1.6:0:(oh-ih)/2", 0, 23),
    "in a red frame": ("pad=iw*1.1:ih*1.1:(ow-iw)/2:(oh-ih)/2:color=red", 0, 23),
    "half as fast again": ("setpts=PTS/1.5", 0, 23),
}


def rung_of(
    folder: Path, picture: tuple[str | Path, ...], change: str = "null", begin: float = 0, crf: int = 23
) -> Path:
    """As a worker leaves it."""
    folder.mkdir()
    segments = ("-f", "hls", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_time", "4")
    even = f"{change},scale=trunc(iw/2)*2:trunc(ih/2)*2"
    ffmpeg(
        "-ss", str(begin), *picture, "-t", str(SECONDS), "-an", "-vf", even, *X264, "-crf", str(crf), *segments,
        "-hls_segment_filename", folder / "%03d.m4s", "-hls_fmp4_init_filename", "init.mp4", folder / "index.m3u8",
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, list[int]]]:
    folder = tmp_path_factory.mktemp("films")
    for name, source in FILMS.items():
        ffmpeg("-f", "lavfi", "-i", source, "-t", str(SECONDS), *X264, folder / f"{name}.mp4")
    return {
        name: (folder / f"{name}.mp4", prints(rung_of(folder / name, ("-i", folder / f"{name}.mp4")), SECONDS * 1000))
        for name in FILMS
    }


def part_alike(taken: list[int], known: list[int]) -> float:
    return sum(min(distance(each, other) for other in known) <= NEAR for each in taken) / len(taken)


def test_strangers_have_nothing_in_common(films: dict[str, tuple[Path, list[int]]]) -> None:
    for (_, one), (_, other) in combinations(films.values(), 2):
        assert one
        assert part_alike(one, other) == part_alike([mirrored(each) for each in one], other) == 0


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_known(films: dict[str, tuple[Path, list[int]]], name: str, tmp_path: Path) -> None:
    source, known = films["fractal"]
    change, begin, crf = COPIES[name]
    copy = prints(rung_of(tmp_path / "copy", ("-i", source), change, begin, crf), SECONDS * 1000)
    assert part_alike(copy, known) > 2 * PART


def test_in_a_mirror(films: dict[str, tuple[Path, list[int]]], tmp_path: Path) -> None:
    source, known = films["fractal"]
    copy = prints(rung_of(tmp_path / "copy", ("-i", source), "hflip"), SECONDS * 1000)
    assert part_alike(copy, known) == 0
    assert part_alike([mirrored(each) for each in copy], known) > 2 * PART
    assert all(mirrored(mirrored(each)) == each for each in known)


@pytest.mark.parametrize("change", ["drawbox=color=black:t=fill", "drawbox=color=0x336699:t=fill"])
def test_what_shows_nothing_has_no_prints(
    films: dict[str, tuple[Path, list[int]]], change: str, tmp_path: Path
) -> None:
    assert prints(rung_of(tmp_path / "flat", ("-i", films["wheels"][0]), change), SECONDS * 1000) == []


def test_a_shade_tells_nothing() -> None:
    assert print_of(Image.linear_gradient("L").resize((64, 64))) is None
    assert print_of(Image.linear_gradient("L").resize((64, 64)).transpose(Image.Transpose.ROTATE_90)) is None


def test_what_stays_is_there_once_and_long_ones_are_spread() -> None:
    assert without_repeats([1, 3, 1 << 20 | 0xFF, 1 << 20 | 0xFE, 1]) == [1, 1 << 20 | 0xFF, 1]
    assert spread([5, 6], 16) == [5, 6]
    chosen = spread(range(3 * MOST), MOST)
    assert (len(chosen), chosen[0], chosen[-1]) == (MOST, 1, 3 * MOST - 2)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(RejectedMedia):
        prints(tmp_path, 1000)
    (tmp_path / "index.m3u8").write_text("#EXTM3U\n")
    with pytest.raises(RejectedMedia):
        prints(tmp_path, 1000)


@pytest.mark.shared
def test_real_clips(shared_media: Callable[[str], Path], tmp_path: Path) -> None:
    """Three different scenes; that of sar-3-2.mp4 is also in vp9-opus.webm, in another shape and format."""
    names = ["android-slow-motion-vfr.mp4", "phone-portrait-4k60.mp4", "sar-3-2.mp4", "vp9-opus.webm"]
    taken = {
        name: prints(rung_of(tmp_path / name, ("-i", shared_media(name)), "scale=-2:360"), SECONDS * 1000)
        for name in names
    }
    *strangers, same, again = taken.values()
    assert all(part_alike(one, other) == 0 for one, other in combinations([*strangers, same], 2))
    assert part_alike(again, same) == 1
    logo = "scale=-2:240,drawbox=x=iw*0.7:y=ih*0.05:w=iw*0.25:h=ih*0.1:color=white:t=fill,pad=iw:ih*1.5:0:(oh-ih)/2"
    for name in names:
        copy = prints(rung_of(tmp_path / f"copy of {name}", ("-i", shared_media(name)), logo), SECONDS * 1000)
        assert part_alike(copy, taken[name]) > 2 * PART
