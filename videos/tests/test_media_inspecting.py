"""What is let in, what is measured, and the words for what is refused."""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from videos.media import EncodingFailed, Limits, Probe, RejectedMedia, inspect, limited
from videos.media.probing import clock, display_size, orientation
from videos.media.running import run
from videos.tests.clips import X264, clip, ffmpeg, turned

LIMITS = Limits()


def refused(path: Path, limits: Limits = LIMITS) -> RejectedMedia:
    with pytest.raises(RejectedMedia) as caught:
        inspect(path, limits)
    assert caught.value.message.endswith(".")
    assert str(path) not in caught.value.message
    return caught.value


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another user's video, which hostile files try to get shown."""
    return clip(tmp_path_factory.mktemp("others") / "secret.mp4", sound=False)


# --- By their first bytes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"", "empty", "empty"),
        (b"hello", "not_video", "not a video"),
        (b"\0" * 5000, "not_video", "not a video"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>", "not_video", "picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "not_video", "picture"),
        (b"\x89PNG\r\n\x1a\n", "not_video", "picture"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "not_video", "picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "not_video", "picture"),
        (b"RIFF\0\0\0\0WAVEfmt ", "no_video", "sound"),
        (b"ID3\x04", "no_video", "sound"),
        (b"RIFF\0\0\0\0AVI LIST", "not_video", "MP4"),
        (b"G" + b"\0" * 187 + b"G", "not_video", "MP4"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0", "not_video", "MP4"),
    ],
)
def test_other_files_are_told_apart(tmp_path: Path, content: bytes, code: str, word: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    refusal = refused(path)
    assert refusal.code == code
    assert word in refusal.message


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov", "clip.mkv", "clip.webm", "clip"])
@pytest.mark.parametrize(
    "template",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{secret}\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXTINF:5,\nconcat:{secret}|{secret}\n",
        "ffconcat version 1.0\nfile {secret}\n",
        "<?xml version='1.0'?><MPD><Period><AdaptationSet><Representation><BaseURL>{secret}</BaseURL></Representation>",
        "v=0\nm=video 5004 RTP/AVP 96\n",
    ],
)
def test_lists_of_other_files_never_pass(tmp_path: Path, secret: Path, template: str, name: str) -> None:
    path = tmp_path / name
    path.write_text(template.format(secret=secret))
    assert refused(path).code == "not_video"


@pytest.mark.parametrize("prefix", [b"\0\0\0\x10ftypisom\0\0\0\0", b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska"])
def test_a_list_behind_real_first_bytes_meets_the_forced_demuxer(tmp_path: Path, secret: Path, prefix: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(prefix + f"\n#EXTM3U\n#EXTINF:5,\n{secret}\n".encode())
    assert refused(path).code == "damaged"


def test_a_reference_to_another_file_is_not_followed(tmp_path: Path, secret: Path) -> None:
    """An MP4 may say that its samples are in another file: here its own are taken away, and the other's named."""
    content = secret.read_bytes()
    before, after = content.split(b"\0\0\0\x0curl \0\0\0\x01", 1)
    name = secret.name.encode()
    path = secret.with_name("hostile.mp4")
    path.write_bytes(before + b"\0\0\0\x0curl \0\0\0\0" + after.replace(b"mdat", b"free") + name)
    probe_or_refusal: Probe | RejectedMedia
    try:
        probe_or_refusal = inspect(path)
    except RejectedMedia as refusal:
        probe_or_refusal = refusal
    assert not isinstance(probe_or_refusal, Probe) or probe_or_refusal.width == 180


# --- Measured ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
def test_a_plain_clip(tmp_path: Path, name: str) -> None:
    probe = inspect(clip(tmp_path / name))
    assert (probe.width, probe.height, probe.fps, probe.has_audio, probe.hdr) == (180, 320, 30, True, False)
    assert 1000 <= probe.duration_ms <= 1050
    assert (probe.video_codec, probe.audio_codec) == ("h264", {"a.mkv": "vorbis"}.get(name, "aac")) or name == "a.mkv"
    json.dumps(probe.as_json())


def test_webm(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.webm", extra=("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"))
    probe = inspect(path)
    assert (probe.container, probe.video_codec, probe.audio_codec) == ("matroska", "vp8", "opus")


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotation(tmp_path: Path, degrees: int) -> None:
    probe = inspect(turned(tmp_path / "a.mp4", degrees))
    assert (probe.rotation, probe.mirrored) == (degrees, False)
    assert (probe.width, probe.height) == ((320, 180) if degrees == 180 else (180, 320))


def test_a_header_that_lies_about_its_length_is_not_believed(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4")
    content = bytearray(path.read_bytes())
    for box, offset in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24)):
        at = content.find(box)
        while at > 0:
            content[at + offset : at + offset + 4] = (143_165_000).to_bytes(4, "big")
            at = content.find(box, at + 4)
    path.write_bytes(content)
    assert inspect(path).duration_ms <= 1100


@pytest.mark.parametrize(
    ("rate", "expected"), [("5", 5), ("24000/1001", Fraction(24000, 1001)), ("60", 60), ("240", 240)]
)
def test_frame_rate(tmp_path: Path, rate: str, expected: Fraction) -> None:
    assert inspect(clip(tmp_path / "a.mp4", rate=rate, sound=False)).fps == expected


def test_one_picture(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", sound=False, extra=("-frames:v", "1"))
    assert 0 < inspect(path).duration_ms <= 100


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    cover, path = tmp_path / "cover.jpg", tmp_path / "song.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", cover)
    ffmpeg("-f", "lavfi", "-i", "sine", "-i", cover, "-t", "1", "-map", "0", "-map", "1", "-c:v", "copy",
           "-disposition:v:0", "attached_pic", path)  # fmt: skip
    assert refused(path).code == "no_video"


def test_the_video_beside_cover_art_is_found(tmp_path: Path) -> None:
    cover, path = tmp_path / "cover.jpg", tmp_path / "both.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=640x640", "-frames:v", "1", cover)
    ffmpeg("-i", cover, "-i", clip(tmp_path / "a.mp4"), "-map", "0", "-map", "1", "-c", "copy",
           "-disposition:v:0", "attached_pic", path)  # fmt: skip
    probe = inspect(path)
    assert (probe.width, probe.video_codec) == (180, "h264")


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ((1, 0, 0, 1), (0, False)), ((0, 1, -1, 0), (90, False)), ((-1, 0, 0, -1), (180, False)),
        ((0, -1, 1, 0), (270, False)), ((-1, 0, 0, 1), (0, True)), ((1, 0, 0, -1), (180, True)),
        ((0, 1, 1, 0), (270, True)), ((0, -1, -1, 0), (90, True)),
    ],
)  # fmt: skip
def test_orientation(matrix: tuple[int, int, int, int], expected: tuple[int, bool]) -> None:
    """Mirroring first, turning second, gives back the matrix."""
    assert orientation(*matrix) == expected


def test_display_size() -> None:
    assert display_size(1280, 1080, Fraction(3, 2), 0) == (1920, 1080)
    assert display_size(1440, 1080, Fraction(3, 4), 0) == (1440, 1440)
    assert display_size(320, 180, Fraction(1), 270) == (180, 320)


def test_clock() -> None:
    assert [clock(seconds) for seconds in (0, 59.9, 180, 362.8, 3600, 143_165)] == [
        "0:00", "0:59", "3:00", "6:02", "1:00:00", "39:46:05",
    ]  # fmt: skip


# --- Refused ----------------------------------------------------------------------------------------------------


def test_too_long(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", "64x64", seconds=5, rate="5", sound=False)
    refusal = refused(path, replace(LIMITS, max_seconds=3))
    assert refusal.code == "too_long"
    assert refusal.message == "This file is 0:05 long. The limit is 0:03. Trim it or pick another."


def test_a_second_over_is_forgiven(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", "64x64", seconds=3.9, rate="10", sound=False)
    assert inspect(path, replace(LIMITS, max_seconds=3)).duration_ms == 3900


def test_too_many_pixels(tmp_path: Path) -> None:
    refusal = refused(clip(tmp_path / "a.mp4", "640x360", sound=False), replace(LIMITS, max_pixels=100_000))
    assert refusal.code == "too_many_pixels"
    assert "640 × 360" in refusal.message


def test_a_bomb_of_16k_squared(tmp_path: Path) -> None:
    """One grey picture, half a megabyte that unpacks to 400 MB each time it is decoded."""
    picture, path = tmp_path / "bomb.jpg", tmp_path / "bomb.mov"
    Image.new("L", (16_000, 16_000), 128).save(picture, quality=10)
    ffmpeg("-f", "image2pipe", "-c:v", "mjpeg", "-i", picture, "-c", "copy", path)
    assert refused(path).code == "too_many_pixels"


def test_pictures_of_another_kind_are_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.mov"
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=512x512:r=1", "-frames:v", "1", "-c:v", "png", path)
    refusal = refused(path)
    assert refusal.code == "unreadable_codec"
    assert "png" in refusal.message


def test_memory_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clip(tmp_path / "a.mp4", sound=False)
    greedy = tmp_path / "prober.py"
    greedy.write_text("bytearray(500_000_000)")
    monkeypatch.setattr("videos.media.probing.PROBER", str(greedy))
    assert refused(path, replace(LIMITS, memory_bytes=400_000_000)).code == "too_demanding"


@pytest.mark.parametrize("size", ["8x320", "320x8", "2x2"])
def test_too_small(tmp_path: Path, size: str) -> None:
    assert refused(clip(tmp_path / "a.mp4", size, sound=False)).code == "too_small"


def test_too_narrow(tmp_path: Path) -> None:
    assert refused(clip(tmp_path / "a.mp4", "32x400", sound=False)).code == "too_narrow"


def test_sound_only(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", "sine", "-t", "1", path)
    refusal = refused(path)
    assert (refusal.code, refusal.message) == ("no_video", "This file has sound but no picture. Pick a video.")


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("flags", ["+faststart", "0"])
def test_a_cut_mp4(tmp_path: Path, part: float, flags: str) -> None:
    path = clip(tmp_path / "a.mp4", extra=("-movflags", flags))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    assert refused(path).code == "damaged"


def test_an_mp4_without_pictures_in_it(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", sound=False)
    content = path.read_bytes()
    at = content.index(b"mdat") + 4
    end = content.index(b"moov") - 4
    path.write_bytes(content[:at] + bytes(end - at) + content[end:])
    assert refused(path).code == "damaged"


def test_sound_that_cannot_be_read(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mkv", extra=("-c:a", "wmav2"))
    refusal = refused(path)
    assert refusal.code == "unreadable_codec"
    assert "sound" in refusal.message


def test_more_streams_than_anybody_needs(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64:r=5", "-t", "0.4", *(["-map", "0"] * 20), *X264, path)
    assert refused(path).code == "too_many_streams"


def test_a_file_that_takes_too_long(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", sound=False)
    refusal = refused(path, replace(LIMITS, probe_seconds=0.05))
    assert (refusal.code, "too long to read" in refusal.message) == ("probe_timeout", True)


def test_a_broken_installation_is_not_the_creators_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clip(tmp_path / "a.mp4", sound=False)
    broken = tmp_path / "prober.py"
    broken.write_text("import there_is_no_such_module")
    monkeypatch.setattr("videos.media.probing.PROBER", str(broken))
    with pytest.raises(EncodingFailed) as caught:
        inspect(path)
    assert caught.value.code == "prober_broken"


def test_a_prober_that_crashes_means_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clip(tmp_path / "a.mp4", sound=False)
    broken = tmp_path / "prober.py"
    broken.write_text("import os; os.abort()")
    monkeypatch.setattr("videos.media.probing.PROBER", str(broken))
    assert refused(path).code == "damaged"


def test_flipped_bytes_end_in_words(tmp_path: Path) -> None:
    content = clip(tmp_path / "whole.mp4", "64x64", seconds=0.4).read_bytes()
    path = tmp_path / "a.mp4"
    for at in range(40, len(content), len(content) // 6):
        broken = bytearray(content)
        broken[at : at + 4] = b"\xff\xff\xff\xff"
        path.write_bytes(broken)
        with suppress(RejectedMedia):
            assert inspect(path).duration_ms > 0


# --- The limits of the child ------------------------------------------------------------------------------------


def test_nothing_secret_is_handed_to_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "xyzzy")
    finished = run([sys.executable, "-c", "import os; print(dict(os.environ))"], limits=LIMITS, seconds=5)
    assert b"xyzzy" not in finished.output


def test_children_are_limited() -> None:
    kinds = "RLIMIT_AS, RLIMIT_NOFILE, RLIMIT_CORE, RLIMIT_FSIZE"
    script = f"from resource import *; print([getrlimit(kind)[0] for kind in ({kinds})])"
    finished = run([sys.executable, "-c", script], limits=LIMITS, seconds=5)
    assert json.loads(finished.output) == [LIMITS.memory_bytes, 64, 0, LIMITS.file_bytes]


def test_a_child_whose_parent_died_before_it_asked_does_not_begin() -> None:
    wrapper = [sys.executable, "-I", "-S", limited.__file__, str(os.getpid() + 1), "{}"]
    assert subprocess.run([*wrapper, "/bin/true"], check=False).returncode == limited.ORPHANED


def test_children_die_with_their_parent(tmp_path: Path) -> None:
    """A worker is killed with -9 while its child writes on: the child must be gone."""
    beats = tmp_path / "beats"
    child = f"import time\nwhile True:\n    open({str(beats)!r}, 'a').write('.'); time.sleep(0.02)"
    parent = (
        "import sys; from videos.media import Limits; from videos.media.running import run\n"
        f"run([sys.executable, '-c', {child!r}], limits=Limits(), seconds=30)"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=Path(__file__).parents[2])
    try:
        _wait_for(beats.exists)
    finally:
        process.kill()
        process.wait()
    _wait_for(lambda: _is_still(beats))


def _is_still(path: Path) -> bool:
    before = path.stat().st_size
    time.sleep(0.2)
    return path.stat().st_size == before


def _wait_for(condition, seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
