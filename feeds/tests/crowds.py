"""Many followers at once, and who has an entry."""

from accounts.models import User
from feeds.models import InboxEntry
from follows.models import Follow, FollowEvent
from videos.models import Publication

AT_ONCE = 500


def make_followers(creator: User, number: int) -> list[int]:
    """New accounts that follow the creator, by bulk statements, past all services."""
    begin = User.objects.count()
    accounts = User.objects.bulk_create(
        User(handle=f"crowd{begin + i}", email=f"crowd{begin + i}@example.org", password="!") for i in range(number)
    )
    for start in range(0, number, AT_ONCE):
        chunk = accounts[start : start + AT_ONCE]
        Follow.objects.bulk_create([Follow(follower=account, followee=creator) for account in chunk])
    return [account.pk for account in accounts]


def entries(publication: Publication) -> dict[int, int]:
    """State by recipient."""
    return dict(InboxEntry.objects.filter(publication_id=publication.pk).values_list("recipient_id", "state"))


def followers_by_replay(publication: Publication) -> set[int]:
    """Whom the events before the publication leave following."""
    events = FollowEvent.objects.filter(followee_id=publication.creator_id, id__lt=publication.pk).order_by("id")
    last = dict(events.values_list("follower_id", "after"))
    return {follower_id for follower_id, after in last.items() if after == "active"}
