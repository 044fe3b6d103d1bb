"""Taking a file in. A video exists before its first byte, and ends published, ready or failed with a reason. However the
file comes (in pieces, by a form, past us into a bucket), `begin_upload` lets it in and `hand_over` passes it on. The
sender's file name is for their own eyes; its extension and declared type are never used."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import BigIntegerField, F, Q, Sum, Value
from django.db.models.functions import Now
from django.template.defaultfilters import filesizeformat, pluralize
from django.utils import timezone

from accounts.locks import lock_account
from accounts.models import User
from videos import bucket_parts, parts
from videos.models import Upload, Video
from videos.services.cutting import check_cut
from videos.services.publishing import check_hour
from videos.services.refusals import Refused, not_yours
from videos.services.tagging import keep_tags
from videos.signals import processing_due, video_failed

logger = logging.getLogger(__name__)

FORM_PATIENCE = timedelta(hours=1)  # a form's file comes in one go, or not at all
AT_ONCE = 20


class Words(TypedDict, total=False):
    """What a creator says of a video when it is begun."""

    caption: str
    visibility: str
    publish_at: datetime | None
    is_draft: bool
    allows_comments: bool
    cover_ms: int | None
    trim_from_ms: int | None
    trim_to_ms: int | None


@transaction.atomic
def begin_upload(
    *,
    creator: User,
    upload_key: str,
    size: int,
    file_name: str = "",
    fingerprint: str = "",
    patience: timedelta | None = None,
    on_disk: bool = True,
    **words: Unpack[Words],
) -> Video:
    """The row of a video whose file of `size` bytes is to come. The same key is the same video, however often, and
    however much at once, it is begun; one that was given up begins anew. Raises Refused, also for a key that stands for a
    file of another size. `on_disk`: it comes to this machine, which must have room."""
    lock_account(creator.pk)
    expires_at = timezone.now() + (patience or timedelta(days=settings.UPLOAD_DAYS))
    if earlier := Video.objects.filter(creator=creator, upload_key=upload_key).first():
        return _again(earlier, size, expires_at)
    _check_room(creator, size, on_disk=on_disk)
    check_hour(words.get("publish_at"))
    check_cut(words.get("trim_from_ms"), words.get("trim_to_ms"))
    video = Video.objects.create(
        creator=creator, upload_key=upload_key, uploaded_bytes=size, state=Video.State.UPLOADING, **words
    )
    keep_tags(video.pk, video.caption)
    Upload.objects.create(video=video, file_name=file_name[:255], fingerprint=fingerprint[:64], expires_at=expires_at)
    return video


def _again(video: Video, size: int, expires_at: datetime) -> Video:
    if video.uploaded_bytes != size:
        raise Refused("key_used", "This upload was already used for another file. Reload the page and send it again.")
    given_up = Video.objects.filter(pk=video.pk, state=Video.State.FAILED, original="")
    if given_up.update(state=Video.State.UPLOADING, failure_code="", failure_reason="", progress=0):
        Upload.objects.create(video=video, expires_at=expires_at)
        video.refresh_from_db()
    return video


@transaction.atomic
def hand_over(*, video: Video, name: str, size: int) -> Video:
    """All of the file is in the storage, under this name: from here on it is the workers'. Twice is once. What a moderator
    took down meanwhile stays down, with its file."""
    arrived = {"original": name, "uploaded_bytes": size, "progress": 0}
    mine = Video.objects.filter(pk=video.pk)
    taken_down = mine.filter(state=Video.State.REMOVED, state_before_removal=Video.State.UPLOADING)
    if mine.filter(state=Video.State.UPLOADING).update(state=Video.State.PROCESSING, **arrived):
        processing_due.send(Video, video_id=video.pk)
    else:
        taken_down.update(state_before_removal=Video.State.PROCESSING, **arrived)
    Upload.objects.filter(video=video.pk).delete()
    video.refresh_from_db()
    return video


def start_upload(*, creator: User, upload_key: str, file: "File[Any]", **words: Unpack[Words]) -> Video:
    """A file that came whole, by a form. Sent twice it is one video, and one file."""
    size = file.size or 0
    video = begin_upload(creator=creator, upload_key=upload_key, size=size, patience=FORM_PATIENCE, **words)
    if video.state == Video.State.UPLOADING:
        name = _store(video, file)
        hand_over(video=video, name=name, size=size)
        if video.original != name:
            default_storage.delete(name)
    return video


def _store(video: Video, file: "File[Any]") -> str:
    name = f"{video.media_folder}/original"
    try:
        return default_storage.save(name, file)
    except BaseException:
        with suppress(OSError):
            default_storage.delete(name)
        cancel_upload(creator=video.creator, video=video)
        raise


def finish(video: Video) -> None:
    """Passes on a file of which every byte is here. Whatever it dies of, calling it again goes on; the sweep does."""
    with transaction.atomic():
        waiting = Upload.objects.select_for_update(of=("self",), skip_locked=True).select_related("video")
        upload = waiting.filter(pk=video.pk).first()
        if upload is None or not upload.is_whole:
            return
        try:
            name = _hand_to_storage(upload, f"{video.media_folder}/original")
        except FileNotFoundError:
            Upload.objects.filter(pk=video.pk).update(received=0)
            return
        hand_over(video=video, name=name, size=upload.received)
    parts.remove(video.media_key)


def _hand_to_storage(upload: Upload, name: str) -> str:
    if upload.bucket_id:
        return bucket_parts.hand_to_storage(name, upload.bucket_id, upload.received)
    return parts.hand_to_storage(upload.video.media_key, name)


def keep_alive(video_id: int, *, received: int) -> None:
    """Another piece is safely here, or in the bucket."""
    expires_at = timezone.now() + timedelta(days=settings.UPLOAD_DAYS)
    if Upload.objects.filter(pk=video_id).update(received=received, expires_at=expires_at):
        show_progress(video_id, received)


def show_progress(video_id: int, received: int) -> None:
    percent = Value(received * 100, BigIntegerField()) / F("uploaded_bytes")
    on_its_way = Video.objects.filter(pk=video_id, state=Video.State.UPLOADING, uploaded_bytes__gte=max(received, 1))
    on_its_way.update(progress=percent)


@transaction.atomic
def cancel_upload(*, creator: User, video: Video) -> None:
    """As if it had never been begun. Twice is once. Raises Refused when the whole file has arrived."""
    if video.creator_id != creator.pk:
        raise not_yours()
    lock_account(creator.pk)
    row = Video.objects.select_for_update(of=("self",)).filter(pk=video.pk).first()
    if row is None:
        return
    if row.state != Video.State.UPLOADING:
        raise Refused("arrived", "This file has arrived already. Delete the video instead.")
    row.delete()
    transaction.on_commit(lambda: throw_away(row))


def sweep_uploads() -> None:
    """Passes on what is whole, gives up what nobody sends any more, removes what nobody knows."""
    whole = Upload.objects.filter(received=F("video__uploaded_bytes"), video__uploaded_bytes__gt=0)
    for upload in whole.select_related("video").order_by("pk")[:AT_ONCE]:
        finish_or_leave(upload.video)
    late = Q(upload=None) | Q(upload__expires_at__lt=Now(), upload__received__lt=F("uploaded_bytes"))
    for video in Video.objects.filter(late, state=Video.State.UPLOADING).order_by("created_at")[:AT_ONCE]:
        give_up(video)
    forgotten = parts.old()
    known = Upload.objects.filter(video__media_key__in=forgotten).values_list("video__media_key", flat=True)
    for media_key in set(forgotten) - set(known):
        parts.remove(media_key)


def finish_or_leave(video: Video) -> None:
    try:
        finish(video)
    except Exception:
        logger.exception("The file of %s could not be stored; the next sweep tries again", video)


@transaction.atomic
def give_up(video: Video) -> None:
    """The rest of it never came. Its creator reads so; what was sent is thrown away."""
    received = Upload.objects.filter(pk=video.pk).values_list("received", flat=True).first() or 0
    days = settings.UPLOAD_DAYS
    reason = (
        f"Only {filesizeformat(received)} of {filesizeformat(video.uploaded_bytes)} arrived, and nothing more for"
        f" {days} day{pluralize(days)}. Upload the file again."
    )
    failed = Video.objects.filter(pk=video.pk, state=Video.State.UPLOADING).update(
        state=Video.State.FAILED, failure_code="not_arrived", failure_reason=reason, progress=0
    )
    if failed:
        Upload.objects.filter(pk=video.pk).delete()
        transaction.on_commit(lambda: throw_away(video))
        video_failed.send(Video, video_id=video.pk)


def throw_away(video: Video) -> None:
    """What of a file is here, and not in its place in the storage."""
    parts.remove(video.media_key)
    bucket_parts.forget(f"{video.media_folder}/original")


def _check_room(creator: User, size: int, *, on_disk: bool) -> None:
    if not creator.is_present:
        raise Refused("not_present", "Your account cannot upload at the moment.")
    if not size:
        raise Refused("empty", "This file is empty. Pick another.")
    if size > settings.MAX_UPLOAD_BYTES:
        raise Refused("too_large", too_large(size))
    _check_quota(creator, size)
    if on_disk and parts.free_bytes() - size < settings.KEEP_FREE_BYTES:
        raise Refused("no_space", "There is no room for this file on the server at the moment. Try again later.")


def _check_quota(creator: User, size: int) -> None:
    """Counted under the creator's lock: two at once do not both fit into the rest."""
    mine = Video.objects.of_creator(creator.pk)
    if mine.filter(created_at__gte=Now() - timedelta(days=1)).count() >= settings.UPLOADS_PER_DAY:
        raise Refused("too_many", f"That makes {settings.UPLOADS_PER_DAY} uploads in a day. Go on tomorrow.")
    held = mine.aggregate(held=Sum("uploaded_bytes"))["held"] or 0
    if settings.UPLOAD_QUOTA_BYTES and held + size > settings.UPLOAD_QUOTA_BYTES:
        limit = filesizeformat(settings.UPLOAD_QUOTA_BYTES)
        said = f"Your videos take up {filesizeformat(held)} of {limit}, and this file has {filesizeformat(size)}."
        raise Refused("quota", f"{said} Delete some for good, or pick a smaller one.")


def too_large(size: int) -> str:
    limit = filesizeformat(settings.MAX_UPLOAD_BYTES)
    return f"This file is {filesizeformat(size)}. The limit is {limit}. Export it smaller or pick another."
