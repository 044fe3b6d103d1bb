"""Random worlds: five accounts, whatever may befall them and their videos, and what each should then find in their feed."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.services import retention
from follows import services as follows
from follows.models import Follow, Mute
from videos import services as videos
from videos.models import Publication, Video
from videos.tests.factories import make_video, upload


def feed_of(viewer: User, size: int = 3) -> list[int]:
    """The whole feed, page by page."""
    found, cursor = [], ""
    while True:
        page = selectors.following_videos(viewer.pk, cursor=cursor, size=size)
        found += [video.pk for video in page.items]
        cursor = page.next_cursor
        if not cursor:
            return found


def by_definition(viewer: User) -> list[int]:
    """The definition once more, in other words than the statement's."""
    shown = []
    for publication in Publication.objects.order_by("-pk"):
        edge = Follow.objects.active().filter(follower=viewer, followee=publication.creator_id).first()
        if edge is None or publication.pk < edge.shows_from:
            continue
        mute = Mute.objects.filter(muter=viewer, muted=publication.creator_id).first()
        if mute and (mute.until is None or mute.until > timezone.now()):
            continue
        if Video.objects.visible_to(viewer.pk).filter(pk=publication.video_id).exists():
            shown.append(publication.video_id)
    return shown


class World:
    """Five accounts; each method is an act that may befall two of them, or the n-th video or publication."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.cast = [make_account(f"person{i}") for i in range(4)]
        self.cast.append(make_account("closed", is_private=True))
        self.moderator = make_account("moderator", is_staff=True, is_superuser=True)

    def do(self, act: str, one: int, other: int, number: int) -> None:
        self.a, self.b, self.number = self.cast[one], self.cast[other], number
        self.a.refresh_from_db()
        self.pair = {"follower": self.a, "followee": self.cast[other]}
        self.publication = Publication.objects.order_by("pk")[number : number + 1].first()
        self.video = Video.objects.order_by("pk")[number : number + 1].first()
        with suppress(follows.FollowRefused, videos.Refused), transaction.atomic():
            getattr(self, act)()

    def follow(self) -> None:
        follows.follow(**self.pair)

    def unfollow(self) -> None:
        follows.unfollow(**self.pair)

    def refollow(self) -> None:
        follows.unfollow(**self.pair)
        follows.follow(**self.pair)

    def approve(self) -> None:
        follows.approve(**self.pair)

    def remove_follower(self) -> None:
        follows.remove_follower(**self.pair)

    def block(self) -> None:
        follows.block(blocker=self.a, blocked=self.b)

    def unblock(self) -> None:
        follows.unblock(blocker=self.a, blocked=self.b)

    def mute(self) -> None:
        follows.mute(muter=self.a, muted=self.b)

    def mute_till_yesterday(self) -> None:
        follows.mute(muter=self.a, muted=self.b, until=timezone.now() - timedelta(days=1))

    def mute_till_tomorrow(self) -> None:
        follows.mute(muter=self.a, muted=self.b, until=timezone.now() + timedelta(days=1))

    def unmute(self) -> None:
        follows.unmute(muter=self.a, muted=self.b)

    def bell(self) -> None:
        follows.set_bell(**self.pair, notify=["all", "none"][self.number % 2])

    def privacy(self) -> None:
        accounts.set_privacy(account=self.a, is_private=self.number % 2 == 0)

    def suspend(self) -> None:
        accounts.suspend(account=self.a, by=self.moderator, reason="test")

    def unsuspend(self) -> None:
        accounts.unsuspend(account=self.a, by=self.moderator)

    def deactivate(self) -> None:
        accounts.deactivate(account=self.a)

    def reactivate(self) -> None:
        accounts.reactivate(account=self.a)

    def decline(self) -> None:
        follows.decline(**self.pair)

    def begin_upload(self) -> None:
        upload(self.a)

    def schedule(self) -> None:
        make_video(self.a, publish_at=timezone.now() + timedelta(hours=1))

    def publish(self) -> None:
        make_video(self.a, visibility="followers" if self.number == 0 else "everyone")

    def visibility(self) -> None:
        if self.video:
            visibility = ["only_me", "followers", "everyone"][self.number % 3]
            videos.edit(creator=self.video.creator, video=self.video, visibility=visibility)

    def remove_video(self) -> None:
        if self.video:
            videos.remove(by=self.moderator, video=self.video, reason="test")

    def take_back_video(self) -> None:
        if self.video:
            videos.remove(by=self.video.creator, video=self.video)

    def restore_video(self) -> None:
        if self.video:
            videos.restore(by=self.moderator, video=self.video)

    def chunk(self) -> None:
        if self.publication:
            services.fan_out_chunk(self.publication.pk)

    def fan_out(self) -> None:
        if self.publication:
            services.run_fan_out(self.publication.pk)

    def pull_only(self) -> None:
        self.settings.PULL_ONLY_ABOVE = 1
        self.chunk()
        self.settings.PULL_ONLY_ABOVE = 0

    def consume(self) -> None:
        services.consume_outbox(at_most=self.number + 1)

    def see(self) -> None:
        services.see(viewer_id=self.a.pk, publication_ids=Publication.objects.values_list("pk", flat=True))

    def forget(self) -> None:
        """Everything that is told by now is too old to be kept."""
        self.settings.KEEP_INBOX_DAYS = -1
        retention.prune_inbox()
        self.settings.KEEP_INBOX_DAYS = 0


OFTEN = ["follow"] * 4 + ["publish"] * 4 + ["chunk", "consume"] * 2
ACTS = [name for name, act in vars(World).items() if callable(act) and name not in {"__init__", "do"}]
acts = st.lists(
    st.tuples(st.sampled_from(OFTEN + ACTS), st.integers(0, 4), st.integers(0, 4), st.integers(0, 9)), max_size=40
)
