"""Comments in threads: who may do what, in which order they stand, and that every number is exactly what is there."""

import json
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from follows import services as follows
from socialvideo.lib.audit import breaches
from socialvideo.lib.testing import in_threads
from videos import selectors, services
from videos.audit import CHECKS
from videos.models import Comment, CommentCount, CommentLike, Video, VideoCount
from videos.tests.factories import make_comment, make_reply, make_video

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def video(alice: User) -> Video:
    return make_video(alice)


def signed_in(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


def texts(video: Video, viewer: User | None = None) -> list[str]:
    page = selectors.comments_page(video, viewer.pk if viewer else None)
    return ["-" if row.comment.removed_at else row.comment.text for row in page.items]


def replies(thread: Comment, viewer: User | None = None) -> list[str]:
    return [row.comment.text for row in selectors.replies_page(thread, viewer.pk if viewer else None).items]


def total(video: Video) -> int:
    return VideoCount.objects.get(pk=video.pk).comments


def listed(video: Video, viewer: User | None) -> int:
    """All that the viewer finds, page by page, thread by thread, with the closing lines."""
    viewer_id, cursor, found = viewer.pk if viewer else None, "", selectors.hidden_comments(video, None)
    found = selectors.hidden_comments(video, viewer_id)
    while True:
        page = selectors.comments_page(video, viewer_id, cursor=cursor)
        for row in page.items:
            found += row.comment.removed_at is None
            found += len(selectors.replies_page(row.comment, viewer_id).items)
            found += selectors.hidden_replies(row.comment, viewer_id)
        if not (cursor := page.next_cursor):
            return found


# --- Threads --------------------------------------------------------------------------------------------------


def test_a_reply_to_a_reply_joins_the_thread_and_names_whom_it_answers(alice: User, bob: User, video: Video) -> None:
    thread = make_comment(bob, video, "First")
    reply = make_reply(alice, thread, "Second")
    third = make_reply(bob, reply, "Third")
    assert (reply.parent, reply.answers) == (thread, None)
    assert (third.parent, third.answers) == (thread, reply)
    rows = selectors.replies_page(thread, bob.pk).items
    assert [(row.comment.text, row.answered) for row in rows] == [("Second", None), ("Third", alice)]
    assert texts(video) == ["First"]
    assert CommentCount.objects.get(pk=thread.pk).replies == 2
    assert total(video) == 3


def test_a_reply_belongs_to_its_video(alice: User, bob: User, video: Video) -> None:
    elsewhere = make_comment(bob, make_video(alice), "Elsewhere")
    with pytest.raises(services.Refused):
        services.comment(author=bob, video=video, text="Hi", submit_key="k", answers=elsewhere)
    reply = make_reply(bob, elsewhere, "Reply")
    for parent in (elsewhere, reply):
        of = video if parent is elsewhere else elsewhere.video
        with pytest.raises(DatabaseError, match="same video"), transaction.atomic():
            Comment.objects.create(video=of, author=bob, parent=parent, text="x", submit_key="x")


def test_what_was_removed_or_is_hidden_cannot_be_answered(alice: User, bob: User, mallory: User, video: Video) -> None:
    removed, hidden = make_comment(bob, video), make_comment(mallory, video)
    services.remove_comment(by=bob, comment=removed)
    follows.block(blocker=bob, blocked=mallory)
    for answers in (removed, hidden):
        with pytest.raises(services.Refused, match="not available"):
            make_reply(bob, answers)
    assert total(video) == 1


def test_replies_go_on_where_a_page_ended(bob: User, video: Video, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("videos.selectors.comments.REPLIES_A_PAGE", 3)
    thread = make_comment(bob, video)
    made = [make_reply(bob, thread, f"{number}").pk for number in range(7)]
    client, found, url = Client(), [], f"/comments/{thread.pk}/replies/?up_to={made[-2]}"
    while url:
        html = client.get(url, headers=HTMX).content.decode()
        found += [pk for pk in made if f'id="comment-{pk}"' in html]
        _, _, after = html.partition('hx-get="')
        url = after.partition('"')[0].replace("&amp;", "&")
    assert found == made[:-1]


# --- Removing and bringing back -------------------------------------------------------------------------------


def test_a_removed_comment_leaves_a_line_while_it_has_replies(alice: User, bob: User, video: Video) -> None:
    thread = make_comment(bob, video, "Gone")
    reply = make_reply(alice, thread, "Stays")
    services.remove_comment(by=bob, comment=thread)
    assert texts(video) == ["-"]
    assert replies(thread) == ["Stays"]
    assert total(video) == 1
    services.remove_comment(by=alice, comment=reply)
    assert texts(video) == []
    assert total(video) == 0
    page = Client().get(f"{video.get_absolute_url()}comments/").content.decode()
    assert "Gone" not in page
    assert "No comments yet" in page


def test_removing_can_be_undone_by_whoever_did_it(alice: User, bob: User, moderator: User, video: Video) -> None:
    comment = make_comment(bob, video, "Hello")
    services.pin_comment(by=alice, comment=comment)
    services.remove_comment(by=moderator, comment=comment)
    for other in (alice, bob):
        with pytest.raises(services.Refused, match="removed it"):
            services.restore_comment(by=other, comment=comment)
    for _ in range(2):
        services.restore_comment(by=moderator, comment=comment)
    assert texts(video) == ["Hello"]
    comment.refresh_from_db()
    assert comment.pinned_at
    assert total(video) == 1


def test_the_page_offers_the_way_back(bob: User, video: Video) -> None:
    comment = make_comment(bob, video, "Oops")
    client = signed_in(bob)
    removed = client.post(f"/comments/{comment.pk}/remove/", headers=HTMX | {"HX-Target": f"comment-{comment.pk}"})
    assert "Undo" in removed.content.decode()
    assert "Oops" not in removed.content.decode()
    back = client.post(f"/comments/{comment.pk}/restore/", headers=HTMX | {"HX-Target": f"comment-{comment.pk}"})
    assert "Oops" in back.content.decode()
    plain = client.post(f"/comments/{comment.pk}/remove/", follow=True)
    assert "Comment removed." in plain.content.decode()
    assert client.post(f"/comments/{comment.pk}/restore/", follow=True).status_code == 200
    assert total(video) == 1


# --- The pin --------------------------------------------------------------------------------------------------


def test_the_pinned_one_stands_first_and_is_the_only_one(alice: User, bob: User, video: Video) -> None:
    first, second, third = (make_comment(bob, video, word) for word in ("First", "Second", "Third"))
    services.pin_comment(by=alice, comment=first)
    assert texts(video) == ["First", "Third", "Second"]
    for _ in range(2):
        services.pin_comment(by=alice, comment=second)
    assert texts(video) == ["Second", "Third", "First"]
    services.unpin_comment(by=alice, comment=second)
    assert texts(video) == ["Third", "Second", "First"]
    with pytest.raises(services.Refused):
        services.pin_comment(by=bob, comment=third)
    with pytest.raises(services.Refused, match="reply"):
        services.pin_comment(by=alice, comment=make_reply(bob, third))
    services.remove_comment(by=bob, comment=third)
    with pytest.raises(services.Refused, match="removed"):
        services.pin_comment(by=alice, comment=third)
    assert not Comment.objects.filter(pinned_at__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_pins_at_once_leave_one(alice: User, bob: User) -> None:
    video = make_video(alice)
    made = [make_comment(bob, video) for _ in range(4)]
    in_threads(*[lambda comment=comment: services.pin_comment(by=alice, comment=comment) for comment in made * 2])
    assert Comment.objects.filter(video=video, pinned_at__isnull=False).count() == 1


def test_the_database_refuses_a_second_pin_and_a_pinned_reply(bob: User, video: Video) -> None:
    thread = make_comment(bob, video)
    reply, other = make_reply(bob, thread), make_comment(bob, video)
    Comment.objects.filter(pk=thread.pk).update(pinned_at="2026-01-01T00:00Z")
    for wrong, rule in ((other, "one_pinned"), (reply, "one_pinned|pinned_is_no_reply")):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Comment.objects.filter(pk=wrong.pk).update(pinned_at="2026-01-01T00:00Z")


# --- Likes ----------------------------------------------------------------------------------------------------


def test_liking_a_comment_twice_is_once(bob: User, video: Video) -> None:
    comment = make_comment(bob, video)
    for _ in range(2):
        assert services.like_comment(account=bob, comment=comment) == services.Tally(is_mine=True, number=1)
    for _ in range(2):
        assert services.unlike_comment(account=bob, comment=comment) == services.Tally(is_mine=False, number=0)


@pytest.mark.django_db(transaction=True)
def test_fifty_likes_at_once_are_one(alice: User, bob: User) -> None:
    comment = make_comment(bob, make_video(alice))
    in_threads(*[lambda: [services.like_comment(account=bob, comment=comment) for _ in range(10)]] * 5)
    assert CommentLike.objects.count() == 1
    assert CommentCount.objects.get(pk=comment.pk).likes == 1


def test_what_cannot_be_read_cannot_be_liked(alice: User, bob: User, video: Video) -> None:
    comment = make_comment(alice, video)
    services.like_comment(account=bob, comment=comment)
    services.remove_comment(by=alice, comment=comment)
    with pytest.raises(services.Refused):
        services.like_comment(account=bob, comment=comment)
    assert services.unlike_comment(account=bob, comment=comment).number == 0


def test_the_heart_answers_with_itself(bob: User, video: Video) -> None:
    comment, client = make_comment(bob, video), signed_in(bob)
    html = client.post(f"/comments/{comment.pk}/like/", headers=HTMX).content.decode()
    assert 'aria-pressed="true"' in html
    assert "1 like" in html
    assert client.post(f"/comments/{comment.pk}/unlike/").status_code == 302


# --- Comments off ---------------------------------------------------------------------------------------------


def test_comments_off_keeps_what_stands_and_refuses_in_words(alice: User, bob: User, video: Video) -> None:
    thread = make_comment(bob, video, "Stays")
    Video.objects.filter(pk=video.pk).update(allows_comments=False)
    with pytest.raises(services.Refused, match="Comments are off"):
        make_reply(bob, thread)
    with pytest.raises(services.Refused, match="Comments are off"):
        make_comment(alice, video)
    page = signed_in(bob).get(f"{video.get_absolute_url()}comments/").content.decode()
    assert "Stays" in page
    assert "Comments are off for this video." in page
    assert "<textarea" not in page
    answer = signed_in(bob).post(
        f"{video.get_absolute_url()}comments/", {"text": "Hi", "submit_key": "k"}, headers=HTMX
    )
    assert answer["HX-Reswap"] == "none"
    assert total(video) == 1


# --- What is counted and what is listed -----------------------------------------------------------------------


def test_the_count_is_the_list_with_its_closing_lines(
    alice: User, bob: User, moderator: User, video: Video, settings: Any
) -> None:
    settings.COMMENTS_PER_MINUTE = 0
    mallory, carol = make_account("mallory"), make_account("carol")
    for number in range(32):
        author = (alice, bob, mallory, carol)[number % 4]
        thread = make_comment(author, video, f"{number}")
        for other in (bob, mallory, carol)[: number % 4 if number < 8 else 0]:
            make_reply(other, thread)
        if number % 5 == 0:
            services.remove_comment(by=author, comment=thread)
    follows.block(blocker=mallory, blocked=bob)
    accounts.suspend(account=carol, by=moderator, reason="spam")
    assert total(video) == Comment.objects.standing().count()
    for viewer in (None, alice, bob, mallory):
        assert listed(video, viewer) == total(video)
    page = signed_in(bob).get(f"{video.get_absolute_url()}comments/?after=", headers=HTMX)
    assert page.status_code == 200
    assert {check.name: breaches(check) for check in CHECKS if "comment" in check.name} == {
        "comment counts equal comments": 0,
        "likes and replies of comments are counted": 0,
    }


def test_the_audit_finds_a_forced_number(bob: User, video: Video) -> None:
    comment = make_comment(bob, video)
    CommentCount.objects.filter(pk=comment.pk).update(replies=3)
    assert [check.name for check in CHECKS if breaches(check)] == ["likes and replies of comments are counted"]


def test_a_list_costs_the_same_for_one_as_for_ten(alice: User, bob: User, video: Video, settings: Any) -> None:
    settings.COMMENTS_PER_MINUTE = 0
    client = signed_in(alice)
    costs: list[tuple[int, int]] = []
    for number in (1, 9):
        for each in range(number):
            thread = make_comment(make_account(f"fan{number}{each}"), video)
            make_reply(bob, thread)
        for _ in range(number):
            make_reply(alice, make_reply(bob, thread))
        cost = []
        for url in (f"{video.get_absolute_url()}comments/", f"/comments/{thread.pk}/replies/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            cost.append(len(queries))
        costs.append((cost[0], cost[1]))
    assert costs[0] == costs[1]


# --- Pages without JavaScript ---------------------------------------------------------------------------------


def test_a_thread_is_written_and_read_without_javascript(alice: User, bob: User, video: Video) -> None:
    thread, client = make_comment(alice, video, "Question"), signed_in(bob)
    url = f"{video.get_absolute_url()}comments/"
    form = client.get(f"{url}?answers={thread.pk}").content.decode()
    assert f'name="answers" value="{thread.pk}"' in form
    assert "Replying to" in form
    page = client.post(url, {"text": "Answer", "submit_key": "k1", "answers": thread.pk}, follow=True)
    assert page.redirect_chain[-1][0].startswith(f"/comments/{thread.pk}/replies/#comment-")
    assert "Answer" in page.content.decode()
    assert "Show 1 reply" in client.get(url).content.decode()
    gone = client.post(url, {"text": "Answer", "submit_key": "k2", "answers": 10**17}, follow=True)
    assert "not available" in gone.content.decode()
    reply = Comment.objects.get(parent=thread)
    assert client.get(f"/comments/{reply.pk}/replies/")["Location"].endswith(f"#comment-{reply.pk}")


def test_a_reply_is_put_behind_its_thread(alice: User, bob: User, video: Video) -> None:
    thread = make_comment(alice, video)
    given = {"text": "Answer", "submit_key": "k", "answers": thread.pk}
    answer = signed_in(bob).post(f"{video.get_absolute_url()}comments/", given, headers=HTMX)
    assert answer["HX-Retarget"] == f"#replies-{thread.pk}"
    html = answer.content.decode()
    assert "Answer" in html
    assert 'hx-swap-oob="true"' in html
    assert "Your reply is posted." in html


def test_threads_of_hidden_videos_and_people_are_not_there(alice: User, bob: User, video: Video) -> None:
    thread = make_comment(alice, video)
    follows.block(blocker=alice, blocked=bob)
    client = signed_in(bob)
    assert client.get(f"/comments/{thread.pk}/replies/").status_code == 404
    for act in ("like", "remove", "restore", "pin", "unpin"):
        assert client.post(f"/comments/{thread.pk}/{act}/").status_code == 404
    assert client.get("/comments/999999/replies/").status_code == 404


@pytest.mark.parametrize("text", ["Worth keeping", "x" * 501])
def test_without_javascript_what_was_refused_is_not_lost(bob: User, video: Video, text: str, settings: Any) -> None:
    settings.COMMENTS_PER_MINUTE = 1
    Video.objects.filter(pk=video.pk).update(allows_comments=True)
    make_comment(bob, video)
    answer = signed_in(bob).post(f"{video.get_absolute_url()}comments/", {"text": text, "submit_key": "k"})
    assert answer.status_code == (429 if len(text) <= 500 else 422)
    page = answer.content.decode()
    assert f">{text}</textarea>" in page
    assert "field__errors" in page
    assert Comment.objects.filter(submit_key="k").count() == 0


def test_a_form_that_was_cut_says_what_is_wrong(bob: User, video: Video) -> None:
    answer = signed_in(bob).post(f"{video.get_absolute_url()}comments/", {"text": "Hm", "submit_key": "k" * 65})
    assert answer.status_code == 422
    assert "at most 64 characters" in answer.content.decode()


def test_the_list_has_one_address(client: Client, video: Video) -> None:
    answer = client.get(f"/@bob/video/{video.pk}/comments/?answers=1")
    assert (answer.status_code, answer["Location"]) == (301, f"{video.get_absolute_url()}comments/?answers=1")


def test_the_videos_own_page_leads_to_its_comments_and_reads_none(client: Client, bob: User, video: Video) -> None:
    make_comment(bob, video, "Words")
    with CaptureQueriesContext(connection) as captured:
        page = client.get(video.get_absolute_url()).content.decode()
    assert not [query for query in captured if '"videos_comment"' in query["sql"]]
    noscript = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert f'href="{video.get_absolute_url()}comments/"' in noscript
    assert "1 comment" in noscript


def blocks_read(video: Video) -> int:
    """By all that the list, and the end of the video, ask of comments."""
    with CaptureQueriesContext(connection) as captured:
        Client().get(f"{video.get_absolute_url()}comments/")
    asked = [query["sql"] for query in captured if 'FROM "videos_comment"' in query["sql"]]
    asked.append(f"SELECT 1 FROM ONLY videos_comment WHERE video_id = {video.pk} FOR KEY SHARE")  # a foreign key's
    with connection.cursor() as cursor:
        return sum(_blocks(cursor, statement) for statement in asked)


def _blocks(cursor: Any, statement: str) -> int:
    cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}")
    [[answer]] = cursor.fetchall()
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.mark.django_db(transaction=True)
def test_comments_on_other_videos_cost_nothing(alice: User, bob: User) -> None:
    """L, PT: a list that read the table."""
    quiet, loud = make_video(alice), make_video(alice)
    blocks = []
    for many in (1000, 9000):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO videos_comment (author_id, video_id, text, submit_key) "
                "SELECT %s, %s, 'Words that fill a row of the table', %s || '.' || n FROM generate_series(1, %s) AS n",
                [bob.pk, loud.pk, many, many],
            )
            cursor.execute("ANALYZE videos_comment, videos_commentcount")
        blocks.append(blocks_read(quiet))
    assert blocks[1] <= blocks[0] + 10
