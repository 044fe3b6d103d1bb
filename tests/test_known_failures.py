"""What has gone wrong with following on other sites, one test each where no other file holds it. Named by project and
issue: PT PeerTube, G GoToSocial, PF Pixelfed, M Mastodon, L Loops, T Takahe, MC MediaCMS."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors as feeds
from follows import selectors, services, tasks
from follows.models import Follow, FollowEvent
from follows.tests.truth import assert_graph_is_true, events_between
from socialvideo.celery import app
from socialvideo.lib.testing import in_threads
from videos.tests.factories import make_video

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


def logged_in(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


def button(client: Client, account: User) -> str:
    """What the follow button says on the account's profile."""
    page = client.get(account.get_absolute_url()).content.decode()
    return page.split(f'data-account="{account.pk}"')[1].split('data-state="')[1].split('"')[0]


def api(account: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(account)
    return client


# --- Follow state ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_follow_stands_after_a_reload_with_every_worker_stopped(alice: User, bob: User) -> None:
    """PT#7125: success was shown though only a job was queued."""
    assert app.control.ping(timeout=0.2) == []
    client = logged_in(alice)
    response = client.post(reverse("follows:follow", args=["bob"]), headers=HTMX)
    assert 'data-state="following"' in response.content.decode()
    assert button(client, bob) == "following"
    assert Follow.objects.get().state == "active"
    client.post(reverse("follows:unfollow", args=["bob"]), headers=HTMX)
    assert button(client, bob) == "follow"


def test_after_an_approval_every_page_says_following(alice: User) -> None:
    """G#1658: accepted, and still shown as not following, because a cache was not told."""
    owner = make_account("owner", is_private=True)
    mine, theirs = logged_in(alice), logged_in(owner)
    video = make_video(owner, visibility="followers")

    def looked_at() -> list[object]:
        """Whatever keeps something for later has kept it after this."""
        return [
            button(mine, owner),
            api(alice).get("/api/v1/accounts/owner/relation/").json()["state"],
            mine.get(reverse("follows:following", args=["alice"])).content.decode().count("@owner") > 0,
            [row.state for row in selectors.manager_page(alice.pk).items],
            [shown.pk for shown in feeds.following_videos(alice.pk).items] == [video.pk],
            theirs.get(reverse("follows:followers", args=["owner"])).content.decode().count("@alice") > 0,
        ]

    assert looked_at()[0] == "follow"
    mine.post(reverse("follows:follow", args=["owner"]), headers=HTMX)
    assert looked_at()[:2] == ["requested", "requested"]
    theirs.post(reverse("follows:approve", args=["alice"]), headers=HTMX)
    assert looked_at() == ["following", "following", True, ["active"], True, True]


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_follow_and_no_error(alice: User, bob: User) -> None:
    """M#4896: following twice was a server error."""
    clients = [logged_in(alice) for _ in range(4)]
    answers = in_threads(
        *(partial(client.post, reverse("follows:follow", args=["bob"]), headers=HTMX) for client in clients)
    )
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.content.decode().split('data-version="')[1].split('"')[0] for answer in answers}) == 1
    assert Follow.objects.count() == len(events_between(alice, bob)) == 1


def test_a_private_account_that_became_public_is_followed_like_any_other(alice: User, bob: User) -> None:
    """PF#866: an account that was once private could not be followed any more."""
    for _ in range(2):
        accounts.set_privacy(account=bob, is_private=True)
        accounts.set_privacy(account=bob, is_private=False)
        assert services.follow(follower=alice, followee=bob).following
        services.unfollow(follower=alice, followee=bob)


def test_follow_unfollow_follow_leaves_no_request_behind(alice: User, bob: User) -> None:
    """PF#6382: a stuck request stayed."""
    accounts.set_privacy(account=bob, is_private=True)
    for _ in range(3):
        assert services.follow(follower=alice, followee=bob).button == "requested"
        assert services.unfollow(follower=alice, followee=bob).button == "follow"
    assert selectors.counts(bob.pk).requests == 0
    assert selectors.requests_page(bob.pk).items == []


# --- Counts ---------------------------------------------------------------------------------------------------

NUMBER = r"<strong[^>]*>([\d,. ]+)</strong>\s*{word}"


def numbers(page: str, word: str) -> int:
    return int(re.sub(r"\D", "", re.search(NUMBER.format(word=word), page)[1]))  # type: ignore[index]


def assert_every_surface_agrees(viewer: Client, me: User) -> None:
    """Profile, list, manager, API and rows, each asked anew; nothing is cleared in between."""
    rows = Follow.objects.of_followee(me.pk).active().count(), Follow.objects.of_follower(me.pk).active().count()
    profile = viewer.get(me.get_absolute_url()).content.decode()
    listed = viewer.get(reverse("follows:followers", args=[me.handle])).content.decode()
    manager = logged_in(me).get(reverse("follows:manager")).content.decode()
    answer = api(me).get(f"/api/v1/accounts/{me.handle}/counts/").json()
    assert (numbers(profile, "follower"), numbers(profile, "following")) == rows
    assert (numbers(listed, "follower"), numbers(listed, "following")) == rows
    assert (answer["followers"], answer["following"]) == rows
    assert numbers(manager, "account") == rows[1] or rows[1] == 0
    for which, number in zip(("followers", "following"), rows, strict=True):
        page, hidden = selectors.people_page(me, None, which)
        assert len(page.items) + hidden == number


def test_profile_list_manager_and_api_show_one_number_after_each_change(alice: User, bob: User) -> None:
    """PF#3163, PF#5512: three caches, three numbers. T: the count held what was undone and what was asked for."""
    viewer, carol = logged_in(make_account("viewer")), make_account("carol")
    acts: list[Callable[[], object]] = [
        partial(services.follow, follower=alice, followee=bob),
        partial(services.follow, follower=bob, followee=alice),
        partial(services.follow, follower=carol, followee=alice),
        partial(services.remove_follower, followee=alice, follower=carol),
        partial(accounts.set_privacy, account=carol, is_private=True),
        partial(services.follow, follower=alice, followee=carol),  # asked for
        partial(services.unfollow, follower=alice, followee=carol),  # and taken back
        partial(services.follow, follower=alice, followee=carol),
        partial(services.approve, followee=carol, follower=alice),
        partial(services.fold_counts),
        partial(services.block, blocker=bob, blocked=alice),
        partial(services.unblock, blocker=bob, blocked=alice),
        partial(services.restore, follower=alice, followee=bob),
        partial(services.unfollow, follower=alice, followee=carol),
    ]
    for act in acts:
        act()
        assert_every_surface_agrees(viewer, alice)


BULK = {
    "bulk_create": lambda me, ids: Follow.objects.bulk_create([Follow(follower_id=pk, followee=me) for pk in ids]),
    "queryset.update": lambda me, ids: Follow.objects.of_followee(me.pk).update(state="requested"),
    "queryset.delete": lambda me, ids: Follow.objects.of_followee(me.pk).delete(),
    "bulk_update": lambda me, ids: Follow.objects.bulk_update(
        [_with(edge, notify="none") for edge in Follow.objects.of_followee(me.pk)], ["notify"]
    ),
    "INSERT": lambda me, ids: sql(
        "INSERT INTO follows_follow (follower_id, followee_id) SELECT unnest(%s::bigint[]), %s", list(ids), me.pk
    ),
    "UPDATE": lambda me, ids: sql("UPDATE follows_follow SET state = 'requested', since = NULL, shows_from = NULL"),
    "DELETE": lambda me, ids: sql("DELETE FROM follows_follow WHERE followee_id = %s", me.pk),
    "MERGE": lambda me, ids: sql(
        "MERGE INTO follows_follow AS f USING unnest(%s::bigint[]) AS a (id) ON f.follower_id = a.id AND f.followee_id = %s"
        " WHEN MATCHED THEN DELETE"
        " WHEN NOT MATCHED THEN INSERT (follower_id, followee_id) VALUES (a.id, %s)",
        list(ids),
        me.pk,
        me.pk,
    ),
    "COPY": lambda me, ids: copy_in(me.pk, ids),
}


def _with(edge: Follow, **fields: str) -> Follow:
    for name, value in fields.items():
        setattr(edge, name, value)
    return edge


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def copy_in(followee_id: int, ids: Any) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY follows_follow (follower_id, followee_id) FROM STDIN") as copy,
    ):
        for pk in ids:
            copy.write_row((pk, followee_id))


@pytest.mark.parametrize("path", BULK)
def test_no_bulk_path_goes_past_the_counts(path: str, alice: User) -> None:
    """M#11980, M#19998: a bulk move left the counts far too low."""
    fans = [make_account(f"fan{number}") for number in range(12)]
    makes = path in {"bulk_create", "INSERT", "COPY", "MERGE"}
    for fan in () if makes else fans:
        services.follow(follower=fan, followee=alice)
    if "update" in path.lower():
        accounts.set_privacy(account=alice, is_private=True)  # where an edge can become a request
    before = FollowEvent.objects.count()
    BULK[path](alice, [fan.pk for fan in fans])
    assert_graph_is_true()
    assert FollowEvent.objects.count() == before + 12
    assert selectors.counts(alice.pk).followers == Follow.objects.of_followee(alice.pk).active().count()


def test_the_desk_cannot_change_an_edge(alice: User, bob: User) -> None:
    """M#11980: nor does any act of the desk."""
    services.follow(follower=alice, followee=bob)
    root = User.objects.create_superuser("root", "root@example.org", "x")
    client, edge = logged_in(root), Follow.objects.get()
    for where in (
        reverse("admin:follows_follow_change", args=[edge.pk]),
        reverse("admin:follows_follow_delete", args=[edge.pk]),
        reverse("admin:follows_follow_add"),
    ):
        assert client.post(where, {"state": "requested", "post": "yes"}).status_code == 403
    client.post(
        reverse("admin:follows_follow_changelist"), {"action": "delete_selected", "_selected_action": [edge.pk]}
    )
    assert Follow.objects.get().state == "active"
    assert_graph_is_true()


@pytest.mark.parametrize("absence", ["suspended", "deactivated"])
def test_a_follower_who_is_absent_is_counted_listed_and_marked(absence: str, alice: User, bob: User) -> None:
    """L: the list left suspended followers out, the count did not."""
    services.follow(follower=alice, followee=bob)
    if absence == "suspended":
        accounts.suspend(account=alice, by=bob, reason="Spam")
    else:
        accounts.deactivate(account=alice)
    page = logged_in(make_account("viewer")).get(reverse("follows:followers", args=["bob"])).content.decode()
    assert numbers(page, "follower") == 1
    assert "@alice" in page
    assert absence.capitalize() in page
    [row] = api(bob).get("/api/v1/accounts/bob/followers/").json()["results"]
    assert (row["handle"], row["standing"]) == ("alice", absence)


# --- Acts that silently remove follows ------------------------------------------------------------------------


def test_a_suspension_keeps_the_edges_and_explains_itself_to_each_follower(alice: User, bob: User) -> None:
    """M#15891, M#29700: suspension removed the follows, and nobody was told."""
    moderator = User.objects.create_superuser("root", "root@example.org", "x")
    services.follow(follower=alice, followee=bob)
    where = reverse("admin:accounts_user_standing", args=["suspended"]) + f"?_selected_action={bob.pk}"
    assert "1 follower" in logged_in(moderator).get(where).content.decode()
    logged_in(moderator).post(where, {"rule": "spam", "reason": "Spam"})
    bob.refresh_from_db()
    assert bob.suspended_at
    assert (Follow.objects.get().state, selectors.counts(bob.pk).followers) == ("active", 1)
    history = logged_in(alice).get(reverse("follows:history")).content.decode()
    assert "Your follow stands" in history
    assert "@bob" in history
    manager = logged_in(alice).get(reverse("follows:manager")).content.decode()
    assert "Suspended" in manager
    accounts.unsuspend(account=bob, by=moderator)
    assert selectors.relation(alice.pk, bob.pk).following
    assert_graph_is_true()


def test_after_a_block_is_lifted_the_follow_is_offered_back(alice: User, bob: User) -> None:
    """M#27361: undoing a block did not bring the follows back, and nobody said so."""
    services.follow(follower=alice, followee=bob)
    client = logged_in(alice)
    services.block(blocker=alice, blocked=bob)
    answer = client.post(reverse("follows:unblock", args=["bob"]), headers=HTMX)
    assert "follow-again" in answer.content.decode() + answer.headers.get("HX-Trigger", "")
    assert not Follow.objects.exists()


def test_a_file_that_names_few_of_many_takes_nobody_away(alice: User) -> None:
    """M#34272: a sync compared the first page only, and removed the rest."""
    people = [make_account(f"person{number}") for number in range(65)]
    for person in people[:60]:
        services.follow(follower=alice, followee=person)
    before = Follow.objects.values_list("followee_id", "followed_at", "notify")
    stood = set(before)
    names = [person.handle for person in people[58:]]
    batch = services.start_import(owner=alice, data="\n".join(["handle", *names]).encode(), submit_key=uuid4())
    for _ in range(2):
        services.confirm(batch=batch)
        tasks.sweep_batches()
    assert stood < set(before.all())
    assert Follow.objects.count() == 65
    assert not FollowEvent.objects.exclude(before="").exists()
    assert_graph_is_true()


def test_no_job_ends_a_follow_without_a_trace() -> None:
    """PT#7571: an hourly job pruned follows by a score. Here whatever deletes one is written down, and every task of the
    site may run without one going missing."""
    alice, bob, carol = (make_account(handle) for handle in ("alice", "bob", "carol"))
    for followee in (bob, carol):
        services.follow(follower=alice, followee=followee)
    for name, task in sorted(app.tasks.items()):
        if not name.startswith("celery.") and not task.run.__code__.co_argcount:
            task.run()
    assert Follow.objects.count() == 2
    sql("DELETE FROM follows_follow WHERE followee_id = %s", bob.pk)
    last = events_between(alice, bob)[-1]
    assert (last.before, last.after, last.cause) == ("active", "", "unattributed")
    assert "@bob" in logged_in(alice).get(reverse("follows:history")).content.decode()
