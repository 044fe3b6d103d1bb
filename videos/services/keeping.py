"""What somebody keeps of the videos of others: bookmarks, for themselves, and reposts, for their followers."""

from django.db import transaction

from accounts.models import User
from videos.models import Bookmark, HiddenReposts, Like, Repost, Video, VideoCount
from videos.services.acts import Tally, inserted, must_see
from videos.services.refusals import Refused
from videos.signals import reposts_hidden, video_reposted, video_unliked, video_unreposted

AT_ONCE = 500

_BOOKMARK = """
    INSERT INTO videos_bookmark (account_id, video_id) VALUES (%s, %s)
    ON CONFLICT (video_id, account_id) DO NOTHING RETURNING id
"""
_REPOST = """
    INSERT INTO videos_repost (account_id, video_id) VALUES (%s, %s)
    ON CONFLICT (video_id, account_id) DO NOTHING RETURNING id
"""


@transaction.atomic
def save(*, account: User, video: Video) -> Tally:
    """Twice is once. Raises Refused."""
    must_see(account, video)
    inserted(_BOOKMARK, [account.pk, video.pk])
    return _saved(account, video)


@transaction.atomic
def unsave(*, account: User, video: Video) -> Tally:
    """Twice is once; what is out of sight can be taken from the list too."""
    Bookmark.objects.filter(account=account, video=video).delete()
    return _saved(account, video)


def forget_lost(*, account: User, liked: bool) -> int:
    """Takes from the account's liked or saved list what it can see no longer. Returns how many that were."""
    forgotten = 0
    while some := _forget_some(account, liked):
        forgotten += some
    return forgotten


@transaction.atomic
def _forget_some(account: User, liked: bool) -> int:
    kept = (Like if liked else Bookmark).objects.filter(account=account)
    lost = dict(kept.out_of_sight(account.pk).values_list("pk", "video_id")[:AT_ONCE])
    kept.filter(pk__in=lost).delete()
    for video_id in lost.values() if liked else ():
        video_unliked.send(Video, video_id=video_id, account_id=account.pk)
    return len(lost)


# --- Reposts --------------------------------------------------------------------------------------------------


@transaction.atomic
def repost(*, account: User, video: Video) -> Tally:
    """To those who follow the account. Only of somebody else's video that is open to everyone. Twice is once. Raises
    Refused."""
    must_see(account, video)
    if video.creator_id == account.pk:
        raise Refused("own", "This is your own video: your followers were told of it.")
    if not Video.objects.open_to_everyone().filter(pk=video.pk).exists():
        raise Refused("not_open", "Only videos that everyone may see can be reposted.")
    if inserted(_REPOST, [account.pk, video.pk]):
        video_reposted.send(Video, video_id=video.pk, account_id=account.pk)
    return _reposted(account, video)


@transaction.atomic
def unrepost(*, account: User, video: Video) -> Tally:
    """Twice is once; of a video that is out of sight too."""
    if Repost.objects.filter(account=account, video=video).delete()[0]:
        video_unreposted.send(Video, video_id=video.pk, account_id=account.pk)
    return _reposted(account, video)


@transaction.atomic
def hide_reposts(*, account: User, creator: User) -> None:
    """No more of what the creator reposts, in For You. Twice is once. Raises Refused."""
    if account.pk == creator.pk:
        raise Refused("own", "These are your own reposts.")
    HiddenReposts.objects.bulk_create([HiddenReposts(account=account, creator=creator)], ignore_conflicts=True)
    reposts_hidden.send(HiddenReposts, account_id=account.pk)


@transaction.atomic
def show_reposts(*, account: User, creator: User) -> None:
    """Twice is once."""
    HiddenReposts.objects.filter(account=account, creator=creator).delete()
    reposts_hidden.send(HiddenReposts, account_id=account.pk)


def _saved(account: User, video: Video) -> Tally:
    is_mine = Bookmark.objects.filter(account=account, video=video).exists()
    return Tally(is_mine, VideoCount.objects.values_list("bookmarks", flat=True).get(pk=video.pk))


def _reposted(account: User, video: Video) -> Tally:
    is_mine = Repost.objects.filter(account=account, video=video).exists()
    return Tally(is_mine, VideoCount.objects.values_list("reposts", flat=True).get(pk=video.pk))
