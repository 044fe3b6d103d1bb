"""Changing a video after it was made. Edits tell no followers; the first opening to others publishes. Removing keeps every
row and file, so that restoring brings all of it back."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.locks import lock_account
from accounts.models import User
from videos.models import Video
from videos.services import processing
from videos.services.acts import must_own
from videos.services.cutting import check_cut
from videos.services.publishing import check_hour, publish_if_due
from videos.services.refusals import GONE, Refused, not_yours
from videos.services.tagging import keep_tags
from videos.signals import processing_due, video_edited, video_removed, video_restored

MODERATE = "videos.remove_video"


class Changes(TypedDict, total=False):
    """What is not given stays. `publish_at`: not before then; None: as soon as it is finished. `is_draft`: False lets it
    go out."""

    caption: str
    visibility: str
    publish_at: datetime | None
    is_draft: bool
    allows_comments: bool
    cover_ms: int | None
    trim_from_ms: int | None
    trim_to_ms: int | None


TRIM = {"trim_from_ms", "trim_to_ms"}
TOLD = {"caption", "visibility"}  # what others hear of


@transaction.atomic
def edit(*, creator: User, video: Video, **changes: Unpack[Changes]) -> Video:
    """Publishes when the video is finished and no draft, its hour has come, and it becomes visible to others for the
    first time. Another part or cover is made by the workers, from the original. No worker takes the video between the
    looking and the changing. Raises Refused."""
    must_own(creator, video)
    lock_account(video.creator_id)
    standing = Video.objects.standing().select_for_update(of=("self",), no_key=True).filter(pk=video.pk).first()
    if standing is None:
        raise Refused(*GONE)
    changed = {name: value for name, value in changes.items() if getattr(standing, name) != value}
    _check(standing, changed)
    if changed:
        Video.objects.filter(pk=video.pk).update(**changed)
        _follow_up(standing, changed)
    publish_if_due(video.pk)
    video.refresh_from_db()
    return video


def _check(video: Video, changed: dict[str, Any]) -> None:
    """What is sent again unchanged is no change, though its hour may have passed meanwhile; but a draft is let go to an
    hour that is still to come."""
    if video.published_at and changed.keys() & {"publish_at", "is_draft", *TRIM}:
        raise Refused("published", _("This video has gone out already. Nothing was changed."))
    if "publish_at" in changed or changed.get("is_draft") is False:
        check_hour(changed.get("publish_at", video.publish_at))
    if changed.keys() & TRIM:
        check_cut(
            changed.get("trim_from_ms", video.trim_from_ms),
            changed.get("trim_to_ms", video.trim_to_ms),
        )


def _follow_up(before: Video, changed: dict[str, Any]) -> None:
    if "caption" in changed:
        keep_tags(before.pk, changed["caption"])
    if before.state != Video.State.UPLOADING:
        if changed.keys() & TRIM:
            processing.remake(before.pk)
        elif "cover_ms" in changed:
            processing.renew_cover(before.pk)
    if changed.keys() & TOLD:
        video_edited.send(Video, video_id=before.pk)


@transaction.atomic
def remove(*, by: User, video: Video, reason: str = "") -> Video:
    """Takes the video out of every surface: its creator's deletion, or a moderator's removal, which stands over the
    creator's. Twice is once. Raises Refused."""
    moderates = video.creator_id != by.pk
    if moderates and not by.has_perm(MODERATE):
        raise not_yours()
    lock_account(video.creator_id)
    removal = {"removed_at": Now(), "removed_by": by, "removal_reason": reason}
    removed = (
        Video.objects.standing()
        .filter(pk=video.pk)
        .update(state=Video.State.REMOVED, state_before_removal=F("state"), **removal)
    )
    if not removed and moderates:
        own_deletion = Video.objects.recently_deleted(settings.KEEP_DELETED_DAYS).filter(pk=video.pk)
        removed = own_deletion.update(**removal)
    if removed:
        video_removed.send(Video, video_id=video.pk, by_id=by.pk)
    video.refresh_from_db()
    return video


@transaction.atomic
def restore(*, by: User, video: Video) -> Video:
    """Brings a removed video back as it was: creators what they deleted, moderators anything, as long as the account
    stands. Raises Refused."""
    if video.creator_id != by.pk and not by.has_perm(MODERATE):
        raise not_yours()
    lock_account(video.creator_id)
    Video.objects.select_for_update(of=("self",)).filter(pk=video.pk).first()  # nobody deletes it for good meanwhile
    if User.objects.filter(pk=video.creator_id, erased_at__isnull=False).exists():
        raise Refused("account_deleted", _("The account was deleted, and the video with it."))
    removed = Video.objects.filter(pk=video.pk, state=Video.State.REMOVED)
    due = removed.deleted_for_good(settings.KEEP_DELETED_DAYS)
    if due.exists() or (not removed.restorable().exists() and removed.exists()):
        raise Refused("erased", _("This video was deleted for good."))
    if by.pk == video.creator_id:
        if removed.exclude(removed_by=by).exists():
            raise Refused("removed_by_moderator", _("A moderator removed this video, so you cannot bring it back."))
        removed = removed.filter(removed_by=by)
    restored = removed.update(
        state=F("state_before_removal"), state_before_removal="", removed_at=None, removed_by=None, removal_reason=""
    )
    if restored:
        video_restored.send(Video, video_id=video.pk)
        publish_if_due(video.pk)
    video.refresh_from_db()
    if restored and video.state == Video.State.PROCESSING:
        processing_due.send(Video, video_id=video.pk)
    return video
