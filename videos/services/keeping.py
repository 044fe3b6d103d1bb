"""What somebody keeps of the videos of others: bookmarks, for themselves, and reposts, for their followers."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from videos.models import Bookmark, HiddenReposts, Like, Repost, Video
from videos.services.acts import Mark, Tally, must_see
from videos.services.refusals import Refused
from videos.signals import reposts_hidden, video_reposted, video_unreposted, videos_unliked

AT_ONCE = 100  # in a transaction, which holds the counts of as many videos
MOST = 2000  # in a request

BOOKMARKS = Mark(Bookmark, "bookmarks")
REPOSTS = Mark(Repost, "reposts")


@transaction.atomic
def save(*, account: User, video: Video) -> Tally:
    """Twice is once. Raises Refused."""
    must_see(account, video)
    BOOKMARKS.set(account, video)
    return BOOKMARKS.tally(account, video)


@transaction.atomic
def unsave(*, account: User, video: Video) -> Tally:
    """Twice is once; what is out of sight can be taken from the list too."""
    BOOKMARKS.take_off(account, video)
    return BOOKMARKS.tally(account, video)


def forget_lost(*, account: User, liked: bool) -> int:
    """Takes from the account's liked or saved list what it can see no longer, at most so many. Returns how many that
    were."""
    forgotten = 0
    while forgotten < MOST and (some := _forget_some(account, liked)):
        forgotten += some
    return forgotten


@transaction.atomic
def _forget_some(account: User, liked: bool) -> int:
    kept = (Like if liked else Bookmark).objects.filter(account=account)
    lost = dict(kept.out_of_sight(account.pk).values_list("pk", "video_id")[:AT_ONCE])
    kept.filter(pk__in=lost).delete()
    if liked and lost:
        videos_unliked.send(Video, video_ids=list(lost.values()), account_id=account.pk)
    return len(lost)


# --- Reposts --------------------------------------------------------------------------------------------------


@transaction.atomic
def repost(*, account: User, video: Video) -> Tally:
    """To those who follow the account. Only of somebody else's video that is open to everyone. Twice is once. Raises
    Refused."""
    must_see(account, video)
    if video.creator_id == account.pk:
        raise Refused("own", _("This is your own video: your followers were told of it."))
    if not Video.objects.open_to_everyone().filter(pk=video.pk).exists():
        raise Refused("not_open", _("Only videos that everyone may see can be reposted."))
    if REPOSTS.set(account, video):
        video_reposted.send(Video, video_id=video.pk, account_id=account.pk)
    return REPOSTS.tally(account, video)


@transaction.atomic
def unrepost(*, account: User, video: Video) -> Tally:
    """Twice is once; of a video that is out of sight too."""
    if REPOSTS.take_off(account, video):
        video_unreposted.send(Video, video_id=video.pk, account_id=account.pk)
    return REPOSTS.tally(account, video)


@transaction.atomic
def hide_reposts(*, account: User, creator: User) -> None:
    """No more of what the creator reposts, in For You. Twice is once. Raises Refused."""
    if account.pk == creator.pk:
        raise Refused("own", _("These are your own reposts."))
    HiddenReposts.objects.bulk_create([HiddenReposts(account=account, creator=creator)], ignore_conflicts=True)
    reposts_hidden.send(HiddenReposts, account_id=account.pk)


@transaction.atomic
def show_reposts(*, account: User, creator: User) -> None:
    """Twice is once."""
    HiddenReposts.objects.filter(account=account, creator=creator).delete()
    reposts_hidden.send(HiddenReposts, account_id=account.pk)
