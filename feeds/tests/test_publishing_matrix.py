"""Schedule × end of processing × visibility × standing × removal, in the order of a random day, one act after the other
and all at once. Whatever comes first, there is one publication and one notice each: at the moment when the video first
becomes visible to followers, to those whom a replay of the follow events makes followers then.

What went wrong elsewhere, and would fail here: PeerTube#1601 (schedule and transcoder each told: two notices),
PeerTube#4359 (a privacy value told nobody), Mastodon#14709 (wrong recipients), Mastodon#33018 (who is told was written
three times, so that the three disagreed)."""

import random
import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import pytest

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.models import InboxEntry
from feeds.tests.crowds import entries, followers_by_replay
from follows import services as follows
from socialvideo.lib.audit import breaches
from socialvideo.lib.testing import in_threads
from videos import audit as videos_audit
from videos import services as videos
from videos.models import Publication, Video
from videos.services import processing
from videos.tests.factories import in_an_hour, let_its_hour_come, make_video, upload

# What happens to each aspect of a video, in its order.
SCHEDULES: dict[str, list[str]] = {
    "none": [],
    "past": ["hour"],
    "future": ["hour"],
    "changed": ["change", "hour"],
    "cancelled": ["cancel"],
}
PROCESSING: dict[str, list[str]] = {
    "ready before": ["finish"],
    "ready after": ["finish"],
    "failed then retried": ["fail", "retry", "finish"],
}
VISIBILITY: dict[str, tuple[str, list[str]]] = {
    "everyone": ("everyone", []),
    "opened in steps": ("only_me", ["followers", "everyone"]),
    "opened and closed": ("only_me", ["everyone", "only_me", "followers"]),
    "closed and opened": ("followers", ["only_me", "everyone"]),
}
STANDING: dict[str, list[str]] = {
    "present": [],
    "suspended": ["suspend", "unsuspend"],
    "deactivated": ["deactivate", "reactivate"],
}
REMOVAL: dict[str, list[str]] = {"kept": [], "removed": ["remove", "restore"]}
FINALE = ["restore", "unsuspend", "reactivate", "everyone", "hour", "finish"]

matrix = pytest.mark.parametrize(("schedule", "processed", "visibility"), [*product(SCHEDULES, PROCESSING, VISIBILITY)])


@dataclass
class Expected:
    """The rule in its simplest form, which the database, the services and the sweep have to agree with."""

    visibility: str
    hour: str  # "none", "ahead", "come"
    ready: bool = False
    present: bool = True
    removed: bool = False
    published: bool = False

    def look(self) -> bool:
        """Whether this is the moment."""
        due = self.ready and self.present and not self.removed and self.visibility != "only_me" and self.hour != "ahead"
        now, self.published = due and not self.published, due or self.published
        return now

    @property
    def followers_see_it(self) -> bool:
        return self.published and self.present and not self.removed and self.visibility != "only_me"


class Day:
    """One video's day: every act, done for real and to what is expected."""

    def __init__(self, creator: User, moderator: User, schedule: str, visibility: str) -> None:
        self.creator, self.moderator = creator, moderator
        publish_at = None if schedule == "none" else in_an_hour()
        self.video = upload(creator, visibility=VISIBILITY[visibility][0], publish_at=publish_at)
        self.expected = Expected(VISIBILITY[visibility][0], "ahead" if publish_at else "none")
        self.put_off: list[str] = []  # of processing, while the video is removed

    def do(self, act: str) -> None:
        if act in {"finish", "fail", "retry"}:
            if self.expected.removed:
                self.put_off.append(act)
            else:
                getattr(self, act)()
        elif act in Video.Visibility.values:
            self.edit(visibility=act)
        else:
            getattr(self, act)()

    # --- Schedule and visibility ---

    def hour(self) -> None:
        let_its_hour_come(self.video)
        if self.expected.hour == "ahead":
            self.expected.hour = "come"

    def change(self) -> None:
        if self.edit(publish_at=in_an_hour()):
            self.expected.hour = "ahead"

    def cancel(self) -> None:
        if self.edit(publish_at=None):
            self.expected.hour = "none"

    def edit(self, **changes: Any) -> bool:
        try:
            videos.edit(creator=self.creator, video=self.video, **changes)
        except videos.Refused as refused:
            return refused.code not in {"gone", "published"}
        self.expected.visibility = changes.get("visibility", self.expected.visibility)
        return True

    # --- Processing ---

    def finish(self) -> None:
        if self.expected.ready:
            return
        claimed = processing.claim(self.video.pk)
        assert claimed
        processing.finish(claimed, made_by(claimed))
        self.expected.ready = True

    def fail(self) -> None:
        claimed = processing.claim(self.video.pk)
        assert claimed
        processing.fail(claimed, "damaged", "This file is damaged.")

    def retry(self) -> None:
        videos.retry(creator=self.creator, video=self.video)

    # --- Standing and removal ---

    def suspend(self) -> None:
        accounts.suspend(account=self.creator, by=self.moderator, reason="spam")
        self.expected.present = False

    def unsuspend(self) -> None:
        accounts.unsuspend(account=self.creator, by=self.moderator)
        self.expected.present = self.creator.is_present

    def deactivate(self) -> None:
        accounts.deactivate(account=self.creator)
        self.expected.present = False

    def reactivate(self) -> None:
        accounts.reactivate(account=self.creator)
        self.expected.present = self.creator.is_present

    def remove(self) -> None:
        videos.remove(by=self.creator, video=self.video)
        self.expected.removed = True

    def restore(self) -> None:
        videos.restore(by=self.creator, video=self.video)
        self.expected.removed = False
        waiting, self.put_off = self.put_off, []
        for act in waiting:
            self.do(act)


def made_by(claimed: Video) -> processing.Finished:
    return processing.Finished(rendition_key=claimed.lease_key, duration_ms=8000, width=2, height=2, has_audio=False)


def in_some_order(chance: random.Random, schedule: str, processed: str, *tracks: list[str]) -> list[str]:
    """The tracks merged, each in its order, and the hour before or after the end of processing as the case says."""
    while True:
        left = [track for track in map(list, (SCHEDULES[schedule], PROCESSING[processed], *tracks)) if track]
        if schedule == "past":
            left[0].pop()
        order = ["hour"] if schedule == "past" else []
        while left := [track for track in left if track]:
            order.append(chance.choices(left, weights=map(len, left))[0].pop(0))
        if schedule == "past" or not is_said_otherwise(order, processed):
            return order


def is_said_otherwise(order: list[str], processed: str) -> bool:
    if "hour" not in order or processed not in {"ready before", "ready after"}:
        return False
    return (order.index("finish") < order.index("hour")) != (processed == "ready before")


# --- One act after the other -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("one_in", [pytest.param(1, marks=pytest.mark.faults), 6])
@matrix
def test_one_act_after_the_other(schedule: str, processed: str, visibility: str, one_in: int) -> None:
    """Between any two acts one follower comes and one goes, so that the recipients tell the moment. Every combination
    among the fault tests, one in six otherwise: another standing and removal for each of the rest, so that any two states of
    any two aspects meet."""
    moderator = make_account("moderator", is_staff=True, is_superuser=True)
    crowd = [make_account(f"fan{n}") for n in range(5)]
    shift = [*SCHEDULES].index(schedule) + [*PROCESSING].index(processed) + [*VISIBILITY].index(visibility)
    for number, (standing, removal) in enumerate([*product(STANDING, REMOVAL)][shift % one_in :: one_in]):
        day = Day(make_account(f"creator{number}"), moderator, schedule, visibility)
        chance = random.Random(f"{schedule} {processed} {visibility} {standing} {removal}")
        tracks = (VISIBILITY[visibility][1], STANDING[standing], REMOVAL[removal])
        order = in_some_order(chance, schedule, processed, *tracks)
        live_through(day, order, crowd)


def live_through(day: Day, acts: list[str], crowd: list[User]) -> None:
    loyal, *others = crowd
    follows.follow(follower=loyal, followee=day.creator)
    following, told = {loyal.pk}, {}
    for step, act in enumerate([*acts, *FINALE]):
        if step >= len(acts) and day.expected.followers_see_it:
            break
        come, gone = others[step % 4], others[(step + 2) % 4]
        if day.expected.present:  # nobody can follow who is away
            follows.follow(follower=come, followee=day.creator)
            following.add(come.pk)
        follows.unfollow(follower=gone, followee=day.creator)
        following.discard(gone.pk)
        day.do(act)
        videos.publish_due()
        publication = Publication.objects.filter(video=day.video).first()
        so_far = f"{acts[: step + 1]} of {acts}"
        if day.expected.look():
            assert publication, f"not told after {so_far}"
            assert followers_by_replay(publication) == following
            assert set(selectors.recipients(publication)) == following
            services.run_fan_out(publication.pk)
            told = entries(publication)
            assert told == dict.fromkeys(following, InboxEntry.State.ALERTED)
        assert bool(publication) == day.expected.published, f"told too early after {so_far}"
        shown = Video.objects.visible_to(loyal.pk).filter(pk=day.video.pk).exists()
        assert shown == day.expected.followers_see_it, f"shown: {shown} after {so_far}"
    videos.sweep()
    publication = Publication.objects.get(video=day.video)
    services.run_fan_out(publication.pk)
    assert entries(publication) == told
    assert InboxEntry.objects.filter(creator_id=day.creator.pk).count() == len(told)


@pytest.mark.django_db
def test_a_later_change_of_visibility_shows_everywhere_at_once_and_is_told_to_nobody() -> None:
    """Feed, list and badge ask who may see the video whenever they are read."""
    mira, fan = make_account("mira"), make_account("fan")
    follows.follow(follower=fan, followee=mira)
    video = make_video(mira)
    services.run_fan_out(video.publication.pk)
    told = entries(video.publication)
    changes = ["only_me", "followers", "everyone", "only_me", "everyone"]
    for visibility in ["everyone", *changes]:
        videos.edit(creator=mira, video=video, visibility=visibility, caption=f"For {visibility}")
        services.run_fan_out(video.publication.pk)
        open_to = int(visibility != "only_me")
        assert len(selectors.following_videos(fan.pk).items) == open_to
        assert len(selectors.notifications_page(fan.pk).items) == open_to
        assert selectors.unread_count(fan.pk) == open_to
        assert entries(video.publication) == told
    videos.remove(by=mira, video=video)
    assert (selectors.unread_count(fan.pk), selectors.following_videos(fan.pk).items) == (0, [])
    videos.restore(by=mira, video=video)
    assert (selectors.unread_count(fan.pk), entries(video.publication)) == (1, told)


# --- All at once -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("one_in", [pytest.param(1, marks=pytest.mark.faults), 6])
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("processed", PROCESSING)
def test_all_at_once(schedule: str, processed: str, one_in: int) -> None:
    """Edits, workers, sweeps, moderators and followers, each on a connection of their own. Every combination among the
    fault tests, one in six otherwise: others for each schedule and each end of processing."""
    moderator = make_account("moderator", is_staff=True, is_superuser=True)
    crowd = [make_account(f"fan{n}") for n in range(6)]
    shift = [*SCHEDULES].index(schedule) + [*PROCESSING].index(processed)
    combinations = [*product(VISIBILITY, STANDING, REMOVAL)][shift % one_in :: one_in]
    for number, (visibility, standing, removal) in enumerate(combinations):
        day = Day(make_account(f"creator{number}"), moderator, schedule, visibility)
        for fan in crowd[:2]:
            follows.follow(follower=fan, followee=day.creator)
        tracks = (SCHEDULES[schedule], VISIBILITY[visibility][1], STANDING[standing], REMOVAL[removal])
        work = [partial(work_through, day, PROCESSING[processed], number), partial(sweep_and_tell, day)]
        work += [partial(live_at_once, day, track, number) for track in tracks if track]
        in_threads(*work, partial(waver, day, crowd[2:], number))
        for act in FINALE[:-1]:
            live_at_once(day, [act], 0)
        sweep_and_tell(day)
        sweep_and_tell(day)
        assert_told_once(day)
    assert {check.name: breaches(check) for check in videos_audit.CHECKS if breaches(check)} == {}


def assert_told_once(day: Day) -> None:
    publication = Publication.objects.get(video=day.video)
    followers = followers_by_replay(publication)
    told = set(entries(publication))
    stayed = set(selectors.recipients(publication))
    assert publication.followers_at_publish == len(followers)
    assert publication.fanout_state == Publication.Fanout.DONE
    assert stayed <= told <= followers
    assert publication.told == len(told)
    assert publication.left_first == len(followers - told)


def live_at_once(day: Day, acts: list[str], seed: int) -> None:
    chance = random.Random(f"{seed} {acts}")
    for act in acts:
        time.sleep(chance.random() / 50)
        own = copy(day)  # each thread with rows of its own
        own.video, own.creator = Video.objects.get(pk=day.video.pk), User.objects.get(pk=day.creator.pk)
        own.expected, own.put_off = Expected("", "none"), []
        refusing(partial(own.do, act))


def refusing(act: Callable[[], Any]) -> None:
    """Removed, gone out or suspended by somebody else at this very moment: refused, as it should be."""
    try:
        act()
    except (videos.Refused, follows.FollowRefused):
        return


def work_through(day: Day, acts: list[str], seed: int) -> None:
    """A worker that tries until the row says what it came for."""
    chance = random.Random(f"worker {seed}")
    wanted = {"finish": {"ready", "published"}, "fail": {"failed"}, "retry": {"processing"}}
    claimed: Video | None = None
    for act in acts:
        time.sleep(chance.random() / 50)
        over = time.monotonic() + 30
        while Video.objects.get(pk=day.video.pk).state not in wanted[act]:
            assert time.monotonic() < over, f"{act} never came to pass"
            if act == "retry":
                videos.retry(creator=day.creator, video=day.video)
                claimed = None
            elif claimed := claimed or processing.claim(day.video.pk):
                end(claimed, act)
            time.sleep(0.002)


def end(claimed: Video, act: str) -> None:
    if act == "fail":
        return processing.fail(claimed, "damaged", "This file is damaged.")
    try:
        processing.finish(claimed, made_by(claimed))
    except processing.LeaseLost:
        return None


def sweep_and_tell(day: Day) -> None:
    for _ in range(8):
        videos.publish_due()
        for publication_id in selectors.unfinished_fan_outs():
            services.continue_fan_out(publication_id, chunks=1)


def waver(day: Day, crowd: list[User], seed: int) -> None:
    chance = random.Random(f"crowd {seed}")
    for _ in range(12):
        act = chance.choice([follows.follow, follows.unfollow])
        refusing(partial(act, follower=chance.choice(crowd), followee=day.creator))
