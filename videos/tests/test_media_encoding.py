"""What comes out: right side up, of the right length, aligned, anonymous, complete; or nothing and the reason."""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from shutil import copytree

import av
import pytest
from PIL import Image

from videos.media import EncodingFailed, Limits, Probe, RejectedMedia, Renditions, encode, inspect, verify
from videos.media.transcoding import Stage, command, filter_graph, frame_rate, ladder
from videos.tests.clips import X264, clip, ffmpeg, turned

LIMITS = Limits()
PROBE = Probe(
    container="mov", duration_ms=5000, video_ms=5000, audio_ms=5000, width=1080, height=1920, rotation=0, mirrored=False,
    fps=Fraction(30), hdr=False, transfer=1, colorspace=1, full_range=False, video_codec="h264", video_index=0,
    audio_codec="aac", audio_index=1,
)  # fmt: skip


def whole(probe: Probe) -> Stage:
    """Everything at once, encoded."""
    return Stage(tuple(ladder(replace(probe, as_it_is=False))), has_pictures=True)


def made(
    source: Path, folder: Path | None = None, limits: Limits = LIMITS, probe: Probe | None = None
) -> tuple[Path, Renditions]:
    target, probe = folder or source.with_name(f"{source.name}-made"), probe or inspect(source)
    return target, encode(source, probe, target, stage=whole(probe), limits=limits)


def opened(folder: Path, renditions: Renditions):
    """The best rung, as a player opens it."""
    return av.open(str(folder / renditions.rungs[-1].name / "index.m3u8"), container_options={"extension_picky": "0"})


def pictures(folder: Path, renditions: Renditions) -> list[Image.Image]:
    """The poster, and the first picture of the best rung and of the preview."""
    with opened(folder, renditions) as video, av.open(str(folder / "preview.mp4")) as preview:
        frames = [next(media.decode(video=0)) for media in (video, preview)]
        assert [frame.rotation for frame in frames] == [0, 0]
        with Image.open(folder / "poster.jpg") as poster:
            return [poster.copy(), *(frame.to_image() for frame in frames)]


def red_corners(image: Image.Image) -> str:
    def is_red(x: int, y: int) -> bool:
        red, green, blue = image.getpixel((x, y))
        return red > 180 and green < 80 and blue < 80

    right, bottom = image.width - 8, image.height - 8
    corners = {"top left": (7, 7), "top right": (right, 7), "bottom left": (7, bottom), "bottom right": (right, bottom)}
    return " and ".join(name for name, at in corners.items() if is_red(*at))


# --- Arguments --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1080, 1920), ["360:640", "540:960", "720:1280"]),
        ((2160, 3840), ["360:640", "540:960", "720:1280"]),
        ((540, 960), ["360:640", "540:960"]),
        ((720, 720), ["360:360", "540:540", "720:720"]),
        ((640, 480), ["480:360"]),
        ((359, 639), ["358:638"]),
        ((321, 241), ["320:240"]),
        ((64, 64), ["64:64"]),
        ((720, 5760), ["320:2560", "320:2560", "320:2560"]),
    ],
)
def test_ladder(size: tuple[int, int], expected: list[str]) -> None:
    rungs = ladder(replace(PROBE, width=size[0], height=size[1]))
    assert [str(rung.size) for rung in rungs] == expected


@pytest.mark.parametrize(
    ("fps", "expected"),
    [(240, 30), (60, 30), ("30000/1001", Fraction(30000, 1001)), ("8797/1000", Fraction(8797, 1000)), (1, 5)],
)
def test_frame_rate(fps: int | str, expected: Fraction) -> None:
    assert frame_rate(replace(PROBE, fps=Fraction(fps)), LIMITS) == expected


def test_the_command_bounds_what_it_reads() -> None:
    arguments = " ".join(command("ffmpeg", "/a b.mp4", PROBE, whole(PROBE), LIMITS, tonemap=False))
    before = arguments[: arguments.index(" -i ")]
    for bound in (
        "-nostdin",
        "-protocol_whitelist file",
        "-f mov",
        "-max_pixels 36000000",
        "-max_streams 16",
        "-probesize",
    ):
        assert bound in before
    assert "-i file:/a b.mp4" in arguments
    outputs = 4  # rungs, both posters, preview
    assert arguments.count("-map_metadata -1 -map_chapters -1 -sn -dn") == outputs


def test_hdr_without_tone_mapping_still_gives_sdr() -> None:
    hdr = replace(PROBE, hdr=True, transfer=18, colorspace=9)
    assert "tonemap" in filter_graph(hdr, whole(hdr), LIMITS, tonemap=True)
    without = filter_graph(hdr, whole(hdr), LIMITS, tonemap=False)
    assert "zscale" not in without
    assert "in_color_matrix=bt2020" in without


# --- Output -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Renditions]:
    """Nine seconds in two rungs, with a place, a title and a chapter in its metadata."""
    folder = tmp_path_factory.mktemp("long")
    notes = folder / "notes"
    notes.write_text(
        ";FFMETADATA1\ntitle=Xyzzy\nlocation=+48.2082+016.3738/\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=5\ntitle=Plugh\n"
    )
    plain = clip(folder / "plain.mp4", "540x960", 9, rate="25")
    source = folder / "a.mov"
    ffmpeg("-i", plain, "-i", notes, "-map", "0", "-map_metadata", "1", "-c", "copy", source)
    assert b"Xyzzy" in source.read_bytes()
    assert b"+48.2082" in source.read_bytes()
    return made(source)


def test_the_folder_holds_what_is_promised(long_clip: tuple[Path, Renditions]) -> None:
    folder, renditions = long_clip
    rung = {"index.m3u8", "init.mp4", "000.m4s", "001.m4s", "002.m4s"}
    expected = {
        "master.m3u8",
        "poster.jpg",
        "small.jpg",
        "preview.mp4",
        *(f"{name}/{file}" for name in ("360", "540") for file in rung),
    }
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == expected
    assert [path.name for path in folder.parent.glob(".*")] == []
    assert (renditions.width, renditions.height) == (540, 960)
    with Image.open(folder / "poster.jpg") as poster:
        assert (poster.format, poster.size) == ("JPEG", (540, 960))
    with Image.open(folder / "small.jpg") as small:
        assert (small.format, small.size) == ("JPEG", (360, 640))


def test_the_master_playlist_describes_the_rungs(long_clip: tuple[Path, Renditions]) -> None:
    folder, renditions = long_clip
    lines = (folder / "master.m3u8").read_text().splitlines()
    for each in renditions.rungs:
        described = lines[lines.index(f"{each.name}/index.m3u8") - 1]
        assert f"RESOLUTION={each.width}x{each.height},FRAME-RATE=25.000" in described
        assert f"BANDWIDTH={each.bandwidth}," in described
        assert f'CODECS="{each.codecs}"' in described
        assert each.codecs.startswith("avc1.64")
        assert each.codecs.endswith(",mp4a.40.2")
        assert each.average_bandwidth <= each.bandwidth


def test_key_frames_and_segments_of_all_rungs_fall_together(long_clip: tuple[Path, Renditions]) -> None:
    folder, renditions = long_clip
    for each in renditions.rungs:
        with av.open(str(folder / each.name / "index.m3u8"), container_options={"extension_picky": "0"}) as media:
            times = [
                packet.pts * packet.time_base for packet in media.demux(video=0) if packet.is_keyframe and packet.size
            ]
        assert [float(time - times[0]) for time in times] == [0, 2, 4, 6, 8]
    playlists = {(folder / each.name / "index.m3u8").read_text() for each in renditions.rungs}
    assert len(playlists) == 1
    assert playlists.pop().count("#EXTINF:4.0") == 2


def test_nothing_tells_where_it_was_made(long_clip: tuple[Path, Renditions]) -> None:
    folder, _ = long_clip
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(word in content for word in (b"Xyzzy", b"+48.2082", b"Plugh", str(folder.parent).encode()))


def test_the_preview_is_short_small_and_silent(long_clip: tuple[Path, Renditions]) -> None:
    with av.open(str(long_clip[0] / "preview.mp4")) as preview:
        assert not preview.streams.audio
        assert (preview.streams.video[0].width, preview.streams.video[0].height) == (240, 426)
        assert 2.9 <= preview.duration / 1_000_000 <= 3.1


@pytest.mark.parametrize(
    ("degrees", "corner"), [(90, "top right"), (180, "bottom right"), (270, "bottom left"), (-1, "top right")]
)
def test_turned_videos_come_out_right_side_up(tmp_path: Path, degrees: int, corner: str) -> None:
    """The stored picture is red at its top left; where that ends up tells the turn. -1 is mirrored."""
    folder, renditions = made(turned(tmp_path / "a.mp4", degrees))
    assert (renditions.width, renditions.height) == ((180, 320) if degrees in {90, 270} else (320, 180))
    assert [red_corners(picture) for picture in pictures(folder, renditions)] == [corner] * 3


@pytest.mark.parametrize("size", ["321x241", "64x64", "241x321", "16x16"])
def test_small_and_odd_sizes(tmp_path: Path, size: str) -> None:
    source = tmp_path / "a.mkv"
    ffmpeg("-f", "lavfi", "-i", f"testsrc=s={size}:r=10", "-t", "0.5", "-c:v", "libx264", "-pix_fmt", "yuv444p", source)
    _, renditions = made(source)
    width, height = map(int, size.split("x"))
    assert [(each.width, each.height) for each in renditions.rungs] == [(width & ~1, height & ~1)]


def test_pixels_become_square(tmp_path: Path) -> None:
    folder, renditions = made(clip(tmp_path / "a.mp4", "160x200", 0.5, sound=False, extra=("-vf", "setsar=2")))
    assert (renditions.width, renditions.height) == (320, 200)
    assert all(abs(picture.width / picture.height - 1.6) < 0.01 for picture in pictures(folder, renditions))


def test_one_picture(tmp_path: Path) -> None:
    folder, renditions = made(clip(tmp_path / "a.mp4", sound=False, extra=("-frames:v", "1")))
    assert len(pictures(folder, renditions)) == 3


@pytest.mark.parametrize(("picture", "sound"), [(0.5, 3), (3, 0.5)])
def test_picture_and_sound_of_different_length(tmp_path: Path, picture: float, sound: float) -> None:
    """The longer one counts: the last picture stays, or silence follows."""
    source = tmp_path / "a.mp4"
    ffmpeg(
        "-f",
        "lavfi",
        "-t",
        picture,
        "-i",
        "testsrc=s=64x64:r=10",
        "-f",
        "lavfi",
        "-t",
        sound,
        "-i",
        "sine",
        *X264,
        source,
    )
    folder, renditions = made(source)
    assert abs(renditions.duration_ms - 3000) < 100
    with opened(folder, renditions) as media:
        assert 29 <= sum(1 for _ in media.decode(video=0)) <= 31


def test_fast_videos_are_slowed_to_thirty_pictures_a_second(tmp_path: Path) -> None:
    folder, renditions = made(clip(tmp_path / "a.mp4", "64x64", rate="120", sound=False))
    with opened(folder, renditions) as media:
        assert 29 <= sum(1 for _ in media.decode(video=0)) <= 31


def test_a_variable_rate_keeps_its_length(tmp_path: Path) -> None:
    """Half a second of pictures, then one that stays for a second, then half a second more."""
    source = tmp_path / "a.mp4"
    late = "setpts='PTS+gte(N,15)*1/TB'"
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        f"testsrc=s=64x64:r=30:d=1,{late}",
        "-fps_mode",
        "vfr",
        "-enc_time_base",
        "1/90000",
        *X264,
        source,
    )
    folder, renditions = made(source)
    assert abs(renditions.duration_ms - 2000) < 100
    with opened(folder, renditions) as media:
        assert 58 <= sum(1 for _ in media.decode(video=0)) <= 62


def test_a_size_that_changes_on_the_way(tmp_path: Path) -> None:
    """Browsers record like that when a phone is turned."""
    parts = [tmp_path / "0.h264", tmp_path / "1.h264"]
    for part, size in zip(parts, ("320x240", "160x120"), strict=True):
        clip(part, size, sound=False)
    joined, source = tmp_path / "joined.h264", tmp_path / "a.mkv"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    ffmpeg("-framerate", "30", "-i", joined, "-c", "copy", source)
    folder, renditions = made(source)
    assert 1900 <= renditions.duration_ms <= 2100
    with opened(folder, renditions) as media:
        assert 58 <= sum(1 for _ in media.decode(video=0)) <= 62


def test_progress_rises_to_one(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", sound=False)
    told: list[float] = []
    probe = inspect(source)
    encode(source, probe, tmp_path / "made", stage=whole(probe), on_progress=told.append, limits=LIMITS)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_second_try_replaces_the_first_and_its_leftovers(tmp_path: Path) -> None:
    source, target = clip(tmp_path / "a.mp4", sound=False), tmp_path / "made"
    for folder in (target, tmp_path / ".made.partial"):
        folder.mkdir()
        (folder / "rubbish").touch()
    made(source, target)
    assert not (target / "rubbish").exists()
    assert not (tmp_path / ".made.partial").exists()


def test_a_file_with_holes_plays_or_is_refused(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", seconds=3)
    content = bytearray(source.read_bytes())
    start, end = content.index(b"mdat"), content.index(b"moov")
    for at in range(start + (end - start) // 2, end, 1000):
        content[at : at + 200] = bytes(200)
    source.write_bytes(content)
    with suppress(RejectedMedia):
        made(source)


# --- Verified ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finished_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Probe]:
    source = clip(tmp_path_factory.mktemp("finished") / "a.mp4", seconds=2)
    return made(source)[0], inspect(source)


@pytest.fixture
def finished(finished_once: tuple[Path, Probe], tmp_path: Path) -> tuple[Path, Probe]:
    """A folder of one's own to spoil."""
    folder, probe = finished_once
    return Path(copytree(folder, tmp_path / "finished")), probe


def without_pictures(folder: Path) -> None:
    segment = folder / "180" / "000.m4s"
    segment.write_bytes(segment.read_bytes()[:200])


def without_sound(folder: Path) -> None:
    ffmpeg("-i", folder / "180" / "index.m3u8", "-an", "-c", "copy", "-f", "hls", "-hls_playlist_type", "vod",
           "-hls_segment_type", "fmp4", folder / "180" / "index.m3u8")  # fmt: skip


@pytest.mark.parametrize(
    "spoil",
    [
        without_pictures,
        without_sound,
        lambda folder: (folder / "180" / "init.mp4").unlink(),
        lambda folder: (folder / "180" / "000.m4s").unlink(),
        lambda folder: (folder / "master.m3u8").unlink(),
        lambda folder: (folder / "poster.jpg").write_bytes(b""),
        lambda folder: (folder / "small.jpg").unlink(),
        lambda folder: (folder / "preview.mp4").write_bytes(b"x"),
        lambda folder: (folder / "preview.mp4").unlink(),
    ],
)
def test_spoilt_output_is_noticed(finished: tuple[Path, Probe], spoil: Callable[[Path], None]) -> None:
    """Loops#255: what was published was sound alone."""
    folder, probe = finished
    verify(folder, probe, whole(probe))
    spoil(folder)
    with pytest.raises(EncodingFailed) as caught:
        verify(folder, probe, whole(probe))
    assert caught.value.code == "bad_output"


def test_output_of_another_length_is_noticed(finished: tuple[Path, Probe]) -> None:
    folder, probe = finished
    for other in (replace(probe, duration_ms=4000), replace(probe, audio_index=None), replace(probe, width=160)):
        with pytest.raises(EncodingFailed):
            verify(folder, other, whole(other))


# --- Failing ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("source") / "a.mp4", seconds=2)


@pytest.fixture
def failing(source: Path, tmp_path: Path) -> Callable[..., EncodingFailed | RejectedMedia]:
    """Encodes expecting a failure, and sees that nothing is left in or beside the target."""
    probe, target = inspect(source), tmp_path / "parent" / "made"

    def fail(limits: Limits = LIMITS, **changes: object) -> EncodingFailed | RejectedMedia:
        with pytest.raises((EncodingFailed, RejectedMedia)) as caught:
            made(source, target, limits, replace(probe, **changes))
        assert not target.parent.exists() or not list(target.parent.iterdir())
        assert caught.value.message.endswith(".")
        return caught.value

    return fail


@pytest.fixture
def fake_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def install(script: str) -> None:
        path = tmp_path / "fake-ffmpeg"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("FFMPEG", str(path))

    return install


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("exit 1", "ffmpeg_failed"),
        ("exit 0", "bad_output"),
        ("echo half > 180/000.m4s; exit 0", "bad_output"),
        ("echo '#EXTM3U' > 180/index.m3u8; exit 0", "bad_output"),
        ("echo half > 180/000.m4s; kill -9 $$", "killed"),
        ("kill -SEGV $$", "crashed"),
        ("kill -XCPU $$", "deadline"),
        ("kill -XFSZ $$", "disk_full"),
        ("echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1", "disk_full"),
        ("echo 'Error: Cannot allocate memory' >&2; exit 1", "too_demanding"),
        ("echo 'Error while decoding stream #0:0: Invalid data found' >&2; exit 69", "damaged"),
        ("yes 'noise' | head -c 3000000 >&2; exit 3", "ffmpeg_failed"),
    ],
)
def test_every_end_of_ffmpeg_has_its_code(failing: Callable, fake_ffmpeg: Callable, script: str, code: str) -> None:
    fake_ffmpeg(script)
    assert failing().code == code


@pytest.mark.parametrize("script", ["sleep 60", "sleep 60 & sleep 60", "while :; do echo out_time_us=1; done"])
def test_a_hung_ffmpeg_is_killed_by_deadline(failing: Callable, fake_ffmpeg: Callable, script: str) -> None:
    fake_ffmpeg(f"{script}")
    assert failing(replace(LIMITS, encode_seconds=0.5, encode_seconds_per_second=0)).code == "deadline"


def test_no_ffmpeg(failing: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFMPEG", "/there/is/none")
    assert failing().code == "ffmpeg_missing"


def test_an_ffmpeg_that_is_no_program(failing: Callable, fake_ffmpeg: Callable, tmp_path: Path) -> None:
    fake_ffmpeg("")
    (tmp_path / "fake-ffmpeg").write_bytes(b"\x7fELF nonsense")
    assert failing().code == "ffmpeg_missing"


def test_a_full_disk(failing: Callable) -> None:
    assert failing(replace(LIMITS, file_bytes=3000)).code == "disk_full"


def test_too_little_memory(failing: Callable) -> None:
    assert failing(replace(LIMITS, memory_bytes=150_000_000)).code in {
        "too_demanding",
        "ffmpeg_missing",
        "ffmpeg_failed",
        "crashed",
    }


def test_a_source_that_ends_early_is_not_kept(failing: Callable) -> None:
    assert failing(duration_ms=4000, video_ms=4000, audio_ms=2000).code == "bad_output"


def test_a_target_that_cannot_be_written(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EncodingFailed) as caught:
        made(source, tmp_path / "file" / "made")
    assert caught.value.code == "storage"


def test_what_the_callback_raises_ends_the_work(source: Path, tmp_path: Path, fake_ffmpeg: Callable) -> None:
    class Stop(Exception):
        pass

    def stop(fraction: float) -> None:
        raise Stop

    fake_ffmpeg(f"echo $$ > {tmp_path}/pid; echo out_time_us=500000; exec sleep 60")
    with pytest.raises(Stop):
        encode(source, inspect(source), tmp_path / "made", on_progress=stop, limits=LIMITS)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert not list(tmp_path.glob("*made*"))
    assert not list(tmp_path.glob(".made*"))


# --- Real phones ------------------------------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "size", "has_audio"),
    [
        ("android-slow-motion-vfr.mp4", (1280, 720), False),
        ("iphone-dolby-vision-rotated.mov", (720, 1280), True),
        ("no-audio.mp4", (480, 360), False),
        ("phone-portrait-4k60.mp4", (720, 1280), True),
        ("rotated-640x480.mp4", (360, 480), True),
        ("sar-3-2.mp4", (1280, 720), True),
        ("vp9-opus.webm", (480, 360), True),
    ],
)
def test_real_clips(
    shared_media: Callable[[str], Path], tmp_path: Path, name: str, size: tuple[int, int], has_audio: bool
) -> None:
    folder, renditions = made(shared_media(name), tmp_path / "made")
    assert (renditions.width, renditions.height) == size
    assert all(each.codecs.endswith("mp4a.40.2") == has_audio for each in renditions.rungs)
    assert all(picture.width < picture.height for picture in pictures(folder, renditions)) == (size[0] < size[1])


@pytest.mark.shared
def test_hdr_comes_out_as_sdr(shared_media: Callable[[str], Path], tmp_path: Path) -> None:
    """A cloudy sky over a roof: bright above, darker below, and nothing burnt out, with tone mapping and without."""
    folder, renditions = made(shared_media("iphone-dolby-vision-rotated.mov"), tmp_path / "made")
    picture = pictures(folder, renditions)[0].convert("L")
    sky, roof = (picture.crop((100, top, 620, top + 200)).resize((1, 1)).getpixel((0, 0)) for top in (100, 1000))
    assert roof < sky < 250
    with opened(folder, renditions) as media:
        frame = next(media.decode(video=0))
    assert (int(frame.colorspace), int(frame.color_trc), int(frame.color_primaries)) == (1, 1, 1)


@pytest.mark.shared
def test_hdr_without_the_filters(
    shared_media: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("videos.media.encoding.can_tonemap", lambda _: False)
    _, renditions = made(shared_media("iphone-dolby-vision-rotated.mov"), tmp_path / "made")
    assert (renditions.width, renditions.height) == (720, 1280)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("too-long-362s.mp4", "too_long", "This file is 6:02 long. The limit is 3:00. Trim it or pick another."),
        ("no-video.mp4", "no_video", "This file has sound but no picture. Pick a video."),
        (
            "corrupt.mp4",
            "damaged",
            "This file is damaged or incomplete. Copy it again from where it was made, or pick another.",
        ),
    ],
)
def test_real_clips_that_are_refused(shared_media: Callable[[str], Path], name: str, code: str, words: str) -> None:
    with pytest.raises(RejectedMedia) as caught:
        inspect(shared_media(name))
    assert (caught.value.code, caught.value.message) == (code, words)
