"""Every kind of page there is, in a small world where something stands on each of them. Whoever adds a page adds it here:
tests/test_axe.py refuses one that is on neither list."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.contrib.auth.models import Group

import feeds.services
import follows.services
import videos.services
from accounts.models import User
from accounts.tests.factories import make_account
from videos.models import Decision, Video
from videos.services import moderation
from videos.tests.factories import in_an_hour, make_comment, make_failed_video, make_reply, make_video


@dataclass(frozen=True)
class World:
    people: dict[str, User]
    names: dict[str, object]  # what stands in the addresses


def make_world() -> World:
    visitors = {handle: make_account(handle, name=handle.title()) for handle in ("alice", "mira", "zoe", "nils")}
    private = make_account("bob", is_private=True)
    desk = make_account("mona", is_staff=True)
    desk.groups.add(Group.objects.get(name="Moderators"))
    people = {**visitors, "bob": private, "mona": User.objects.get(pk=desk.pk)}
    ties(people)
    shown = films(people)
    return World(people, {**shown, **moderated(people), **lists(people), "mona": desk.pk, "zoe": people["zoe"].pk})


def ties(people: dict[str, User]) -> None:
    alice, mira, zoe, bob = (people[handle] for handle in ("alice", "mira", "zoe", "bob"))
    for follower, followee in ((alice, mira), (alice, bob), (zoe, alice), (zoe, mira), (mira, zoe), (zoe, bob)):
        follows.services.follow(follower=follower, followee=followee)
    follows.services.approve(follower=zoe, followee=bob)
    follows.services.mute(muter=alice, muted=zoe)
    follows.services.block(blocker=alice, blocked=people["nils"])


def films(people: dict[str, User]) -> dict[str, object]:
    alice, mira, zoe = people["alice"], people["mira"], people["zoe"]
    video = make_video(
        mira, caption="Sea and #light with @alice, as long as a caption is that needs two lines and more"
    )
    make_video(zoe, caption="#light")
    make_video(mira)
    thread = make_comment(alice, video, "First of all")
    make_reply(mira, thread)
    for act in (videos.services.like, videos.services.save, videos.services.repost):
        act(account=alice, video=video)
    deleted, mine = make_video(mira), make_video(mira, visibility="only_me")
    videos.services.remove(by=mira, video=deleted)
    later = make_video(mira, publish_at=in_an_hour())
    make_video(mira, is_draft=True)
    for each in [video, *(make_video(mira, caption="One of many") for _ in range(5))]:
        feeds.services.run_fan_out(each.publication.pk)
    while feeds.services.consume_outbox():
        pass
    failed = make_failed_video(mira)
    return {
        "video": video.pk,
        "thread": thread.pk,
        "deleted": deleted.pk,
        "mine": mine.pk,
        "later": later.pk,
        "failed": failed.pk,
    }


def moderated(people: dict[str, User]) -> dict[str, object]:
    mira, mona = people["mira"], people["mona"]
    bad, other = make_video(mira, caption="Bad"), make_video(mira, caption="Worse")
    decided, waiting = (reported(video, people["alice"]) for video in (bad, other))
    moderation.take(case=decided, by=mona)
    moderation.decide(case=decided, by=mona, act="remove", policy="hate", words="Hateful.")
    return {"case": waiting.pk, "decided": decided.pk, "decision": Decision.objects.get().pk, "removed": bad.pk}


def reported(video: Video, reporter: User) -> object:
    about = {"kind": "video", "subject_id": video.pk}
    return moderation.report(reporter=reporter, reason="hate", text="Listen to it.", **about).case


def lists(people: dict[str, User]) -> dict[str, object]:
    """A bulk act that was done, and an import that waits to be confirmed."""
    alice = people["alice"]
    given = {"owner": alice, "submit_key": uuid4(), "confirmed": True}
    done = follows.services.start_batch(act="bell_none", chosen=[people["mira"].pk], **given)
    names = b"handle\nzoe\nmira\nnobody\n"
    preview = follows.services.start_import(owner=alice, data=names, submit_key=uuid4())
    return {"batch": done.pk, "import": preview.pk}


# Of each role, the addresses of what it sees.
VISITOR = [
    "/following/",
    "/explore/",
    "/search/?q=mira",
    "/search/?q=zzqqxx",
    "/tag/light/",
    "/tag/nothing/",
    "/people/",
    "/@mira/",
    "/@bob/",
    "/@mira/followers/",
    "/@mira/video/{video}/",
    "/@mira/video/{video}/comments/",
    "/embed/{video}/",
    "/embed/99999/",
    "/report/video/{video}/",
    "/report/receipt/x/",
    "/status/",
    "/offline/",
    "/stored/",
    "/terms/",
    "/privacy/",
]
ENTERING = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-x/",
    "/accounts/password/reset/key/done/",
    "/accounts/confirm-email/x/",
    "/accounts/confirm-email/",
    "/accounts/inactive/",
    "/digest/stop/x/",
    "/summary/stop/x/",
    "/nothing-here/",
]
VIEWER = [
    "/",
    "/following/",
    "/following/why/?of=@mira",
    "/explore/",
    "/search/",
    "/search/?q=light",
    "/interests/",
    "/people/",
    "/@alice/",
    "/@mira/",
    "/@mira/reposts/",
    "/@bob/",
    "/@nils/",
    "/@mira/following/",
    "/@mira/video/{video}/",
    "/comments/{thread}/replies/",
    "/report/video/{video}/",
    "/inbox/",
    "/saved/",
    "/liked/",
]
SETTINGS = [
    "/settings/",
    "/settings/profile/",
    "/settings/privacy/",
    "/settings/account/",
    "/settings/account/deactivate/",
    "/settings/account/delete/",
    "/settings/data/",
    "/settings/log-ins/",
    "/settings/token/",
    "/settings/notifications/",
    "/settings/not-interested/",
]
FOLLOWING = [
    "/settings/following/",
    "/settings/following/?q=zzzz",
    "/settings/following/batches/",
    "/settings/following/batches/{batch}/",
    "/settings/following/import/",
    "/settings/following/import/{import}/",
    "/settings/following/found/",
    "/settings/following/history/",
    "/settings/blocked/",
    "/settings/muted/",
    "/settings/requests/",
    "/settings/reports/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
]
CREATOR = [
    "/@mira/",
    "/@mira/video/{failed}/",
    "/@mira/video/{mine}/",
    "/@mira/video/{deleted}/",
    "/@mira/video/{video}/edit/",
    "/@mira/video/{later}/edit/",
    "/@mira/video/{deleted}/delete-for-good/",
    "/upload/",
    "/studio/",
    "/studio/drafts/",
    "/studio/deleted/",
    "/studio/delivery/",
    "/studio/{video}/delivery/",
    "/studio/followers/",
    "/studio/videos/",
    "/studio/videos/{video}/",
    "/settings/decisions/",
]
BEGINNER = [  # whose pages have nothing to show
    "/following/",
    "/@nils/",
    "/@nils/followers/",
    "/inbox/",
    "/saved/",
    "/studio/",
    "/studio/drafts/",
    "/studio/deleted/",
    "/studio/delivery/",
    "/studio/followers/",
    "/studio/videos/",
    "/settings/following/",
    "/settings/following/history/",
    "/settings/reports/",
    "/settings/decisions/",
]
MODERATOR = [
    "/admin/",
    "/admin/accounts/user/",
    "/admin/accounts/user/{zoe}/change/",
    "/admin/accounts/user/standing/suspended/?_selected_action={zoe}",
    "/admin/videos/video/",
    "/admin/videos/video/{video}/change/",
    "/admin/videos/video/remove/?_selected_action={video}",
    "/admin/videos/comment/remove/?_selected_action={thread}",
    "/admin/videos/case/",
    "/admin/videos/case/{case}/change/",
    "/admin/videos/case/{decided}/change/",
    "/admin/videos/case/of/video/{video}/",
    "/admin/feeds/auditrun/machine/",
    "/admin/feeds/auditrun/machine/audit/",
    "/admin/feeds/auditrun/sources/",
    "/admin/follows/followevent/",
]


@dataclass(frozen=True)
class Walk:
    """Pages of one account, by its handle (none: somebody logged out)."""

    handle: str = ""
    pages: Sequence[str] = ()
    opened: Sequence[tuple[str, str]] = ()  # what stands over a page: where, and what is clicked for it
    refused: Sequence[str] = ()  # forms that are sent empty, past the browser's own checks


WALKS = {
    "visitor": Walk(pages=VISITOR, opened=[("/@mira/video/{video}/", "share-link a")]),
    "entering": Walk(pages=ENTERING, refused=["/accounts/login/", "/accounts/signup/", "/report/video/{video}/"]),
    "viewer": Walk("alice", VIEWER),
    "settings": Walk("alice", SETTINGS, refused=["/accounts/password/change/", "/settings/account/delete/"]),
    "following": Walk("alice", FOLLOWING),
    "opened": Walk(
        "alice",
        opened=[
            ("/", "comment-sheet a"),
            ("/", ".rail pop-menu summary"),
            ("/", ".player__more"),
            ("/", "[data-act=keys]"),
            ("/", "share-link a"),
            ("/@mira/", ".profile pop-menu summary"),
            ("/settings/following/", "follow-manager summary"),
            ("/explore/", ".nav pop-menu summary"),
        ],
    ),
    "creator": Walk("mira", CREATOR, opened=[("/studio/deleted/", "confirm-dialog button")]),
    "beginner": Walk("nils", BEGINNER),
    "moderator": Walk("mona", MODERATOR),
}
