"""What somebody says that For You should show, or should not. Both act at once: what was turned down is left out at every
reading; what is wanted, or wanted again, makes a new slate."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from feeds.for_you import forget_slate
from feeds.models import Interest, NotInterested
from videos.models import Tag, Video

MOST_INTERESTS = 50


@transaction.atomic
def turn_down(*, account: User, video: Video, whole_creator: bool = False) -> NotInterested:
    """No more of the video in For You, or of its creator. Twice is once, and says what was said last."""
    NotInterested.objects.bulk_create(
        [NotInterested(account=account, video=video, whole_creator=whole_creator)],
        update_conflicts=True,
        unique_fields=["account", "video"],
        update_fields=["whole_creator"],
    )
    return NotInterested.objects.get(account=account, video=video)


@transaction.atomic
def take_back_turned_down(*, account: User, video_ids: Iterable[int]) -> int:
    """Returns how many were."""
    taken = NotInterested.objects.filter(account=account, video_id__in=list(video_ids)).delete()[0]
    _forget_slate_of(account)
    return taken


@transaction.atomic
def choose_interests(*, account: User, tags: Iterable[str]) -> list[str]:
    """These and no others, of the tags that there are. Returns them."""
    names = [tag for tag in tags if tag.isprintable()]
    chosen = list(Tag.objects.filter(name__in=names).order_by("name")[:MOST_INTERESTS])
    Interest.objects.filter(account=account).exclude(tag__in=chosen).delete()
    Interest.objects.bulk_create([Interest(account=account, tag=tag) for tag in chosen], ignore_conflicts=True)
    _forget_slate_of(account)
    return [tag.name for tag in chosen]


def _forget_slate_of(account: User) -> None:
    transaction.on_commit(lambda: forget_slate(account.pk))
