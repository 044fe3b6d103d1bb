"""Watchable first, better later: what is added replaces nothing that is watched, and what fails takes nothing away."""

import subprocess
from array import array
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import av
import pytest
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import ImageStat

from accounts.models import User
from videos import media, services
from videos.media import transcoding
from videos.models import Publication, Video
from videos.services import processing
from videos.tests.clips import X264, clip
from videos.tests.factories import make_video, upload

pytestmark = pytest.mark.django_db(transaction=True)
State = Video.State

FITTING = ("-profile:v", "high", "-g", "25", "-bf", "2", "-preset", "veryfast", "-c:a", "aac")


@pytest.fixture(scope="session")
def fitting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its picture can be published as it came; it has a lower rung."""
    return clip(tmp_path_factory.mktemp("fitting") / "a.mp4", "480x480", 1, rate="25", extra=FITTING)


@pytest.fixture
def broken_ffmpeg(tmp_path, monkeypatch):
    """`broken_ffmpeg("exit 1")`: from now on; probing goes on working."""

    def install(script: str) -> None:
        path = tmp_path / "ffmpeg"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("FFMPEG", str(path))

    return install


def sent(creator: User, path: Path, **fields: object) -> Video:
    with path.open("rb") as file:
        return upload(creator, file=File(file, name="clip.mp4"), **fields)


def work(video: Video) -> Video:
    """One lease, as soon as one is to be had."""
    Video.objects.filter(pk=video.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    services.process(video.pk)
    video.refresh_from_db()
    return video


def got(client: Client, address: str) -> int:
    answer = client.get(address)
    answer.getvalue()  # closes the file
    return answer.status_code


def folders(video: Video) -> set[str]:
    return set(default_storage.listdir(video.media_folder)[0])


def at(address: str) -> str:
    return default_storage.path(address.removeprefix("/media/"))


def key_times(playlist: Path) -> list[float]:
    with av.open(str(playlist), container_options={"extension_picky": "0"}) as video:
        return [float(p.pts * p.time_base) for p in video.demux(video=0) if p.is_keyframe and p.size]


def test_a_fitting_picture_is_copied_and_published_before_the_rest_is_made(alice, client, fitting):
    video = work(sent(alice, fitting))
    assert (video.state, video.awaits_more, video.width, video.height) == (State.PUBLISHED, True, 480, 480)
    first = video.hls_url
    assert "480/index.m3u8" in Path(at(first)).read_text()
    work(video)
    assert (video.awaits_more, video.state, video.width) == (False, State.PUBLISHED, 480)
    assert Publication.objects.count() == 1
    assert folders(video) == {video.rendition_key, video.rungs_key}
    lines = client.get(video.hls_url).getvalue().decode().split()
    rungs = {"360/index.m3u8", f"../{video.rendition_key}/480/index.m3u8"}
    assert {line for line in lines if line.endswith("m3u8")} == rungs
    for address in (first, first.replace("master", "480/index"), video.poster_url, video.preview_url):
        assert got(client, address) == 200  # who plays by the old one goes on
    for address in (first, video.hls_url):
        services.remove(by=alice, video=video)
        assert got(client, address) == 404
        services.restore(by=alice, video=video)


def test_a_copy_plays_like_what_we_encode(tmp_path):
    """The same length; every segment begins with a key frame, so that a player may begin there; nothing of the
    camera's messages is left."""
    source = clip(tmp_path / "a.mp4", "480x480", 9, rate="25", extra=FITTING)
    probe = media.inspect(source)
    assert media.ladder(probe)[-1].copied
    assert b"x264" in source.read_bytes()
    copied, made = tmp_path / "copied", tmp_path / "made"
    media.encode(source, probe, copied, stage=media.stages(probe)[0])
    whole = replace(probe, as_it_is=False, width=360, height=360)
    media.encode(source, whole, made, stage=media.stages(whole)[0])
    for folder in (copied / "480", made / "360"):
        playlist = (folder / "index.m3u8").read_text()
        assert playlist.count("#EXTINF:4.0") == 2
        if folder.parent == copied:
            assert b"x264" not in b"".join(part.read_bytes() for part in folder.iterdir())
        starts = {round(time) for time in key_times(folder / "index.m3u8")}
        assert {0, 4, 8} <= starts
        for segment in ("000.m4s", "001.m4s", "002.m4s"):
            alone = folder / "alone.mp4"
            alone.write_bytes((folder / "init.mp4").read_bytes() + (folder / segment).read_bytes())
            with av.open(str(alone)) as part:
                assert next(part.decode(video=0)).key_frame


@pytest.mark.parametrize(
    "extra",
    [
        ("-x264-params", "open-gop=1:keyint=25:scenecut=0"),
        ("-g", "250"),
        ("-pix_fmt", "yuv444p"),
        ("-b:v", "9M", "-minrate", "9M", "-maxrate", "9M", "-bufsize", "1M", "-x264-params", "nal-hrd=cbr"),
        ("-vf", "setsar=2"),
    ],
)
def test_what_does_not_fit_is_not_copied(tmp_path, extra):
    source = clip(tmp_path / "a.mp4", "360x360", 6, rate="25", sound=False, extra=("-g", "25", "-bf", "2", *extra))
    assert not any(rung.copied for rung in media.ladder(media.inspect(source)))


def test_a_turned_picture_is_not_copied(fitting):
    probe = media.inspect(fitting)
    assert transcoding.own_rung(probe)
    assert not transcoding.own_rung(media.probing.part(probe, 200, 800))


def test_of_long_ones_the_lowest_first():
    long = media.Probe(
        container="mov", duration_ms=90_000, video_ms=90_000, audio_ms=0, width=1080, height=1920, rotation=0,
        mirrored=False, fps=Fraction(30), hdr=False, transfer=1, colorspace=1, full_range=False, video_codec="h264",
        video_index=0, audio_codec=None, audio_index=None,
    )  # fmt: skip
    for probe in (long, replace(long, width=2160, height=3840)):
        assert [[rung.name for rung in stage.rungs] for stage in media.stages(probe)] == [["360"], ["540", "720"]]
    assert len(media.stages(replace(long, duration_ms=20_000))) == 1
    assert len(media.stages(replace(long, width=360, height=640))) == 1


def packets(playlist: Path) -> list[tuple[float, int]]:
    """Of the sound: when, and how many bytes."""
    with av.open(str(playlist), container_options={"extension_picky": "0"}) as video:
        return [(float(p.pts * p.time_base), p.size) for p in video.demux(audio=0) if p.size]


@pytest.mark.parametrize("dies", [False, True])
def test_lowest_first_is_published_first_and_the_rest_made_of_its_mezzanine(alice, tmp_path, monkeypatch, dies):
    """Or of the file again, when the worker dies in between. Either way the rungs fall together."""
    monkeypatch.setattr(transcoding, "LONG_MS", 500)
    encode, claim, seen = media.encode, processing.claim, []

    def watched(source: Path, *given, **named):
        video = Video.objects.get()
        seen.append((source.name, video.state, bool(video.rendition_key)))
        return encode(source, *given, **named)

    monkeypatch.setattr(processing.media, "encode", watched)
    video = sent(alice, clip(tmp_path / "a.mp4", "540x540", 2, extra=("-g", "250", "-pix_fmt", "yuv444p")))
    if dies:
        monkeypatch.setattr(processing, "claim", lambda pk: None if seen else claim(pk))
        work(video)
        assert (video.state, video.width, video.awaits_more) == (State.PUBLISHED, 360, True)
        monkeypatch.setattr(processing, "claim", claim)
    work(video)
    made_of = "original" if dies else f"{video.rendition_key}.mp4"
    assert seen == [("original", State.PROCESSING, False), (made_of, State.PUBLISHED, True)]
    assert (video.width, video.awaits_more, folders(video)) == (540, False, {video.rendition_key, video.rungs_key})
    low, high = (Path(at(video.hls_url)).parent / rung for rung in (f"../{video.rendition_key}/360", "540"))
    assert packets(low / "index.m3u8") == packets(high / "index.m3u8")
    assert key_times(low / "index.m3u8") == key_times(high / "index.m3u8")
    assert len(brightness(low / "index.m3u8")) == len(brightness(high / "index.m3u8")) == 60
    assert Path(at(video.hls_url)).read_text().index("360/") < Path(at(video.hls_url)).read_text().index("540/")


@pytest.mark.parametrize("script", ["exit 1", "echo half > 360/000.m4s; kill -9 $$"])
def test_what_cannot_be_added_takes_nothing_away(alice, fitting, client, broken_ffmpeg, monkeypatch, script):  # noqa: PLR0917
    video = work(sent(alice, fitting))
    shown = video.hls_url
    broken_ffmpeg(script)
    for _ in range(processing.MOST_ATTEMPTS + 2):
        work(video)
    assert (video.state, video.awaits_more, video.hls_url) == (State.PUBLISHED, False, shown)
    assert video.stays_as_it_is
    assert folders(video) == {video.rendition_key}
    assert got(client, shown) == 200
    client.force_login(alice)
    page = client.get(f"/@alice/video/{video.pk}/status/").content.decode()
    assert "could not be made better" in page
    monkeypatch.delenv("FFMPEG")
    client.post(f"/@alice/video/{video.pk}/retry/")
    page = client.get(f"/@alice/video/{video.pk}/status/").content.decode()
    assert "Better quality follows" in page
    assert 'data-state="improving"' in page
    work(video)
    assert (video.awaits_more, video.failure_reason) == (False, "")
    assert folders(video) == {video.rendition_key, video.rungs_key}


def test_a_worker_killed_while_adding_is_followed_by_another(alice, fitting):
    video = work(sent(alice, fitting))
    for _ in range(processing.MOST_ATTEMPTS):
        assert processing.claim(video.pk)
        Video.objects.filter(pk=video.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    services.sweep()
    video.refresh_from_db()
    assert (video.state, video.awaits_more, video.failure_code) == (State.PUBLISHED, False, "interrupted")


def test_removed_while_better_rungs_are_made(alice, fitting):
    video = work(sent(alice, fitting))
    late = processing.claim(video.pk)
    services.remove(by=alice, video=video)
    with pytest.raises(processing.LeaseLost):
        processing.add(late, more_follows=False, rungs_key="late")
    services.restore(by=alice, video=video)
    work(video)
    assert video.rungs_key not in {"", "late"}


# --- What the creator wants of the file ---------------------------------------------------------------------------


def counting(target: Path, seconds: int = 6) -> Path:
    """Frame n is as bright as n tells; a click of sound at each full second."""
    picture = "color=black:s=160x160:r=25,geq=lum='16+mod(N,100)*2':cb=128:cr=128,format=yuv420p"
    sound = "aevalsrc='if(lt(mod(t,1),0.02),sin(2*PI*1000*t),0)':s=48000"
    command = [media.ffmpeg_path(), "-y", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    subprocess.run([*command, "-t", str(seconds), *X264, "-qp", "1", "-g", "50", "-c:a", "aac", target], check=True)
    return target


def brightness(playlist: Path) -> list[float]:
    with av.open(str(playlist), container_options={"extension_picky": "0"}) as video:
        return [mean(frame) for frame in video.decode(video=0)]


def mean(frame: av.VideoFrame) -> float:
    return ImageStat.Stat(frame.to_image().convert("L")).mean[0]


def first_click(playlist: Path) -> float:
    """Seconds after the first picture."""
    with av.open(str(playlist), container_options={"extension_picky": "0"}) as video:
        begin = next(video.decode(video=0)).time
    with av.open(str(playlist), container_options={"extension_picky": "0"}) as sound:
        for frame in sound.decode(audio=0):
            waves = array("f", bytes(frame.planes[0])[: frame.samples * 4])
            if loud := [at for at, height in enumerate(waves) if abs(height) > 0.2]:
                return float(frame.time) + loud[0] / frame.sample_rate - begin
    raise AssertionError("silence")


@pytest.mark.parametrize(("from_ms", "to_ms"), [(2320, 4360), (0, 1000), (5000, None), (4, 3000)])
def test_a_part_is_exact_to_the_frame_and_its_sound_in_time(tmp_path, from_ms, to_ms):
    source = counting(tmp_path / "a.mp4")
    whole, part = media.inspect(source), media.inspect(source, from_ms=from_ms, to_ms=to_ms)
    for probe, name in ((replace(whole, as_it_is=False), "whole"), (part, "part")):
        media.encode(source, probe, tmp_path / name)
    of_whole, of_part = (brightness(tmp_path / name / "160" / "index.m3u8") for name in ("whole", "part"))
    first = from_ms * 25 // 1000
    count = round(part.duration_ms * 25 / 1000)
    assert abs(len(of_part) - count) <= (1 if to_ms is None else 0)
    wanted = of_whole[first : first + len(of_part)]
    assert max(abs(a - b) for a, b in zip(of_part, wanted, strict=False)) < 1.2
    click = first_click(tmp_path / "part" / "160" / "index.m3u8")
    assert click == pytest.approx(-(first * 0.04) % 1, abs=0.02)


@pytest.mark.parametrize(
    ("limit", "from_ms", "to_ms", "code", "word"),
    [
        (1, None, None, "too_long", "Trim it"),
        (1, 0, 2500, "too_long", "Keep less"),
        (60, 9000, None, "trim_outside", "Trim it anew"),
    ],
)
def test_what_a_trim_leaves_is_what_counts(tmp_path, limit, from_ms, to_ms, code, word):  # noqa: PLR0917
    source = clip(tmp_path / "a.mp4", "64x64", 3, sound=False)
    limits = media.Limits(max_seconds=limit)
    with pytest.raises(media.RejectedMedia, match=word) as refused:
        media.inspect(source, limits, from_ms=from_ms, to_ms=to_ms)
    assert refused.value.code == code
    assert media.inspect(source, media.Limits(max_seconds=1), from_ms=1000, to_ms=2000).duration_ms == 1000


def poster_brightness(video: Video) -> float:
    with av.open(at(video.poster_url)) as poster:
        return mean(next(poster.decode(video=0)))


def test_the_cover_is_the_chosen_frame_also_later_and_without_encoding_again(alice, tmp_path):
    source = counting(tmp_path / "a.mp4")
    video = work(sent(alice, source, trim_from_ms=1000, trim_to_ms=3000, cover_ms=2000))
    work(video)
    assert video.duration_ms == 2000
    early, shown = poster_brightness(video), video.hls_url
    services.edit(creator=alice, video=video, cover_ms=2800)
    assert video.awaits_more
    work(video)
    assert (video.awaits_more, video.hls_url, video.state) == (False, shown, State.PUBLISHED)
    assert poster_brightness(video) - early == pytest.approx(40 * 255 / 219, abs=6)  # 20 frames later
    assert folders(video) >= {video.rendition_key, video.poster_key}
    services.edit(creator=alice, video=video, cover_ms=5500)  # outside: a telling one
    work(video)
    assert not video.awaits_more
    assert poster_brightness(video) < early + 60


def test_another_part_is_made_from_the_beginning_until_it_is_out(alice, tmp_path):
    source = counting(tmp_path / "a.mp4", 3)
    video = work(sent(alice, source, is_draft=True))
    old = video.rendition_key
    services.edit(creator=alice, video=video, trim_from_ms=1000, trim_to_ms=2000)
    assert (video.state, video.rendition_key) == (State.PROCESSING, "")
    work(video)
    assert (video.state, video.duration_ms) == (State.READY, 1000)
    assert old not in folders(video)
    services.edit(creator=alice, video=video, is_draft=False)
    with pytest.raises(services.Refused):
        services.edit(creator=alice, video=video, trim_from_ms=0, trim_to_ms=500)


# --- Originals ----------------------------------------------------------------------------------------------------


def away(_):
    raise OSError("no route to the bucket")


def test_originals_are_dropped_where_they_are_not_kept_but_only_when_all_is_made(alice, settings, monkeypatch):
    settings.KEEP_ORIGINALS = False
    video = make_video(alice)
    Video.objects.filter(pk=video.pk).update(awaits_more=True)
    processing.drop_originals()
    assert default_storage.exists(video.original)
    Video.objects.filter(pk=video.pk).update(awaits_more=False)
    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", away)
        processing.drop_originals()
    assert Video.objects.get().original == video.original
    for _ in range(2):
        processing.drop_originals()
    assert default_storage.listdir(video.media_folder)[1] == []
    video.refresh_from_db()
    assert (video.original, video.state) == ("", State.PUBLISHED)
    with pytest.raises(services.Refused, match="no longer kept"):
        services.edit(creator=alice, video=video, cover_ms=10)


def test_an_original_is_dropped_only_when_nobody_can_ask_for_more_from_it(alice, settings, monkeypatch):
    """A cover chosen at that moment: refused in words, or made; not failed for ever."""
    settings.KEEP_ORIGINALS = False
    video = make_video(alice)
    remove = processing.storage.remove

    def choose_then_remove(name):
        with pytest.raises(services.Refused, match="no longer kept"):
            services.edit(creator=alice, video=video, cover_ms=10)
        remove(name)

    monkeypatch.setattr(processing.storage, "remove", choose_then_remove)
    processing.drop_originals()
    video.refresh_from_db()
    assert (video.original, video.awaits_more, default_storage.listdir(video.media_folder)[1]) == ("", False, [])


def test_originals_are_kept_by_default(alice):
    video = make_video(alice)
    services.sweep()
    video.refresh_from_db()
    assert default_storage.exists(video.original)
