"""Pages of tags, and Explore: what they show to whom, in which order, at which cost."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.models import Heat
from feeds.searching import Query
from feeds.selectors import explore, search
from feeds.sql.for_you import INTEREST
from follows import services as follows
from videos import services as videos
from videos.models import Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def mira() -> User:
    return make_account("mira")


def shown(*answers: object) -> list[int]:
    return [video.pk for answer in answers for video in answer.context["page"].items]  # type: ignore[attr-defined]


def warm(*videos: Video) -> None:
    """The later, the hotter."""
    Heat.objects.bulk_create(Heat(video=video, heat=n + 0.123456) for n, video in enumerate(videos))


# --- A tag ----------------------------------------------------------------------------------------------------


def test_a_tag_lists_what_the_viewer_may_see_newest_first(client: Client, alice: User, mira: User) -> None:
    muted = make_account("muted")
    made = [make_video(mira, caption=f"{number} #Cats") for number in range(26)]
    make_video(mira, caption="#dogs")
    make_video(mira, caption="#cats", visibility="followers")
    make_video(muted, caption="#cats")
    follows.mute(muter=alice, muted=muted)
    client.force_login(alice)
    first = client.get("/tag/cats/")
    assert first.context["count"] == 26
    after = first.context["page"].next_cursor
    part = client.get("/tag/cats/", {"after": after}, headers=HTMX)
    assert b"<html" not in part.content
    assert shown(first, part) == [video.pk for video in reversed(made)]
    accounts.set_privacy(account=mira, is_private=True)
    gone = client.get("/tag/cats/")
    assert (gone.status_code, gone.context["count"]) == (404, 0)
    assert "No videos with this tag" in gone.content.decode()


def test_its_count_is_exact_up_to_a_bound(client: Client, mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "COUNTED", 2)
    make_video(mira, caption="#cats")
    assert selectors.tag_count(None, "cats") == 1
    make_video(mira, caption="#cats")
    make_video(mira, caption="#cats")
    assert selectors.tag_count(None, "cats") == 2


def test_what_rises_under_a_tag_comes_hottest_first_page_by_page(client: Client, mira: User) -> None:
    made = [make_video(mira, caption="#cats") for _ in range(26)]
    make_video(mira, caption="#cats")
    warm(*made)
    first = client.get("/tag/cats/", {"sort": "rising"})
    part = client.get("/tag/cats/", {"sort": "rising", "after": first.context["page"].next_cursor}, headers=HTMX)
    assert shown(first, part) == [video.pk for video in reversed(made)]
    Heat.objects.all().delete()
    assert "Nothing is rising here" in client.get("/tag/cats/", {"sort": "rising"}).content.decode()


@pytest.mark.parametrize("written", ["Cats", "#cats", "CATS"])
def test_a_tag_has_one_address(client: Client, written: str) -> None:
    answer = client.get(f"/tag/{quote(written)}/")
    assert (answer.status_code, answer["Location"]) == (301, "/tag/cats/")
    answer = client.get("/explore/", {"tag": written})
    assert (answer.status_code, answer["Location"]) == (301, "/tag/cats/")


@pytest.mark.parametrize("tag", ["кошки", "猫", "new_york"])
def test_tags_of_every_script_have_pages(client: Client, mira: User, tag: str) -> None:
    make_video(mira, caption=f"#{tag}")
    answer = client.get(f"/tag/{quote(tag)}/")
    assert answer.status_code == 200
    assert f"#{tag}" in answer.content.decode()


@pytest.mark.parametrize("tag", ["\x00", "'", "x" * 300, "123", "😀", "<b>"])
def test_what_is_no_tag_is_not_found_in_friendly_words(client: Client, tag: str) -> None:
    answer = client.get(f"/tag/{quote(tag)}/")
    assert answer.status_code == 404
    assert "No videos with this tag" in answer.content.decode()
    assert client.get("/explore/", {"tag": tag})["Location"] == "/explore/"


# --- Explore --------------------------------------------------------------------------------------------------


def test_what_rises_comes_first_and_the_newest_fill_up(client: Client, mira: User) -> None:
    old, hot, hotter, new = (make_video(mira) for _ in range(4))
    warm(hot, hotter)
    assert shown(client.get("/explore/")) == [hotter.pk, hot.pk, new.pk, old.pk]


def test_rising_goes_on_page_by_page(client: Client, mira: User) -> None:
    made = [make_video(mira) for _ in range(50)]
    warm(*made)
    answers = [client.get("/explore/")]
    while after := answers[-1].context["page"].next_cursor:
        answers.append(client.get("/explore/", {"sort": "rising", "after": after}, headers=HTMX))
    assert shown(*answers) == [video.pk for video in reversed(made)]
    assert client.get("/explore/", {"after": "WyJuYW4iLDFd"}).status_code == 200  # ["nan",1]


def test_tags_of_the_week_are_those_of_several_creators_before_those_of_one(
    client: Client, alice: User, mira: User
) -> None:
    hidden = make_account("hidden", is_private=True)
    made = [
        make_video(mira, caption="#cats #mine"),
        make_video(alice, caption="#cats"),
        make_video(mira, caption="#mine"),
    ]
    made += [make_video(hidden, caption="#secret"), make_video(mira, caption="#quiet", visibility="followers")]
    warm(*made)
    assert [tag.name for tag in selectors.tags_of_the_week(None)] == ["cats", "mine"]
    follows.mute(muter=alice, muted=mira)
    assert [tag.name for tag in selectors.tags_of_the_week(alice.pk)] == ["cats"]
    html = client.get("/explore/").content.decode()
    assert 'href="/tag/cats/"' in html
    assert "secret" not in html


@pytest.mark.parametrize("path", ["/explore/", "/explore/?sort=new", "/tag/cats/", "/tag/cats/?sort=rising"])
def test_more_that_is_shown_costs_no_more_questions(client: Client, alice: User, path: str) -> None:
    costs = []
    for numbers in (range(1), range(1, 10)):
        warm_ones = [make_video(make_account(f"cat{n}"), caption=f"#cats #tag{n}") for n in numbers]
        Heat.objects.bulk_create(Heat(video=video, heat=video.pk) for video in warm_ones)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_an_address_of_the_page_is_in_its_head(client: Client, mira: User) -> None:
    make_video(mira, caption="#cats")
    for path in ("/explore/", reverse("feeds:tag", args=["cats"])):
        assert f'<link rel="canonical" href="http://localhost:8000{path}">' in client.get(path).content.decode()


def published_late(creator: User, caption: str) -> tuple[Video, Video]:
    """Uploaded first and published last, and the one in between."""
    draft = make_video(creator, caption=caption, is_draft=True)
    between = make_video(creator, caption=caption)
    videos.edit(creator=creator, video=draft, is_draft=False)
    return draft, between


def test_published_last_stands_first(client: Client, mira: User) -> None:
    """L: a feed in the order of upload ids, in which what is slow or scheduled is born old."""
    late, between = published_late(mira, "#cats")
    assert shown(client.get("/tag/cats/")) == [late.pk, between.pk]
    assert shown(client.get("/explore/?sort=new")) == [late.pk, between.pk]
    videos.edit(creator=mira, video=between, caption="#cats #again")
    assert shown(client.get("/tag/cats/")) == [late.pk, between.pk]


def test_published_last_is_among_the_newest_of_a_tag_in_for_you(alice: User, mira: User) -> None:
    late, _ = published_late(mira, "#cats")
    services.choose_interests(account=alice, tags=["cats"])
    statement = INTEREST.replace("LIMIT 60", "LIMIT 1").replace("%(without)s", "ARRAY[]")
    with connection.cursor() as cursor:
        cursor.execute(statement, {"viewer": alice.pk})
        assert [row[0] for row in cursor.fetchall()] == [late.pk]


def test_published_last_is_among_the_newest_that_are_searched(mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    late, _ = published_late(mira, "sunny day")
    monkeypatch.setattr(search, "NEWEST", 1)
    assert [video.pk for video in selectors.videos_found(None, Query.of("sunny")).items] == [late.pk]
