"""An account is deleted across all apps: nothing of it is left, nothing of others is lost, and every promise holds at each
moment in between."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.test import Client

from accounts import services as accounts
from accounts.models import Erasure, ErasureStep, User
from accounts.services import erasure as accounts_erasure
from accounts.tests.factories import make_account
from feeds import services as feeds
from feeds.models import (
    Digest,
    DigestLine,
    DigestPlan,
    Dismissal,
    InboxEntry,
    Notification,
    Push,
    PushSubscription,
)
from feeds.selectors import following_videos, notifications_page
from follows import services as follows
from follows.machine import Cause
from follows.models import Block, CreatorPulse, EventOrigin, Follow, Mute, Tie
from follows.origins import Origin, Source
from follows.selectors import counts
from follows.tests.truth import events_between
from tests.erasing import ERASE, assert_every_promise_holds, begin, broken, erase, work_off
from videos import services as videos
from videos.models import Bookmark, Comment, CommentLike, HiddenReposts, Like, Publication, Repost, Video, Watch
from videos.selectors import comments_page, replies_page
from videos.services import erasure as videos_erasure
from videos.tests.factories import make_comment, make_failed_video, make_reply, make_video, upload

PHONE = Origin(Source.PROFILE, "Firefox on Linux", "0123456789abcdef")


class World:
    """alice leaves; bob stays and has to do with her in every way; carol is private, dora asks alice, eve is shut out."""

    def __init__(self) -> None:
        self.alice, self.bob, self.carol, self.dora, self.eve = (
            make_account(name, name=name.title()) for name in ("alice", "bob", "carol", "dora", "eve")
        )
        follows.follow(follower=self.alice, followee=self.bob, origin=PHONE)
        follows.follow(follower=self.bob, followee=self.alice, origin=PHONE)
        follows.follow(follower=self.carol, followee=self.bob)
        accounts.set_privacy(account=self.carol, is_private=True)
        accounts.set_privacy(account=self.alice, is_private=True)
        follows.follow(follower=self.alice, followee=self.carol)
        follows.follow(follower=self.dora, followee=self.alice)
        follows.block(blocker=self.alice, blocked=self.eve)
        follows.mute(muter=self.bob, muted=self.alice)
        feeds.dismiss(account=self.alice, dismissed=self.dora)
        feeds.dismiss(account=self.eve, dismissed=self.alice)
        self.shown = make_video(self.alice, caption="Hello")
        self.own = make_video(self.alice, visibility="only_me")
        self.failed = make_failed_video(self.alice)
        self.taken_down = videos.remove(by=self.alice, video=make_video(self.alice))
        self.others = make_video(self.bob, caption="Mine")
        for publication in Publication.objects.all():
            feeds.run_fan_out(publication.pk)
        for by, video in ((self.alice, self.others), (self.carol, self.others), (self.bob, self.shown)):
            videos.like(account=by, video=video)
            videos.record_watch(viewer=by, video=video, ms=3000)
            make_comment(by, video)
        answered = make_comment(self.alice, self.others)
        make_reply(self.carol, answered)
        make_reply(self.alice, answered)
        videos.like_comment(account=self.alice, comment=Comment.objects.get(author=self.carol, parent=None))
        videos.save(account=self.alice, video=self.others)
        videos.repost(account=self.alice, video=self.others)
        videos.hide_reposts(account=self.bob, creator=self.alice)
        videos.hide_reposts(account=self.alice, creator=self.bob)
        while feeds.consume_outbox():
            pass
        self.device = PushSubscription.objects.create(account=self.alice, endpoint="https://push.test/1")
        Push.objects.create(subscription=self.device, event_key="notice:1", answer="")
        feeds.plan_digest(account=self.alice, every="day", zone="UTC")
        digest = Digest.objects.create(account=self.alice)
        DigestLine.objects.create(digest=digest, account_id=self.alice.pk, event_key="notice:1")


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_nothing_of_the_account_is_left_and_nothing_of_others_is_lost(world: World) -> None:
    alice, bob = world.alice, world.bob
    folders = [video.media_folder for video in (world.shown, world.own, world.failed, world.taken_down)]
    done = erase(alice)
    assert done.finished_at
    assert {step.part for step in done.steps.all() if step.confirmed_at} == {"accounts", "follows", "videos", "feeds"}
    assert_every_promise_holds()

    for gone in (
        Follow.objects.of_follower(alice.pk),
        Follow.objects.of_followee(alice.pk),
        Block.objects.all(),
        Mute.objects.all(),
        Tie.objects.filter(follower_id=alice.pk) | Tie.objects.filter(followee_id=alice.pk),
        CreatorPulse.objects.filter(account_id=alice.pk),
        EventOrigin.objects.filter(event_id__in=[event.pk for event in events_between(alice, bob)]),
        Like.objects.filter(account=alice) | Like.objects.filter(video__creator=alice),
        Comment.objects.filter(author=alice) | Comment.objects.filter(video__creator=alice),
        CommentLike.objects.all(),
        Bookmark.objects.all(),
        Repost.objects.all(),
        HiddenReposts.objects.all(),
        Watch.objects.filter(viewer=alice) | Watch.objects.filter(video__creator=alice),
        InboxEntry.objects.filter(recipient_id=alice.pk),
        Notification.objects.filter(recipient_id=alice.pk),
        Notification.objects.filter(actor_id=alice.pk),
        PushSubscription.objects.filter(account=alice),
        Push.objects.all(),
        DigestPlan.objects.filter(account=alice),
        Digest.objects.filter(account=alice),
        DigestLine.objects.filter(account_id=alice.pk),
        Dismissal.objects.all(),
    ):
        assert not gone.exists(), gone.model
    assert [folder for folder in folders if default_storage.exists(folder)] == []
    assert {(v.state, v.caption, v.hls_url) for v in Video.objects.of_creator(alice.pk)} == {("removed", "", "")}
    assert Video.objects.of_creator(alice.pk).count() == 2  # both had been published

    kept = Video.objects.select_related("count").get(pk=world.others.pk)
    assert (kept.count.likes, kept.count.comments, kept.count.views) == (1, 2, 1)
    assert (kept.count.bookmarks, kept.count.reposts) == (0, 0)
    assert default_storage.exists(kept.original)
    rows = [row.comment for row in comments_page(kept, bob.pk).items]
    assert [(comment.author, comment.text) for comment in rows] == [(None, ""), (world.carol, "Nice")]
    assert [row.comment.author for row in replies_page(rows[0], bob.pk).items] == [world.carol]
    assert counts(bob.pk).followers == 1
    assert counts(bob.pk).following == 0
    assert counts(alice.pk) == counts(0)
    assert EventOrigin.objects.get().event_id == events_between(bob, alice)[0].pk  # his device is his own


def test_the_other_side_can_read_why_it_ended(world: World) -> None:
    alice, bob, carol, dora = world.alice, world.bob, world.carol, world.dora
    erase(alice)
    for follower, followee, before in (
        (bob, alice, "active"),
        (alice, bob, "active"),
        (alice, carol, "requested"),
        (dora, alice, "requested"),
    ):
        last = events_between(follower, followee)[-1]
        assert (last.cause, last.before, last.after) == (Cause.ACCOUNT_DELETED, before, "")
        assert last.actor_id == alice.pk
    assert User.objects.get(pk=alice.pk).display_name == "a deleted account"


def test_its_pages_and_files_are_gone_and_lists_count_right(world: World, client: Client) -> None:
    addresses = ["/@alice/", "/@alice/followers/", f"/@alice/video/{world.shown.pk}/", world.shown.poster_url]
    client.force_login(world.bob)

    def answers() -> set[int]:
        responses = [client.get(address) for address in addresses]
        return {response.status_code for response in responses if response.getvalue()}

    assert answers() == {200}
    erase(world.alice)
    assert answers() == {404}
    assert client.get("/api/v1/accounts/alice/").status_code == 404
    assert "alice" not in client.get("/settings/following/").content.decode().lower()
    assert {person for line in notifications_page(world.bob.pk).items for person in line.people} == {world.carol}
    assert client.get("/@bob/followers/").content.decode().count("account-row__name") == 1


@pytest.mark.parametrize("order", [ERASE, ERASE[::-1], [ERASE[3], ERASE[2], ERASE[0], ERASE[1]]])
def test_in_whatever_order_hints_come_every_promise_holds_after_each(world: World, order: list[Callable]) -> None:
    begin(world.alice)
    assert_every_promise_holds()
    for erase_part in [*order, *order]:
        erase_part(world.alice.pk)
        assert_every_promise_holds()
    accounts_erasure.sweep()
    assert Erasure.objects.get().finished_at


def test_run_twice_it_adds_nothing(world: World) -> None:
    erase(world.alice)
    before = list(ErasureStep.objects.order_by("part").values("part", "removed", "confirmed_at"))
    events = len(events_between(world.bob, world.alice))
    work_off(world.alice)
    assert list(ErasureStep.objects.order_by("part").values("part", "removed", "confirmed_at")) == before
    assert len(events_between(world.bob, world.alice)) == events


def test_what_was_removed_is_counted(world: World) -> None:
    removed = {step.part: step.removed for step in erase(world.alice).steps.all()}
    assert removed["follows"]["follows"] == removed["follows"]["followers"] == 2
    assert (removed["videos"]["videos"], removed["videos"]["likes"], removed["videos"]["likes received"]) == (4, 1, 1)


def test_while_it_can_be_taken_back_everything_is_kept(world: World) -> None:
    alice, bob = world.alice, world.bob
    follows.unmute(muter=bob, muted=alice)

    def seen() -> dict[str, object]:
        return {
            "counts": [counts(account.pk) for account in (alice, bob, world.carol)],
            "feed of bob": [video.pk for video in following_videos(bob.pk).items],
            "feed of alice": [video.pk for video in following_videos(alice.pk).items],
            "edges": sorted(Follow.objects.values_list("follower", "followee", "state", "since", "notify")),
            "told": sorted(InboxEntry.objects.values_list("recipient_id", "publication_id", "state")),
            "notices": [line.notification_ids for line in notifications_page(bob.pk).items],
        }

    before = seen()
    assert before["feed of bob"] == [world.shown.pk]
    accounts.ask_for_deletion(account=alice)
    accounts_erasure.sweep()
    assert seen()["counts"] == before["counts"]
    assert seen()["feed of bob"] == []
    accounts.reactivate(account=alice)
    assert seen() == before
    assert_every_promise_holds()


def test_a_moderator_cannot_bring_back_what_is_not_there(world: World) -> None:
    moderator = make_account("moderator", is_staff=True, is_superuser=True)
    erase(world.alice)
    with pytest.raises(videos.Refused, match="deleted"):
        videos.restore(by=moderator, video=Video.objects.get(pk=world.shown.pk))
    assert Video.objects.get(pk=world.shown.pk).state == "removed"


def test_a_video_that_a_worker_holds_is_waited_for(world: World) -> None:
    held = upload(world.alice)
    assert videos.processing.claim(held.pk)
    begin(world.alice)
    assert work_off(world.alice).finished_at is None
    assert default_storage.exists(held.original)
    Video.objects.filter(pk=held.pk).update(lease_until="2000-01-01T00:00Z")
    assert work_off(world.alice).finished_at
    assert not default_storage.exists(held.media_folder)
    assert not Video.objects.filter(pk=held.pk).exists()


def test_files_that_cannot_be_removed_are_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(world.alice)
    delete, broken = default_storage.delete, []

    def delete_or_fail(name: str) -> None:
        broken.append(name)
        if len(broken) == 3:
            raise OSError("the storage is away")
        delete(name)

    monkeypatch.setattr(default_storage, "delete", delete_or_fail)
    with pytest.raises(OSError, match="away"):
        videos_erasure.erase(world.alice.pk)
    assert_every_promise_holds()
    assert work_off(world.alice).finished_at
    assert not default_storage.exists(world.shown.media_folder)


def test_the_history_of_others_says_so_without_a_name(world: World, client: Client) -> None:
    follows.block(blocker=world.dora, blocked=world.alice)
    erase(world.alice)
    for reader, said in (
        (world.bob, "An account that you followed was deleted, which ended your follow"),
        (world.dora, "An account that you had blocked was deleted"),
    ):
        client.force_login(reader)
        shown = client.get("/settings/following/history/").content.decode()
        assert said in shown
        assert "You followed" in shown or reader == world.dora
        assert "Alice" not in shown
        assert "@alice" not in shown
    assert events_between(world.dora, world.alice)[-1].actor_id == world.alice.pk


def test_the_audit_finds_what_is_left_and_what_stands_still(world: World) -> None:
    erase(world.alice)
    alice, publication = world.alice, world.others.publication
    InboxEntry.objects.create(
        recipient_id=alice.pk, publication_id=publication.pk, creator_id=publication.creator_id, state=0
    )
    Like.objects.create(account=alice, video=world.others)
    EmailAddress.objects.create(user=alice, email="alice@example.org")
    ErasureStep.objects.filter(part="accounts").update(confirmed_at=None)
    accounts.ask_for_deletion(account=world.dora)
    Erasure.objects.filter(pk=world.dora.pk).update(due_at="2000-01-01T00:00Z")
    accounts.ask_for_deletion(account=world.eve)
    Erasure.objects.filter(pk=world.eve.pk).update(begun_at="2000-01-01T00:00Z")
    assert broken() == {
        "nothing that an erased account was told is left",
        "nothing of an erased account's videos and of what it did to others' is left",
        "an erased account has no address, token or role",
        "no deletion ends before every app has confirmed it",
        "no deletion of an account is overdue",
        "an account is erased exactly when its deletion is final",
    }
