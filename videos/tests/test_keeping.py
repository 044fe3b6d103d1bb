"""Bookmarks, reposts and the lists of what somebody keeps: each once, counted exactly, shown to whom it is for."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
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
from videos.models import Bookmark, HiddenReposts, Like, Repost, Video, VideoCount
from videos.services import keeping
from videos.tests.factories import make_failed_video, make_video

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def video(alice: User) -> Video:
    return make_video(alice, caption="First light")


def signed_in(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


WAITING = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def until_somebody_waits() -> None:
    """For what this connection holds."""
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute(WAITING)
            if cursor.fetchone():
                return
            time.sleep(0.1)
    raise TimeoutError


def numbers(video: Video) -> tuple[int, int]:
    count = VideoCount.objects.get(pk=video.pk)
    return count.bookmarks, count.reposts


# --- Once each ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("act", "back"), [("save", "unsave"), ("repost", "unrepost")])
def test_twice_is_once(bob: User, video: Video, act: str, back: str) -> None:
    for _ in range(2):
        assert getattr(services, act)(account=bob, video=video) == services.Tally(is_mine=True, number=1)
    for _ in range(2):
        assert getattr(services, back)(account=bob, video=video) == services.Tally(is_mine=False, number=0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["save", "repost"])
def test_at_once_is_once(alice: User, bob: User, act: str) -> None:
    video = make_video(alice)
    do, undo = getattr(services, act), getattr(services, f"un{act}")
    in_threads(*[lambda: do(account=bob, video=video)] * 6)
    assert sorted(numbers(video)) == [0, 1]
    in_threads(*[lambda: do(account=bob, video=video), lambda: undo(account=bob, video=video)] * 3)
    assert numbers(video) == (Bookmark.objects.count(), Repost.objects.count())


@pytest.mark.parametrize(("model", "rule"), [(Bookmark, "bookmark_once"), (Repost, "repost_once")])
def test_the_database_refuses_a_second(bob: User, video: Video, model: type, rule: str) -> None:
    model.objects.create(account=bob, video=video)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        model.objects.create(account=bob, video=video)


def test_one_does_not_hide_ones_own_reposts(alice: User, bob: User) -> None:
    with pytest.raises(services.Refused):
        services.hide_reposts(account=bob, creator=bob)
    with pytest.raises(IntegrityError, match="of_others"), transaction.atomic():
        HiddenReposts.objects.create(account=bob, creator=bob)
    for _ in range(2):
        services.hide_reposts(account=bob, creator=alice)
    assert HiddenReposts.objects.count() == 1
    for _ in range(2):
        services.show_reposts(account=bob, creator=alice)
    assert not HiddenReposts.objects.exists()


def test_the_audit_counts_them(bob: User, video: Video) -> None:
    services.save(account=bob, video=video)
    services.repost(account=bob, video=video)
    assert not [check.name for check in CHECKS if breaches(check)]
    VideoCount.objects.update(bookmarks=7, reposts=7)
    found = [check.name for check in CHECKS if breaches(check)]
    assert found[:2] == ["bookmark counts equal bookmarks", "repost counts equal reposts"]
    assert found[2:] == ["the figures of videos are the counts that stand"]


# --- What may be reposted -------------------------------------------------------------------------------------


def test_only_what_everyone_may_see_is_reposted(alice: User, bob: User, video: Video) -> None:
    follows.follow(follower=bob, followee=alice)
    for_followers = make_video(alice, visibility="followers")
    with pytest.raises(services.Refused, match="everyone"):
        services.repost(account=bob, video=for_followers)
    with pytest.raises(services.Refused, match="own video"):
        services.repost(account=alice, video=video)
    accounts.set_privacy(account=alice, is_private=True)
    with pytest.raises(services.Refused, match="everyone"):
        services.repost(account=bob, video=video)
    follows.block(blocker=alice, blocked=bob)
    with pytest.raises(services.Refused, match="not available"):
        services.repost(account=bob, video=video)
    assert not Repost.objects.exists()


def test_reposts_vanish_with_the_video_and_come_back(alice: User, bob: User, video: Video) -> None:
    services.repost(account=bob, video=video)
    fan = make_account("fan")
    follows.follow(follower=fan, followee=alice)

    def shown() -> list[Video]:
        return selectors.reposts_page(bob.pk, fan.pk).items

    assert shown() == [video]
    for visibility in ("followers", "only_me"):
        services.edit(creator=alice, video=video, visibility=visibility)
        assert shown() == []
        services.edit(creator=alice, video=video, visibility="everyone")
        assert shown() == [video]
    services.remove(by=alice, video=video)
    assert shown() == []
    services.restore(by=alice, video=video)
    assert shown() == [video]
    accounts.set_privacy(account=alice, is_private=True)
    assert shown() == []
    assert numbers(video) == (0, 1)


# --- The profile ----------------------------------------------------------------------------------------------


def test_the_tab_counts_what_it_lists(alice: User, bob: User, mallory: User, video: Video) -> None:
    other = make_video(mallory)
    for each in (video, other):
        services.repost(account=bob, video=each)
    follows.block(blocker=mallory, blocked=alice)
    for viewer, expected in ((None, 2), (alice, 1), (bob, 2)):
        viewer_id = viewer.pk if viewer else None
        assert selectors.profile(bob, viewer_id).repost_count == expected
        assert len(selectors.reposts_page(bob.pk, viewer_id).items) == expected
    page = Client().get("/@bob/reposts/").content.decode()
    assert "First light" in page
    assert 'Reposts <span class="num">2</span>' in page


def test_the_reposts_of_a_private_account_are_for_its_followers(alice: User, bob: User, video: Video) -> None:
    services.repost(account=bob, video=video)
    accounts.set_privacy(account=bob, is_private=True)
    for client in (Client(), signed_in(alice)):
        assert "First light" not in client.get("/@bob/reposts/").content.decode()
        assert client.get("/api/v1/accounts/bob/reposts/").json()["results"] == []
    assert "First light" in signed_in(bob).get("/@bob/reposts/").content.decode()


def test_empty_tabs_say_so(alice: User) -> None:
    assert "No reposts yet" in Client().get("/@alice/reposts/").content.decode()
    assert "You reposted nothing yet" in signed_in(alice).get("/@alice/reposts/").content.decode()
    assert signed_in(alice).get("/@ALICE/reposts/").status_code in {200, 301}


def test_a_bio_leads_to_other_sites_without_vouching(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(bio="Film <b>me</b> https://example.org/a#b with @bob #light")
    page = Client().get("/@alice/").content.decode()
    assert '<a href="https://example.org/a#b" rel="nofollow">https://example.org/a#b</a>' in page
    assert '<a href="/@bob/">@bob</a>' in page
    assert "&lt;b&gt;" in page


def test_the_menu_hides_and_shows_reposts(alice: User, bob: User) -> None:
    client = signed_in(bob)
    assert "Hide reposts in For You" in client.get("/@alice/").content.decode()
    answer = client.post("/@alice/reposts/hide/", follow=True).content.decode()
    assert "no reposts by" in answer
    assert "Show reposts in For You" in client.get("/@alice/").content.decode()
    client.post("/@alice/reposts/show/")
    assert not HiddenReposts.objects.exists()
    follows.block(blocker=alice, blocked=bob)
    assert client.post("/@alice/reposts/hide/").status_code == 404


# --- What somebody keeps --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "act", "model"), [("saved", "save", Bookmark), ("liked", "like", Like)])
def test_a_list_says_what_is_out_of_sight_and_lets_it_go(
    alice: User, bob: User, path: str, act: str, model: type
) -> None:
    made = [make_video(alice, caption=f"Film {number}") for number in range(3)]
    for video in made:
        getattr(services, act)(account=bob, video=video)
    services.remove(by=alice, video=made[1])
    client = signed_in(bob)
    page = client.get(f"/{path}/").content.decode()
    assert page.index("Film 2") < page.index("Film 0")
    assert "Film 1" not in page
    assert "1 video you can no longer see" in page
    assert client.get(f"/api/v1/me/{path}/lost/").json() == {"lost": 1}
    told = client.post(f"/{path}/forget/", follow=True).content.decode()
    assert "1 video taken from the list." in told
    assert "no longer see" not in told
    assert model.objects.filter(account=bob).count() == 2
    assert [check.name for check in CHECKS if breaches(check)] == []
    assert f"/{path}/" not in Client().get(f"/{path}/", follow=False).content.decode()
    assert Client().get(f"/{path}/").status_code == 302
    assert "Film" not in signed_in(alice).get(f"/{path}/").content.decode()


def test_empty_lists_say_what_to_do(bob: User) -> None:
    client = signed_in(bob)
    assert "You saved nothing yet" in client.get("/saved/").content.decode()
    assert "You like nothing yet" in client.get("/liked/").content.decode()


def test_lists_go_on_where_a_page_ended(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("videos.selectors.reactions.GRID_SIZE", 2)
    made = [make_video(alice).pk for _ in range(5)]
    for pk in made:
        services.save(account=bob, video=Video.objects.get(pk=pk))
    found: list[int] = []
    cursor = ""
    while True:
        page = selectors.kept_page(bob.pk, liked=False, cursor=cursor)
        found += [video.pk for video in page.items]
        if not (cursor := page.next_cursor):
            break
    assert found == made[::-1]


def test_grids_cost_the_same_for_one_as_for_ten(alice: User, bob: User) -> None:
    client = signed_in(bob)
    costs = []
    for number in (1, 9):
        for each in range(number):
            video = make_video(make_account(f"maker{number}{each}"))
            for act in (services.save, services.like, services.repost):
                act(account=bob, video=video)
        cost = []
        for url in ("/saved/", "/liked/", "/@bob/reposts/", "/api/v1/accounts/bob/reposts/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            cost.append(len(queries))
        costs.append(cost)
    assert costs[0] == costs[1]


# --- Buttons --------------------------------------------------------------------------------------------------


def test_a_button_answers_with_itself_and_the_exact_number(alice: User, bob: User, video: Video) -> None:
    client, url = signed_in(bob), video.get_absolute_url()
    for act, word in (("save", "save"), ("repost", "repost")):
        target = HTMX | {"HX-Target": f"{act}-button-{video.pk}"}
        html = client.post(f"{url}{act}/", headers=target).content.decode()
        assert 'aria-pressed="true"' in html
        assert f"1 {word}" in html
        assert f"{url}un{act}/" in html
        html = client.post(f"{url}un{act}/", headers=target).content.decode()
        assert 'aria-pressed="false"' in html
    assert client.post(f"{url}repost/", follow=True).content.decode().count("Your followers see this") == 1
    assert client.post(f"{url}save/").status_code == 302
    assert numbers(video) == (1, 1)
    mine = signed_in(alice).post(f"{url}repost/", headers=HTMX)
    assert mine.status_code == 204
    assert "your own video" in mine["HX-Trigger"]


def test_the_api_answers_what_stands(bob: User, video: Video) -> None:
    client = signed_in(bob)
    for name in ("bookmark", "repost"):
        url = f"/api/v1/videos/{video.pk}/{name}/"
        assert client.put(url).json() == {"mine": True, "number": 1}
        assert client.put(url).json() == {"mine": True, "number": 1}
        assert client.delete(url).json() == {"mine": False, "number": 0}
        assert Client().put(url).status_code in {401, 403}
    assert client.put("/api/v1/accounts/alice/reposts/hidden/").status_code == 204
    assert client.delete("/api/v1/accounts/alice/reposts/hidden/").status_code == 204
    own = signed_in(video.creator).put(f"/api/v1/videos/{video.pk}/repost/")
    assert (own.status_code, own.json()["code"]) == (409, "own")


# --- What is lost ---------------------------------------------------------------------------------------------


def like_and_lose(bob: User, number: int) -> None:
    made = [make_video(make_account(f"creator{number}.{n}")) for n in range(number)]
    for video in made:
        services.like(account=bob, video=video)
    Video.objects.filter(pk__in=[video.pk for video in made]).update(visibility="only_me")


def test_many_lost_likes_are_cleared_in_as_many_statements_as_few(bob: User) -> None:
    costs = []
    for number in (1, 10):
        like_and_lose(bob, number)
        with CaptureQueriesContext(connection) as captured:
            assert services.forget_lost(account=bob, liked=True) == number
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_one_request_clears_no_more_than_so_many(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    monkeypatch.setattr(keeping, "MOST", 4)
    like_and_lose(bob, 5)
    assert [services.forget_lost(account=bob, liked=True) for _ in range(3)] == [4, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_counts_of_many_videos_are_locked_in_one_order(alice: User, bob: User) -> None:
    """Whoever holds the first holds up the second before it has any other."""
    first, other = make_video(alice), make_video(alice)
    for video in (first, other):
        services.like(account=bob, video=video)
    VideoCount.objects.filter(pk=first.pk).update(views=1)  # stands behind the other in the table now
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            VideoCount.objects.select_for_update().get(pk=first.pk)
            waiting = pool.submit(in_threads, Like.objects.filter(account=bob).delete)
            until_somebody_waits()
            VideoCount.objects.select_for_update(nowait=True).get(pk=other.pk)
        waiting.result(60)
    assert [count.likes for count in VideoCount.objects.all()] == [0, 0]


# --- Taps from elsewhere than the button ----------------------------------------------------------------------


def test_undo_of_a_repost_renews_the_button(bob: User, video: Video) -> None:
    services.repost(account=bob, video=video)
    tapped = signed_in(bob).post(f"{video.get_absolute_url()}unrepost/", headers=HTMX)
    button = tapped.content.decode()
    assert f'id="repost-button-{video.pk}"' in button
    assert 'hx-swap-oob="true"' in button
    assert 'class="rail__button"' in button
    assert 'aria-pressed="false"' in button
    assert numbers(video) == (0, 0)


def test_the_toast_knows_the_way_back(bob: User, video: Video) -> None:
    headers = HTMX | {"HX-Target": f"repost-button-{video.pk}"}
    tapped = signed_in(bob).post(f"{video.get_absolute_url()}repost/", headers=headers)
    assert "hx-swap-oob" not in tapped.content.decode()
    assert json.loads(tapped["HX-Trigger"])["toast"]["action"]["url"].endswith("/unrepost/")


@pytest.mark.parametrize("act", ["like", "save", "repost"])
def test_what_is_refused_is_said_and_no_page_takes_the_place_of_the_button(alice: User, act: str) -> None:
    video = make_failed_video(alice)
    headers = HTMX | {"HX-Target": f"{act}-button-{video.pk}"}
    tapped = signed_in(alice).post(f"{video.get_absolute_url()}{act}/", headers=headers)
    assert (tapped.status_code, tapped.content) == (204, b"")
    assert json.loads(tapped["HX-Trigger"])["toast"]["level"] == "error"
