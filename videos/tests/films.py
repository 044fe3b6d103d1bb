"""Videos that a browser really plays, as a worker leaves them, small and encoded once. `make_film` is `make_video` with a
picture that moves, a tone, and as many seconds as it says."""

import tempfile
from functools import cache
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import User
from videos.models import Video
from videos.tests.clips import SOUND, X264, ffmpeg
from videos.tests.factories import make_video

SEGMENTS = ("-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4")
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params", "log-level=none")
CODECS = {X264: "avc1.640015,mp4a.40.2", HEVC: "hvc1.1.6.L60.90,mp4a.40.2"}


def make_film(
    creator: User, seconds: int = 4, *, size: str = "180x320", codec: tuple[str, ...] = X264, **fields: object
) -> Video:
    video = make_video(creator, duration_ms=seconds * 1000, **fields)
    video.width, video.height = map(int, size.split("x"))
    video.save(update_fields=["width", "height"])
    for name, content in film(seconds, size, codec).items():
        path = f"{video.media_folder}/{video.rendition_key}/{name}"
        default_storage.delete(path)
        default_storage.save(path, ContentFile(content))
    return video


@cache
def film(seconds: int, size: str, codec: tuple[str, ...]) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "360").mkdir()
        picture = ("-f", "lavfi", "-i", f"testsrc=size={size}:rate=30")
        whole = (*picture, *SOUND, "-t", str(seconds), *codec, "-pix_fmt", "yuv420p", "-g", "30", "-c:a", "aac")
        ffmpeg(
            *whole, *SEGMENTS, "-hls_segment_filename", folder / "360/%03d.m4s",
            "-hls_fmp4_init_filename", "init.mp4", folder / "360/index.m3u8",
        )  # fmt: skip
        for name in ("poster.jpg", "small.jpg"):
            ffmpeg(*picture, "-frames:v", "1", folder / name)
        ffmpeg(*picture, "-t", "1", *X264, folder / "preview.mp4")
        stream = f'#EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION={size},CODECS="{CODECS[codec]}"'
        (folder / "master.m3u8").write_text(f"#EXTM3U\n#EXT-X-VERSION:7\n{stream}\n360/index.m3u8\n")
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}
