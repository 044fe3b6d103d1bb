"""The moment a video first becomes visible to followers. It comes once per video: when processing ends, when its
creator opens a finished video to others, or at the hour that they chose. While the creator is suspended or deactivated
the video waits, finished; the sweep publishes it when they are back.

Everything here holds the creator's account lock exclusively, so that no follow begins or ends meanwhile and
`followers_at_publish` is exact."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.locks import lock_account
from follows.selectors import counts
from follows.services import report_publication
from videos.models import Publication, Video
from videos.services.refusals import Refused
from videos.services.tagging import tags_go_out
from videos.signals import publishing_ahead, video_published

logger = logging.getLogger(__name__)

SHOWN_TO_NEW_FOLLOWERS = 20  # a new follow brings this many publications of the creator into the feed
FARTHEST_AHEAD = timedelta(days=366)
HURRIED_WITHIN = timedelta(seconds=15)  # a little more than the sweep's period


@transaction.atomic
def publish(*, video: Video) -> Publication | None:
    """Publishes the video if it is due. Its publication, however often asked; None while it is not published."""
    lock_account(video.creator_id)
    return publish_if_due(video.pk)


def publish_due(*, at_most: int = 100) -> int:
    """Publishes what waited for its hour, for its creator, or for a worker that died on the way; what was to go out first
    goes out first. However many cannot go out, they hold up no other. Returns how many went out."""
    due = Video.objects.to_be_published().order_by(F("publish_at").asc(nulls_first=True), "pk")
    tried: list[int] = []
    went_out = 0
    while some := list(due.exclude(pk__in=tried)[: at_most - went_out]):
        tried += [video.pk for video in some]
        went_out += sum(_went_out(video) for video in some)
    return went_out


def _went_out(video: Video) -> bool:
    try:
        return publish(video=video) is not None
    except Exception:
        logger.exception("%s could not be published; the next sweep tries again", video)
        return False


def hurry_publishing() -> None:
    """Hints that let what goes out soon go out at its second, and not at the next sweep."""
    soon = Video.objects.to_be_published(within=HURRIED_WITHIN).exclude(publish_at=None)
    for at in soon.order_by().values_list("publish_at", flat=True).distinct():
        publishing_ahead.send(Video, at=at)


def check_hour(publish_at: datetime | None) -> None:
    """Raises Refused for an hour that nobody could have meant."""
    if publish_at and publish_at <= timezone.now():
        raise Refused("too_early", _("This time has passed. Choose a later one."))
    if publish_at and publish_at > timezone.now() + FARTHEST_AHEAD:
        raise Refused("too_late", _("This is more than a year ahead. Choose an earlier time."))


def publish_if_due(video_id: int) -> Publication | None:
    """`publish` for who holds the creator's lock already."""
    due = Video.objects.to_be_published().select_for_update(of=("self",), no_key=True).filter(pk=video_id).first()
    return _publish(due) if due else Publication.objects.filter(video=video_id).first()


def _publish(video: Video) -> Publication:
    Publication.objects.create(
        video=video, creator_id=video.creator_id, followers_at_publish=counts(video.creator_id).followers
    )
    publication = Publication.objects.get(video=video)  # its id comes from a trigger
    Video.objects.filter(pk=video.pk).update(state=Video.State.PUBLISHED, published_at=publication.published_at)
    tags_go_out(publication)
    report_publication(
        account_id=video.creator_id,
        published_at=publication.published_at,
        recent_from=_recent_from(video.creator_id),
    )
    video_published.send(Publication, publication_id=publication.pk)
    return publication


def _recent_from(creator_id: int) -> int:
    newest = Publication.objects.filter(creator_id=creator_id).order_by("-pk").values_list("pk", flat=True)
    return newest[SHOWN_TO_NEW_FOLLOWERS - 1 : SHOWN_TO_NEW_FOLLOWERS].first() or 0
