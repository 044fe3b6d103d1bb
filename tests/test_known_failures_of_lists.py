"""The failures that other sites had with follows and feeds, tried where they could come back: search, tags, comments, kept
lists. Named by project and issue: PF Pixelfed, M Mastodon, L Loops."""

import re

import pytest
from django.db import connection
from django.test import Client
from django_redis import get_redis_connection

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from follows import services as follows
from videos import services
from videos.models import Comment, Video, VideoCount
from videos.tests.factories import make_comment, make_reply, make_video

pytestmark = pytest.mark.django_db
SURFACES = [
    "/search/?q=sunset",
    "/search/?q=mira&in=people",
    "/tag/sunset/",
    "/explore/?sort=new",
    "/saved/",
    "/liked/",
]
SURFACES += ["/", "/api/v1/search/videos/?q=sunset", "/api/v1/search/people/?q=mira"]


def logged_in(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


def where_shown(client: Client) -> list[str]:
    """Mira, or what she made."""
    return [path for path in SURFACES if re.search(r'/@mira/|"handle": ?"mira"', client.get(path).content.decode())]


@pytest.fixture
def video(mira: User) -> Video:
    return make_video(mira, caption="#sunset")


@pytest.mark.parametrize("act", ["block", "suspend", "remove"])
def test_what_is_shut_out_leaves_every_surface_at_once(act: str, alice: User, mira: User, video: Video) -> None:
    """M#38048, M#16205: one surface was cleared, the others were not."""
    for keep in (services.save, services.like):
        keep(account=alice, video=video)
    client = logged_in(alice)
    assert {"/tag/sunset/", "/saved/", "/liked/", "/search/?q=sunset"} <= set(where_shown(client))
    if act == "block":
        follows.block(blocker=alice, blocked=mira)
    elif act == "suspend":
        accounts.suspend(account=mira, by=alice, reason="Spam")
    else:
        services.remove(by=mira, video=video)
    left = set(where_shown(client))
    people = {"/search/?q=mira&in=people", "/api/v1/search/people/?q=mira"}
    assert left <= (people if act == "remove" else set())


def numbers(client: Client, video: Video) -> dict[str, int]:
    """Of comments, as each surface says it, each asked anew."""
    url = video.get_absolute_url()
    page, listed = client.get(url).content.decode(), client.get(f"{url}comments/").content.decode()
    return {
        "rail": int(re.findall(rf'data-comments="{video.pk}">(?:<[^>]+>)*(\d+)', page)[0]),
        "heading": int(re.findall(r"<h1>\s*(\d+)", listed)[0]),
        "api": client.get(f"/api/v1/videos/{video.pk}/").json()["comments"],
        "rows": Comment.objects.standing().filter(video=video).count(),
        "list": _listed(client, video, listed),
    }


def _listed(client: Client, video: Video, page: str) -> int:
    """Comments and replies that are shown, and those that the closing lines say."""
    pages = [page]
    for thread in Comment.objects.filter(video=video, parent=None):
        answer = client.get(f"/comments/{thread.pk}/replies/", headers={"HX-Request": "true"})
        pages += [answer.content.decode()] if answer.status_code == 200 else []
    shown = sum(each.count('class="comment__text"') for each in pages)
    return shown + sum(
        int(number) for each in pages for number in re.findall(r"(\d+) (?:comments?|repl\w+) you cannot", each)
    )


def test_every_surface_says_the_same_number_of_comments(alice: User, bob: User, mira: User, video: Video) -> None:
    """PF#3163, PF#5512: three caches, three numbers. L: the list left the suspended out, the count did not. M#18517: a
    number below zero after what was taken back twice."""
    client, first = logged_in(alice), make_comment(alice, video)
    theirs, reply = make_comment(bob, video), make_reply(bob, first)
    changes = [
        lambda: services.remove_comment(by=bob, comment=reply),
        lambda: services.remove_comment(by=mira, comment=reply),
        lambda: services.restore_comment(by=bob, comment=reply),
        lambda: services.restore_comment(by=bob, comment=reply),
        lambda: accounts.suspend(account=bob, by=mira, reason="Spam"),
        lambda: services.remove_comment(by=alice, comment=first),
        lambda: accounts.unsuspend(account=bob, by=mira),
        lambda: services.remove_comment(by=mira, comment=theirs),
        lambda: services.remove_comment(by=mira, comment=reply),
    ]
    seen = [numbers(client, video)]
    for change in changes:
        change()
        seen.append(numbers(client, video))
    assert [set(each.values()) for each in seen] == [{n} for n in (3, 2, 2, 3, 3, 3, 2, 2, 1, 0)]


def test_no_bulk_path_goes_past_the_number_of_comments(alice: User, video: Video) -> None:
    """M#11980, M#19998: a bulk path left counts far too low."""
    threads = [make_comment(alice, video) for _ in range(3)]
    make_reply(alice, threads[0])
    for statement, number in (
        ("UPDATE videos_comment SET removed_at = now() WHERE parent_id IS NOT NULL", 3),
        ("UPDATE videos_comment SET removed_at = NULL", 4),
        (
            """WITH gone AS (DELETE FROM videos_comment WHERE parent_id IS NOT NULL RETURNING id)
               DELETE FROM videos_commentcount USING gone WHERE comment_id = gone.id""",
            3,
        ),
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement)
        assert VideoCount.objects.get(pk=video.pk).comments == number
    Comment.objects.all().delete()
    assert VideoCount.objects.get(pk=video.pk).comments == 0


def test_what_something_pointed_at_may_be_gone(alice: User, bob: User, video: Video) -> None:
    """M#32001: one dangling reference aborted the batch."""
    thread = make_comment(alice, video, "Question")
    answered = make_reply(bob, thread, "Answer")
    make_reply(alice, answered, "Thanks")
    Comment.objects.filter(pk=answered.pk).update(author=None, text="", removed_at=answered.created_at)
    Comment.objects.filter(pk=answered.pk).delete()
    page = logged_in(alice).get(f"/comments/{thread.pk}/replies/").content.decode()
    assert "Thanks" in page
    assert "Answer" not in page


def test_without_what_redis_held_nothing_is_missing(alice: User, video: Video) -> None:
    """M#4056: what was in Redis alone was gone when it was flushed."""
    for keep in (services.save, services.like):
        keep(account=alice, video=video)
    make_comment(make_account("carla"), video)
    client = logged_in(alice)
    before = where_shown(client), numbers(client, video)
    get_redis_connection("default").flushdb()
    assert (where_shown(client), numbers(client, video)) == before
