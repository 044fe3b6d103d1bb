"""The moment a video first becomes visible to followers. It comes once per video: when processing ends, or when its
creator opens a finished video to others. While the creator is suspended or deactivated the video waits, finished; the
sweep publishes it when they are back.

Everything here holds the creator's account lock exclusively, so that no follow begins or ends meanwhile and
`followers_at_publish` is exact."""

from django.db import transaction

from accounts.locks import lock_account
from follows.selectors import counts
from follows.services import report_publication
from videos.models import Publication, Video
from videos.signals import video_published

SHOWN_TO_NEW_FOLLOWERS = 20  # a new follow brings this many publications of the creator into the feed


@transaction.atomic
def publish(*, video: Video) -> Publication | None:
    """Publishes the video if it is due. Its publication, however often asked; None while it is not published."""
    lock_account(video.creator_id)
    return publish_if_due(video.pk)


def publish_due(*, at_most: int = 100) -> int:
    """Publishes what waited for its creator, or for a worker that died on the way. Returns how many."""
    due = Video.objects.to_be_published().order_by("pk")[:at_most]
    return sum(publish(video=video) is not None for video in due)


def publish_if_due(video_id: int) -> Publication | None:
    """`publish` for who holds the creator's lock already."""
    video = Video.objects.select_related("creator").select_for_update(of=("self",), no_key=True).get(pk=video_id)
    if video.state == Video.State.READY and video.visibility != Video.Visibility.ONLY_ME and video.creator.is_present:
        return _publish(video)
    return Publication.objects.filter(video=video).first()


def _publish(video: Video) -> Publication:
    Publication.objects.create(
        video=video, creator_id=video.creator_id, followers_at_publish=counts(video.creator_id).followers
    )
    publication = Publication.objects.get(video=video)  # its id comes from a trigger
    Video.objects.filter(pk=video.pk).update(state=Video.State.PUBLISHED, published_at=publication.published_at)
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
