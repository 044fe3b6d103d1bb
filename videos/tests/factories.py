"""Videos through the real services. Only the encoder's work is put there ready-made: tiny files with the right names."""

from datetime import datetime, timedelta
from itertools import count

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from videos import services
from videos.models import Comment, Video
from videos.services import processing

FILES = {
    "master.m3u8": b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=400000\n360/index.m3u8\n",
    "360/index.m3u8": b'#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4,\n000.m4s\n#EXT-X-ENDLIST\n',
    "360/init.mp4": b"init",
    "360/000.m4s": b"0123456789",
    "poster.jpg": b"\xff\xd8\xff\xd9",
    "small.jpg": b"\xff\xd8\xff\xd9",
    "preview.mp4": b"preview",
}
_keys = count(1)


def upload(creator: User, **fields: object) -> Video:
    """A video that waits for its processing."""
    number = next(_keys)
    file = ContentFile(f"file {number:06}".encode(), name="clip.mp4")  # no two alike: what comes again is counted
    given = {"upload_key": f"upload-{number}", "file": file} | fields
    return services.start_upload(creator=creator, **given)  # type: ignore[arg-type]


def finish(video: Video, *, duration_ms: int = 8000) -> Video:
    """What a worker does at the end, with ready-made files."""
    claimed = processing.claim(video.pk)
    assert claimed is not None, "a worker has it already"
    for name, content in FILES.items():
        default_storage.save(f"{claimed.media_folder}/{claimed.lease_key}/{name}", ContentFile(content))
    made = processing.Finished(
        rendition_key=claimed.lease_key, duration_ms=duration_ms, width=720, height=1280, has_audio=True
    )
    processing.finish(claimed, made)
    video.refresh_from_db()
    return video


def make_video(creator: User, *, duration_ms: int = 8000, **fields: object) -> Video:
    """Published, unless it is for the creator only."""
    return finish(upload(creator, **fields), duration_ms=duration_ms)


def make_failed_video(creator: User, reason: str = "This file is damaged.", **fields: object) -> Video:
    video = upload(creator, **fields)
    claimed = processing.claim(video.pk)
    assert claimed is not None
    processing.fail(claimed, "damaged", reason)
    video.refresh_from_db()
    return video


def make_comment(author: User, video: Video, text: str = "Nice") -> Comment:
    return services.comment(author=author, video=video, text=text, submit_key=f"comment-{next(_keys)}")


def make_reply(author: User, answers: Comment, text: str = "Yes") -> Comment:
    given = {"text": text, "answers": answers, "submit_key": f"comment-{next(_keys)}"}
    return services.comment(author=author, video=answers.video, **given)  # type: ignore[arg-type]


def in_an_hour() -> datetime:
    return (timezone.now() + timedelta(hours=1)).replace(microsecond=0)


def let_its_hour_come(video: Video) -> None:
    """What the database's clock does to a scheduled video."""
    Video.objects.filter(pk=video.pk, publish_at__isnull=False).update(publish_at=Now() - timedelta(seconds=1))
