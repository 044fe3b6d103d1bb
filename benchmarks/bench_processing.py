"""What processing costs: CPU-seconds per second of video, ours through the real service (fetching, probing, encoding,
verifying, storing, in as many leases as it takes) against one call of plain ffmpeg that makes the same ladder, poster and
preview with the same settings from the same file."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import pytest
from django.core.files.base import File

from accounts.models import User
from accounts.tests.factories import make_account
from videos import media, services
from videos.media import transcoding
from videos.models import Video
from videos.signals import video_processed
from videos.tests.clips import X264
from videos.tests.factories import upload

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

MOST = 1.15
TURNS = 3  # the least of each counts: what others do on the machine only adds
DENSE = ("-preset", "veryfast", "-b:v", "12M", "-vf", "noise=alls=8:allf=t,setsar=1")
FITTING = ("-preset", "veryfast", "-b:v", "1500k", "-maxrate", "2500k", "-bufsize", "3M", "-g", "60")


HLS = ("-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_segment_filename")


def picture(rung: transcoding.Rung) -> list[str]:
    settings = ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", "23"]
    rate = ["-maxrate", f"{rung.max_kbits}k", "-bufsize", f"{2 * rung.max_kbits}k"]
    return [*settings, *rate, "-force_key_frames", "expr:gte(t,n_forced*2)", "-sc_threshold", "0", "-g", "9999"]


def cpu() -> float:
    mine, children = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


def drawn(target: Path, size: str, rate: int, seconds: int, extra: tuple[str, ...]) -> None:
    picture = ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}", "-f", "lavfi", "-i", "sine=frequency=440")
    command = [
        media.ffmpeg_path(),
        "-nostdin",
        "-y",
        "-v",
        "error",
        *picture,
        "-t",
        str(seconds),
        *X264,
        *extra,
        target,
    ]
    subprocess.run(command, check=True)


def plainly(source: Path, probe: media.Probe, folder: Path) -> float:
    """One call: decoded once, and of each rung picture and sound encoded."""
    shutil.rmtree(folder, ignore_errors=True)
    whole, limits = replace(probe, as_it_is=False), media.Limits()
    stage = media.Stage(tuple(replace(rung, copied=False) for rung in media.ladder(probe)), has_pictures=True)
    graph = transcoding.filter_graph(whole, stage, limits, tonemap=False)
    sounds = "".join(f"[a{index}]" for index in range(len(stage.rungs)))
    command = transcoding.command(media.ffmpeg_path(), str(source), whole, stage, limits, tonemap=False)
    begin, pictures = command.index("-filter_complex"), command.index("[poster]") - 1  # between them: our rungs
    command[begin:pictures] = ["-filter_complex", f"{graph};[a]asplit={len(stage.rungs)}{sounds}"]
    for index, rung in enumerate(stage.rungs):
        (folder / rung.name).mkdir(parents=True)
        command += ["-map", f"[v{index}]", *picture(rung), "-map", f"[a{index}]", "-c:a", "aac", "-b:a", "96k"]
        command += ["-t", f"{probe.duration_ms / 1000}", *HLS, f"{rung.name}/%03d.m4s", f"{rung.name}/index.m3u8"]
    before = cpu()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return cpu() - before


def ours(creator: User, source: Path) -> tuple[float, float]:
    """All of it, and until it is watchable."""
    with source.open("rb") as file:
        video = upload(creator, file=File(file, name="clip.mp4"))
    watchable: list[float] = []

    def note(**_: object) -> None:
        watchable.append(cpu())

    video_processed.connect(note)
    before = cpu()
    while Video.objects.unprocessed().filter(pk=video.pk).exists():
        services.process(video.pk)
    video_processed.disconnect(note)
    video.refresh_from_db()
    assert video.state == Video.State.PUBLISHED, video.failure_reason
    assert not video.failure_reason
    return cpu() - before, watchable[0] - before


@pytest.mark.parametrize(
    ("name", "size", "rate", "seconds", "extra"),
    [
        ("1080p, 12 Mbit/s", "1080x1920", 30, 20, DENSE),
        ("1080p, 12 Mbit/s, as a long one", "1080x1920", 30, 20, DENSE),
        ("1080p, 60 a second, 12 Mbit/s, as a long one", "1080x1920", 60, 10, DENSE),
        ("4K, 12 Mbit/s, as a long one", "2160x3840", 30, 10, DENSE),
        ("720p, 12 Mbit/s", "720x1280", 30, 20, DENSE),
        ("720p, 12 Mbit/s, as a long one", "720x1280", 30, 20, DENSE),
        ("540p, 12 Mbit/s, as a long one", "540x960", 30, 20, DENSE),
        ("720p, fits as it is", "720x1280", 30, 20, FITTING),
        ("360p, fits as it is", "360x640", 30, 20, FITTING),
    ],
)
@pytest.mark.timeout(1800)
def test_processing_against_plain_ffmpeg(tmp_path, monkeypatch, name, size, rate, seconds, extra):  # noqa: PLR0917
    """As a long one: in two stages, which cost each second alike."""
    if name.endswith("as a long one"):
        monkeypatch.setattr(transcoding, "LONG_MS", 0)
    creator, source = make_account("alice"), tmp_path / "a.mp4"
    drawn(source, size, rate, seconds, extra)
    probe = media.inspect(source)
    plain, (all_of_it, watchable) = [], (float("inf"), float("inf"))
    for _ in range(TURNS):
        plain.append(plainly(source, probe, tmp_path / "plain"))
        all_of_it, watchable = min((all_of_it, watchable), ours(creator, source))
    ratio = all_of_it / min(plain)
    print(
        f"\n{name}: plain {min(plain) / seconds:.2f}, ours {all_of_it / seconds:.2f} CPU-seconds per second of video"
        f" = {ratio:.2f} x; watchable after {watchable / seconds:.2f}, stages: {len(media.stages(probe))}"
    )
    assert ratio <= MOST
