"""Taking a file in. A video exists before its first byte, and ends published, ready or failed with a reason. However the
file comes (in pieces, by a form, past us into a bucket), `begin_upload` lets it in and `hand_over` passes it on. The
sender's file name is for their own eyes; its extension and declared type are never used."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Now
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.locks import lock_account
from accounts.models import User
from socialvideo.lib.files import remove_folder
from socialvideo.lib.said import Said
from videos import bucket_parts, parts, storage
from videos.models import Upload, Video
from videos.services import leases
from videos.services.acts import must_own
from videos.services.allowance import check_work, count_work
from videos.services.copies import digest_of, keep_digest
from videos.services.cutting import check_cut
from videos.services.publishing import check_hour
from videos.services.refusals import GONE, NO_ROOM, Refused
from videos.services.tagging import keep_tags
from videos.signals import processing_due, video_failed

logger = logging.getLogger(__name__)

FORM_PATIENCE = timedelta(hours=1)  # a form's file comes in one go, or not at all
AT_ONCE = 20
LATE = Q(upload=None) | (
    Q(upload__expires_at__lt=Now(), upload__received__lt=F("uploaded_bytes"))
    & (Q(upload__writing_until=None) | Q(upload__writing_until__lt=Now()))
)


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
    video = Video.objects.filter(creator=creator, upload_key=upload_key).first()
    if video and video.uploaded_bytes != size:
        raise Refused(
            "key_used", _("This upload was already used for another file. Reload the page and send it again.")
        )
    expires_at = timezone.now() + (patience or timedelta(days=settings.UPLOAD_DAYS))
    if video and not _was_given_up(video):
        Upload.objects.filter(pk=video.pk, expires_at__lt=expires_at).update(expires_at=expires_at)
        return video
    _check_room(creator, size, on_disk=on_disk)
    video = _anew(video) if video else _begun(creator, upload_key, size, words)
    Upload.objects.create(video=video, file_name=file_name[:255], fingerprint=fingerprint[:64], expires_at=expires_at)
    return video


def _begun(creator: User, upload_key: str, size: int, words: Words) -> Video:
    check_hour(words.get("publish_at"))
    check_cut(words.get("trim_from_ms"), words.get("trim_to_ms"))
    video = Video.objects.create(
        creator=creator, upload_key=upload_key, uploaded_bytes=size, state=Video.State.UPLOADING, **words
    )
    keep_tags(video.pk, video.caption)
    return video


def _was_given_up(video: Video) -> bool:
    return video.state == Video.State.FAILED and not video.original


def _anew(video: Video) -> Video:
    """What was said of it stays."""
    video.state, video.failure_code, video.failure_reason, video.progress = Video.State.UPLOADING, "", "", 0
    video.save(update_fields=["state", "failure_code", "failure_reason", "progress"])
    return video


@transaction.atomic
def hand_over(*, video: Video, name: str, size: int, digest: str = "") -> Video:
    """All of the file is in the storage, under this name: from here on it is the workers'. Twice is once. What a moderator
    took down meanwhile stays down, with its file. Raises Refused when it was cancelled meanwhile."""
    arrived = {"original": name, "uploaded_bytes": size, "progress": 0, "lease_until": Now()}
    mine = Video.objects.filter(pk=video.pk)
    taken_down = mine.filter(state=Video.State.REMOVED, state_before_removal=Video.State.UPLOADING)
    if mine.filter(state=Video.State.UPLOADING).update(state=Video.State.PROCESSING, **arrived):
        count_work(video.creator_id)
        processing_due.send(Video, video_id=video.pk)
    elif not taken_down.update(state_before_removal=Video.State.PROCESSING, **arrived) and not mine.exists():
        raise Refused(*GONE)
    Upload.objects.filter(video=video.pk).delete()
    if digest:
        keep_digest(video, digest)
    video.refresh_from_db()
    return video


def start_upload(*, creator: User, upload_key: str, file: "File[Any]", **words: Unpack[Words]) -> Video:
    """A file that came whole, by a form. Sent twice it is one video, and one file."""
    size = file.size or 0
    video = begin_upload(creator=creator, upload_key=upload_key, size=size, patience=FORM_PATIENCE, **words)
    if video.state == Video.State.UPLOADING:
        name, digest = _store(video, file)
        try:
            hand_over(video=video, name=name, size=size, digest=digest)
        except Refused:
            throw_away(video)
            raise
        if video.original != name:
            default_storage.delete(name)
    return video


def _store(video: Video, file: "File[Any]") -> tuple[str, str]:
    """Its name there, and its digest. What is stored of a file that cannot be stored goes with the row, unless another
    request brought all of it."""
    try:
        digest = digest_of(file)  # before: a storage may move or close it
        return default_storage.save(video.original_name, file), digest
    except BaseException:
        with suppress(Refused):
            cancel_upload(creator=video.creator, video=video)
        raise


def finish(video: Video) -> None:
    """Passes on a file of which every byte is here, and to which nobody writes. The storage may take its time: no row is
    locked meanwhile, so edits go on, and who cancels it goes first. Whatever it dies of, calling it again goes on; the
    sweep does."""
    whole = Exists(Video.objects.filter(pk=OuterRef("pk"), uploaded_bytes=OuterRef("received")))
    if writer := leases.take(video.pk, whole):
        with leases.renewed(video.pk, writer):
            _pass_on(video.pk, writer)


def _pass_on(video_id: int, writer: str) -> None:
    held = Upload.objects.filter(pk=video_id, writer=writer)
    upload = held.select_related("video").first()
    if upload is None:
        return
    try:
        digest = "" if upload.bucket_id else parts.digest(upload.video.media_key)
        name = _hand_to_storage(upload)
    except FileNotFoundError:
        held.update(received=0)
        return
    if _is_handed_over(upload, name, digest):
        parts.remove(upload.video.media_key)
    else:
        _throw_back(upload.video, name)


@transaction.atomic
def _is_handed_over(upload: Upload, name: str, digest: str) -> bool:
    """Looks again, after however long storing took: not, when the lease is lost."""
    Video.objects.select_for_update(of=("self",)).filter(pk=upload.pk).first()
    if not Upload.objects.filter(pk=upload.pk, writer=upload.writer).exists():
        return False
    hand_over(video=upload.video, name=name, size=upload.received, digest=digest)
    return True


def _throw_back(video: Video, name: str) -> None:
    """Stored for nobody: it was cancelled, or given up. Where somebody else goes on with it, it is theirs."""
    left = Video.objects.filter(pk=video.pk).first()
    if left is None:
        throw_away(video)
    elif left.original != name and not Upload.objects.filter(pk=video.pk).exists():
        storage.remove(name)


def _hand_to_storage(upload: Upload) -> str:
    name = upload.video.original_name
    if upload.bucket_id:
        return bucket_parts.hand_to_storage(name, upload.bucket_id, upload.received)
    return parts.hand_to_storage(upload.video.media_key, name, upload.received)


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
    must_own(creator, video)
    lock_account(creator.pk)
    row = Video.objects.select_for_update(of=("self",)).filter(pk=video.pk).first()
    if row is None:
        return
    if row.state != Video.State.UPLOADING:
        raise Refused("arrived", _("This file has arrived already. Delete the video instead."))
    row.delete()
    transaction.on_commit(lambda: throw_away(row), robust=True)


def sweep_uploads() -> None:
    """Passes on what is whole, gives up what nobody sends any more, removes what nobody knows."""
    whole = Upload.objects.filter(received=F("video__uploaded_bytes"), video__uploaded_bytes__gt=0)
    for upload in whole.select_related("video").order_by("?")[:AT_ONCE]:
        finish_or_leave(upload.video)
    late = Video.objects.filter(LATE).order_by("?")
    for video in late.filter(state=Video.State.UPLOADING)[:AT_ONCE]:
        _or_leave(give_up, video)
    for video in late.filter(state=Video.State.REMOVED).exclude(upload=None)[:AT_ONCE]:
        _or_leave(_forget, video)
    forgotten = parts.old()
    known = Upload.objects.filter(video__media_key__in=forgotten).values_list("video__media_key", flat=True)
    for media_key in set(forgotten) - set(known):
        parts.remove(media_key)


def finish_or_leave(video: Video) -> None:
    _or_leave(finish, video)


def _or_leave(act: Callable[[Video], None], video: Video) -> None:
    """What cannot be done holds up no other."""
    try:
        act(video)
    except Exception:
        logger.exception("The file of %s is left to the next sweep", video)


@transaction.atomic
def give_up(video: Video) -> None:
    """The rest of it never came. Its creator reads so; what was sent is thrown away. Of what goes on this very moment
    nothing is."""
    Video.objects.select_for_update(of=("self",)).filter(pk=video.pk).first()
    received = Upload.objects.filter(pk=video.pk).values_list("received", flat=True).first() or 0
    reason = Said(
        gettext_noop("Only %(received)s of %(size)s arrived, and then nothing more. Upload the file again."),
        sizes={"received": received, "size": video.uploaded_bytes},
    )
    failed = Video.objects.filter(LATE, pk=video.pk, state=Video.State.UPLOADING).update(
        state=Video.State.FAILED, failure_code="not_arrived", failure_reason=reason.kept, progress=0
    )
    if failed:
        _forget(video)
        video_failed.send(Video, video_id=video.pk)


@transaction.atomic
def _forget(video: Video) -> None:
    """Also of what a moderator took down: brought back it is given up, like all that has no upload."""
    Upload.objects.filter(pk=video.pk).delete()
    transaction.on_commit(lambda: throw_away(video), robust=True)


def throw_away(video: Video) -> None:
    """All that is here, or in the storage, of a video of which nothing is to be kept."""
    parts.remove(video.media_key)
    remove_folder(video.media_folder)
    bucket_parts.forget(video.original_name)


def _check_room(creator: User, size: int, *, on_disk: bool) -> None:
    if not creator.is_present:
        raise Refused("not_present", _("Your account cannot upload at the moment."))
    if not size:
        raise Refused("empty", _("This file is empty. Pick another."))
    if size > settings.MAX_UPLOAD_BYTES:
        raise Refused("too_large", too_large(size))
    _check_quota(creator, size)
    if on_disk and not parts.has_room(size + _being_sent()):
        raise Refused(*NO_ROOM)


def _being_sent() -> int:
    """Bytes that those who send right now will still need."""
    writing = Upload.objects.filter(bucket_id="", writing_until__gte=Now())
    return writing.aggregate(rest=Sum(F("video__uploaded_bytes") - F("received")))["rest"] or 0


def _check_quota(creator: User, size: int) -> None:
    """Counted under the creator's lock: two at once do not both fit into the rest."""
    mine = Video.objects.of_creator(creator.pk)
    check_work(creator.pk, at_least=mine.filter(created_at__gte=Now() - timedelta(days=1)).count())
    given_up = Q(state=Video.State.FAILED, original="")
    held = mine.exclude(given_up).aggregate(held=Sum("uploaded_bytes"))["held"] or 0
    if settings.UPLOAD_QUOTA_BYTES and held + size > settings.UPLOAD_QUOTA_BYTES:
        limit = filesizeformat(settings.UPLOAD_QUOTA_BYTES)
        said = _(
            "Your videos take up %(held)s of %(limit)s, and this file has %(size)s."
            " Delete some for good, or pick a smaller one."
        )
        raise Refused("quota", said % {"held": filesizeformat(held), "limit": limit, "size": filesizeformat(size)})


def too_large(size: int) -> str:
    limit = filesizeformat(settings.MAX_UPLOAD_BYTES)
    said = _("This file is %(size)s. The limit is %(limit)s. Export it smaller or pick another.")
    return said % {"size": filesizeformat(size), "limit": limit}
