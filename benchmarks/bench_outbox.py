"""What one consumer makes of follow events: an account that 20,000 follow at once, who each get its last videos into their
feeds, and it a notice of each; and 20,000 who leave again. Events a second:

    make bench ARGS="-k outbox"
"""

import os
import time

import pytest

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services
from feeds.models import InboxEntry, Notification
from follows.models import Follow, FollowOutbox
from videos.tests.factories import make_video

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600), pytest.mark.django_db(transaction=True)]
FOLLOWS = int(os.environ.get("FOLLOWS", "20000"))
VIDEOS = 20
AT_ONCE = 500


def consumed() -> float:
    """Events a second, until there are none."""
    events, began = 0, time.perf_counter()
    while some := services.consume_outbox():
        events += some
    assert events == FOLLOWS
    return events / (time.perf_counter() - began)


def follow(fans: list[User], creator: User) -> None:
    for start in range(0, len(fans), AT_ONCE):
        Follow.objects.bulk_create([Follow(follower=fan, followee=creator) for fan in fans[start : start + AT_ONCE]])


def leave(creator: User) -> None:
    while some := list(Follow.objects.filter(followee=creator).values_list("pk", flat=True)[:AT_ONCE]):
        Follow.objects.filter(pk__in=some).delete()


def test_outbox() -> None:
    mira = make_account("mira")
    fans = User.objects.bulk_create(
        User(handle=f"fan{n}", email=f"fan{n}@example.org", password="!")  # noqa: S106 - nobody logs in
        for n in range(FOLLOWS)
    )
    follow(fans, mira)
    print(f"\n{FOLLOWS:,} follows of one who has published nothing: {consumed():,.0f} events/s")
    leave(mira)
    print(f"{FOLLOWS:,} unfollows, their notices taken back:         {consumed():,.0f} events/s")
    for _ in range(VIDEOS):
        services.run_fan_out(make_video(mira).publication.pk)
    follow(fans, mira)
    assert FollowOutbox.objects.count() == FOLLOWS
    rate = consumed()
    print(
        f"{FOLLOWS:,} follows of one with {VIDEOS} videos:              {rate:,.0f} events/s, {rate * VIDEOS:,.0f} entries/s"
    )
    assert InboxEntry.objects.count() == FOLLOWS * VIDEOS
    assert Notification.objects.filter(kind="followed").count() == FOLLOWS
