"""Taking a file in. A video exists from the moment its file is stored, and ends published, ready or failed with a
reason. The sender's file name, its extension and its declared type are never used."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from accounts.models import User
from videos.models import Video
from videos.services.publishing import check_hour
from videos.services.refusals import Refused, not_yours
from videos.services.tagging import keep_tags
from videos.signals import processing_due


@transaction.atomic
def start_upload(
    *,
    creator: User,
    upload_key: str,
    file: "File[Any]",
    caption: str = "",
    visibility: str = Video.Visibility.EVERYONE,
    publish_at: datetime | None = None,
) -> Video:
    """Stores the file and leaves the video to the workers. With `publish_at` it goes out then, or as soon as it is
    finished when that is later. The same key is the same video, however often, and however
    much at once, it is sent; only the first file is kept. Raises Refused, also for a key that stands for a file of
    another size."""
    if earlier := Video.objects.filter(creator=creator, upload_key=upload_key).first():
        return _same(earlier, file)
    _check(creator, file)
    check_hour(publish_at)
    video = Video(
        creator=creator,
        upload_key=upload_key,
        caption=caption,
        visibility=visibility,
        publish_at=publish_at,
        uploaded_bytes=file.size,
    )
    Video.objects.bulk_create([video], ignore_conflicts=True)  # waits for another upload with the key
    stored = Video.objects.get(creator=creator, upload_key=upload_key)
    if stored.media_key == video.media_key:
        stored.original = _store(file, f"{stored.media_folder}/original")
        stored.save(update_fields=["original"])
        keep_tags(stored.pk, caption)
        processing_due.send(Video, video_id=stored.pk)
    return _same(stored, file)


def _same(video: Video, file: "File[Any]") -> Video:
    if video.uploaded_bytes != file.size:
        raise Refused("key_used", "This upload was already used for another file. Reload the page and send it again.")
    return video


@transaction.atomic
def retry(*, creator: User, video: Video) -> Video:
    """Processes a failed video again, from its file. Twice is once. Raises Refused."""
    if video.creator_id != creator.pk and not creator.has_perm("videos.remove_video"):
        raise not_yours()
    restarted = Video.objects.filter(pk=video.pk, state=Video.State.FAILED).update(
        state=Video.State.PROCESSING,
        progress=0,
        attempts=0,
        lease_key="",
        lease_until=None,
        failure_code="",
        failure_reason="",
    )
    if restarted:
        processing_due.send(Video, video_id=video.pk)
    video.refresh_from_db()
    return video


def _check(creator: User, file: "File[Any]") -> None:
    if not creator.is_present:
        raise Refused("not_present", "Your account cannot upload at the moment.")
    if not file.size:
        raise Refused("empty", "This file is empty. Pick another.")
    if file.size > settings.MAX_UPLOAD_BYTES:
        raise Refused("too_large", too_large(file.size))


def too_large(size: int) -> str:
    limit = filesizeformat(settings.MAX_UPLOAD_BYTES)
    return f"This file is {filesizeformat(size)}. The limit is {limit}. Export it smaller or pick another."


def _store(file: "File[Any]", name: str) -> str:
    try:
        return default_storage.save(name, file)
    except BaseException:
        with suppress(OSError):
            default_storage.delete(name)
        raise
