"""Search: who and what is found, in which order, by whom, at which cost; and that no words break it."""

import time
from itertools import cycle
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors
from feeds.searching import Query
from feeds.selectors import search
from feeds.selectors.explore import published
from feeds.views.search import SearchRate
from follows import services as follows
from videos import services as videos
from videos.models import Tag, VideoCount
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PATIENCE_MS", 60_000)


def people(viewer: User | None, words: str) -> list[str]:
    page = selectors.people_found(viewer and viewer.pk, Query.of(words))
    return [person.account.handle for person in page.items]


def captions(viewer: User | None, words: str) -> list[str]:
    return [video.caption for video in selectors.videos_found(viewer and viewer.pk, Query.of(words)).items]


def tags(viewer: User | None, words: str) -> dict[str, int]:
    found = selectors.tags_found(viewer and viewer.pk, Query.of(words)).items
    return {tag.name: tag.videos for tag in found}  # type: ignore[attr-defined]


# --- People ---------------------------------------------------------------------------------------------------


def test_handles_come_before_names_and_names_before_what_is_only_alike(alice: User) -> None:
    for handle, name in [("mira", "M"), ("mira.lo", "L"), ("lopez", "Mira López"), ("miara", "A"), ("zoe", "Zoe")]:
        make_account(handle, name=name)
    assert people(None, "mira")[:3] == ["mira", "mira.lo", "lopez"]
    assert "zoe" not in people(None, "mira")
    assert people(None, "lopez mira")[0] == "lopez"
    assert people(None, "Lope")[0] == "lopez"
    assert people(None, "@Mira.L")[0] == "mira.lo"


@pytest.mark.parametrize(("typed", "meant"), [("alxander", "alex"), ("Aleksander", "alex"), ("josefinne", "jo")])
def test_what_is_misspelt_is_found(typed: str, meant: str) -> None:
    make_account("alex", name="Alexander Ünal")
    make_account("jo", name="Josefine")
    assert people(None, typed) == [meant]


def test_of_equals_those_one_follows_come_first_then_those_with_more_followers(alice: User, bob: User) -> None:
    popular, mine, _unknown = (make_account(f"{name}.x", name="Sam") for name in ("popular", "mine", "unknown"))
    follows.follow(follower=bob, followee=popular)
    follows.follow(follower=alice, followee=mine)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE follows_followcount SET followers = 5 WHERE account_id = %s", [popular.pk])
        cursor.execute(
            "INSERT INTO follows_followcount (account_id, followers) VALUES (%s, 5) ON CONFLICT DO NOTHING",
            [popular.pk],
        )
    assert people(alice, "sam") == ["mine.x", "popular.x", "unknown.x"]
    assert people(None, "sam")[0] == "popular.x"


@pytest.mark.parametrize("letters", ["ÉLODIE", "elodie", "élo", "𝓔𝓵𝓸𝓭𝓲𝓮", "e\u0301lodie"])
def test_accents_and_letter_forms_make_no_difference(letters: str) -> None:
    make_account("e1", name="Élodie Durand")
    assert people(None, letters) == ["e1"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("李小龙", "李"),
        ("李小龙", "小龙"),
        ("Кошка Мария", "мар"),
        ("أحمد علي", "علي"),
        ("สมชาย", "สม"),
        ("김철수", "김"),
    ],
)
def test_names_of_every_script_are_found(name: str, typed: str) -> None:
    make_account("named", name=name)
    assert people(None, typed) == ["named"]


def test_a_script_without_groups_of_letters_is_searched_by_beginnings() -> None:
    make_account("named", name="Мария")
    assert people(None, "Марина") == ["named"]


def test_who_is_away_or_across_a_block_is_not_found(alice: User, bob: User) -> None:
    for handle in ("sus", "gone", "deleted", "blocks", "blocked", "there"):
        make_account(f"{handle}.sam", name="Sam")
    by = {account.handle: account for account in User.objects.filter(name="Sam")}
    accounts.suspend(account=by["sus.sam"], by=bob, reason="Spam")
    accounts.deactivate(account=by["gone.sam"])
    accounts.ask_for_deletion(account=by["deleted.sam"])
    follows.block(blocker=by["blocks.sam"], blocked=alice)
    follows.block(blocker=alice, blocked=by["blocked.sam"])
    assert people(alice, "sam") == ["there.sam"]
    assert people(alice, "saam") == ["there.sam"]
    assert set(people(None, "sam")) == {"blocks.sam", "blocked.sam", "there.sam"}


def test_private_accounts_are_found_by_name_and_nothing_of_theirs(client: Client, alice: User) -> None:
    hidden = make_account("hidden", name="Wanda", bio="A secret", is_private=True)
    make_video(hidden, caption="wanda dances #wandaful")
    html = client.get(reverse("feeds:search"), {"q": "wanda"}).content.decode()
    assert "@hidden · Private" in html
    assert "A secret" not in html
    assert "dances" not in html
    assert "wandaful" not in html
    follows.follow(follower=alice, followee=hidden)
    assert captions(alice, "wanda") == []
    follows.approve(followee=hidden, follower=alice)
    assert captions(alice, "wanda") == ["wanda dances #wandaful"]


# --- Videos ---------------------------------------------------------------------------------------------------


def test_videos_hold_all_words_the_last_as_far_as_it_is_typed(alice: User) -> None:
    for caption in ("Dancing cats in Köln #katzen", "Dancing dogs", "A cat sleeps", "猫咪很可爱", "new_york by night"):
        make_video(alice, caption=caption)
    assert captions(None, "dancing ca") == ["Dancing cats in Köln #katzen"]
    assert captions(None, "koln") == ["Dancing cats in Köln #katzen"]
    assert captions(None, "#katze") == ["Dancing cats in Köln #katzen"]
    assert captions(None, "可爱") == ["猫咪很可爱"]
    assert captions(None, "爱可") == []
    assert captions(None, "york") == ["new_york by night"]
    assert captions(None, "danc sleeps") == []


def test_whole_words_come_before_beginnings_then_what_is_seen_more_and_newer(alice: User) -> None:
    for caption in ("cat one", "cat two", "cats", "cat three"):
        make_video(alice, caption=caption)
    VideoCount.objects.filter(video__caption__in=["cat one", "cats"]).update(views=1000)
    assert captions(None, "cat") == ["cat one", "cat three", "cat two", "cats"]


def test_only_what_the_viewer_may_see_is_found(alice: User, bob: User) -> None:
    mira, away = make_account("mira"), make_account("away")
    shown = make_video(mira, caption="sunny day")
    make_video(mira, caption="sunny for followers", visibility="followers")
    make_video(mira, caption="sunny for me", visibility="only_me")
    videos.remove(by=mira, video=make_video(mira, caption="sunny removed"))
    make_video(away, caption="sunny away")
    accounts.deactivate(account=away)
    assert captions(None, "sunny") == captions(alice, "sunny") == [shown.caption]
    follows.follow(follower=alice, followee=mira)
    assert captions(alice, "sunny") == ["sunny for followers", "sunny day"]
    follows.block(blocker=mira, blocked=bob)
    assert captions(bob, "sunny") == []
    follows.mute(muter=alice, muted=mira)
    assert captions(alice, "sunny") == []


# --- Tags -----------------------------------------------------------------------------------------------------


def test_tags_are_found_by_beginnings_and_misspelt_with_how_many_one_may_see(alice: User, bob: User) -> None:
    for caption in ("#cats", "#cats #catsofinstagram", "#cat", "#dogs", "#New_York", "#café"):
        make_video(alice, caption=caption)
    make_video(alice, caption="#cats", visibility="followers")
    make_video(alice, caption="#catsecret", visibility="followers")
    assert list(tags(None, "cats").items())[:2] == [("cats", 2), ("catsofinstagram", 1)]
    assert list(tags(None, "cat")) == ["cat", "cats", "catsofinstagram"]
    assert tags(None, "#new york") == {"new_york": 1}
    assert tags(None, "cafe") == {"café": 1}
    assert tags(None, "catsofinstagrm") == {"catsofinstagram": 1}
    follows.follow(follower=bob, followee=alice)
    assert tags(bob, "cats")["cats"] == 3
    assert "catsecret" in tags(bob, "cats")


def test_no_more_are_counted_than_said(alice: User, monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setattr(search, "COUNTED", 2)
    for _ in range(3):
        make_video(alice, caption="#cats")
    assert tags(None, "cats") == {"cats": 2}


# --- Any words ------------------------------------------------------------------------------------------------

HOSTILE = [
    *("'", '"', "\\", "%", "_", "100%", "a_b", "\x00", "a\x00b", "!", "&", "|", "a & | !b", ":*", "a:*", "(", "<->"),
    *(
        "mira:*A",
        "'; DROP TABLE accounts_user; --",
        "x" * 10_000,
        "a b " * 3_000,
        "😀",
        "👩‍👩‍👧 cat",
        "\u202eabc",
        "مرحبا",
    ),
    *(
        "猫",
        "z",
        "Z",
        "é",
        "-",
        "--",
        "1e5",
        "3.5",
        "-1",
        "http://a.b/c?d=e",
        "<b>mira</b>",
        "ʼ",
        "½",
        "％",
        "\ud800",
        "\u0301",
    ),
    *("@", "#", "@@mira", "##", "@mira@example.org", " ", "\t\n", "ﷺ" * 100, "ß", "İ"),
]


def test_no_words_break_it(alice: User) -> None:
    make_video(alice, caption="A caption #cats")
    for query in map(Query.of, HOSTILE):
        for find in (selectors.people_found, selectors.videos_found, selectors.tags_found):
            find(alice.pk, query)
        assert len(query.text) <= 100


def test_signs_are_no_patterns() -> None:
    make_account("alice2", name="Alice")
    for words in ("%", "_", "a%", "a_i", "\\", "al%e", "'"):
        assert people(None, words) == [], words


def test_pages_answer_hostile_words(client: Client, alice: User) -> None:
    kinds = cycle(["", "people", "videos", "tags", "nonsense"])
    for words in (words for words in HOSTILE if words != "\ud800"):
        asked = {"q": words, "in": next(kinds), "after": "WyJ4Il0"}
        assert client.get(reverse("feeds:search"), asked).status_code == 200, words
        assert client.get(reverse("feeds:search_suggestions"), asked).status_code == 200, words
        SearchRate.cache.clear()
    assert b"<b>mira</b>" not in client.get(reverse("feeds:search"), {"q": "<b>mira</b>"}).content


# --- The page -------------------------------------------------------------------------------------------------


def test_the_page_shows_the_best_of_each_and_leads_to_the_rest(client: Client, alice: User) -> None:
    for n in range(7):
        make_account(f"sun{n}")
    make_video(alice, caption="sun #sunset")
    html = client.get(reverse("feeds:search"), {"q": "sun"}).content.decode()
    assert html.count("account-row__acts") == 5
    assert "?q=sun&amp;in=people" in html
    assert "More people" in html
    assert "/tag/sunset/" in html
    assert 'value="sun"' in html
    assert "More videos" not in html


def test_pages_go_on_without_repeating(client: Client) -> None:
    for n in range(35):
        make_account(f"sun{n:02}")
    first = client.get(reverse("feeds:search"), {"q": "sun", "in": "people"})
    more = first.context["more"]
    assert f"?{more}".replace("&", "&amp;") in first.content.decode()
    second = client.get(f"{reverse('feeds:search')}?{more}", headers=HTMX)
    assert b"<html" not in second.content
    shown = [person.account.pk for page in (first, second) for person in page.context["pages"]["people"].items]
    assert len(shown) == len(set(shown)) == 35
    whole = client.get(f"{reverse('feeds:search')}?{more}")
    assert b"<html" in whole.content


def test_nothing_found_says_so_and_leads_on(client: Client, alice: User) -> None:
    make_video(alice, caption="#cats")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO feeds_heat (video_id, heat) SELECT id, 1 FROM videos_video")
    html = client.get(reverse("feeds:search"), {"q": "qqqq"}).content.decode()
    assert "Nothing found for “<bdi>qqqq</bdi>”" in html
    assert "/tag/cats/" in html
    assert "People to follow" in html
    assert "Nothing found" not in client.get(reverse("feeds:search")).content.decode()


def test_search_engines_may_find_the_page_but_not_what_was_searched_for(client: Client) -> None:
    def is_kept_out(address: str) -> bool:
        return 'name="robots" content="noindex' in client.get(address).content.decode()

    assert (is_kept_out("/search/"), is_kept_out("/search/?q=mira")) == (False, True)


def test_a_search_that_takes_too_long_is_given_up(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch, api_client: APIClient
) -> None:
    monkeypatch.setattr(search, "PATIENCE_MS", 1)

    def slowly(*_: Any) -> list[list[int]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(1)")
        return [[], []]

    monkeypatch.setattr(search, "_people_matching", slowly)
    began = time.monotonic()
    answer = client.get(reverse("feeds:search"), {"q": "mira"})
    assert time.monotonic() - began < 1
    assert answer.status_code == 503
    assert "This takes too long" in answer.content.decode()
    assert client.get(reverse("feeds:search_suggestions"), {"q": "mira"}).status_code == 503
    refused = api_client.get("/api/v1/search/people/", {"q": "mira"})
    assert (refused.status_code, refused.json()["detail"][:11]) == (503, "This search")


@pytest.fixture
def api_client() -> APIClient:
    return APIClient()


def test_searches_come_at_the_rate_of_a_hand(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SearchRate, "rate", "2/min")
    page = reverse("feeds:search")
    assert [client.get(page, {"q": "a"}).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get(page).status_code == 200  # nothing was asked
    assert "Retry-After" in client.get(page, {"q": "a"}).headers
    other = Client(REMOTE_ADDR="192.0.2.9")
    assert other.get(page, {"q": "a"}).status_code == 200
    client.force_login(alice)
    assert client.get(page, {"q": "a"}).status_code == 200


def test_suggestions_are_options_with_an_address_each(client: Client, alice: User) -> None:
    make_account("sunny")
    make_video(alice, caption="#sunset")
    suggested = reverse("feeds:search_suggestions")
    html = client.get(suggested, {"q": "sun"}).content.decode()
    assert html.count('role="option"') == 3
    assert 'data-url="/@sunny/"' in html
    assert 'data-url="/tag/sunset/"' in html
    assert 'data-url="/search/?q=sun"' in html
    assert "/tag/" not in client.get(suggested, {"q": "@sun"}).content.decode()
    assert "@sunny" not in client.get(suggested, {"q": "#sun"}).content.decode()
    assert "option" not in client.get(suggested, {"q": " "}).content.decode()


# --- API ------------------------------------------------------------------------------------------------------


def test_the_api_says_the_same(api_client: APIClient, alice: User) -> None:
    make_video(alice, caption="sun #sunset")
    account = make_account("sunny", name="Sunny")
    assert api_client.get("/api/v1/search/people/", {"q": "sun"}).json()["results"][0]["account"]["id"] == account.pk
    assert api_client.get("/api/v1/search/tags/", {"q": "sun"}).json()["results"] == [{"name": "sunset", "videos": 1}]
    assert api_client.get("/api/v1/search/videos/", {"q": "sun"}).json()["results"][0]["caption"] == "sun #sunset"
    assert api_client.get("/api/v1/search/videos/").json() == {"results": [], "next_cursor": ""}


# --- Cost -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["", "people", "videos", "tags"])
def test_more_that_is_found_costs_no_more_questions(client: Client, alice: User, kind: str) -> None:
    costs = []
    for first, last in ((0, 5), (5, 11)):
        for n in range(first, last):
            make_video(make_account(f"sun{n}", name="Sun"), caption=f"sun #sunset{n}")
        client.get(reverse("feeds:search"), {"q": "sun", "in": kind})
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("feeds:search"), {"q": "sun", "in": kind})
        costs.append(len(queries))
    assert costs[0] == costs[1]


MANY = """
    INSERT INTO accounts_user (password, is_superuser, handle, name, email, bio, avatar, is_private, is_staff, joined_at)
    SELECT '!', FALSE, 'u' || n, 'Name' || n % 5000 || ' Number' || n, 'u' || n || '@example.org', '', '', FALSE, FALSE,
        now()
    FROM generate_series(1, 50000) AS n;
    INSERT INTO videos_tag (name) SELECT 'tag' || n FROM generate_series(1, 50000) AS n;
    INSERT INTO videos_video (creator_id, upload_key, media_key, caption, visibility, state, original, uploaded_bytes,
        duration_ms, width, height, has_audio, rendition_key, progress, attempts, lease_key, failure_code, failure_reason,
        removal_reason, state_before_removal, created_at, published_at)
    SELECT id, 'k', 'media' || id, 'About word' || id % 5000 || ' and thing' || id, 'everyone', 'published', '', 0, 8000,
        720, 1280, TRUE, 'made', 100, 1, '', '', '', '', '', now(), now() FROM accounts_user WHERE handle LIKE 'u%';
    ANALYZE accounts_user, videos_tag, videos_video
"""
BY_INDEX = {
    "accounts_user_handle": User.objects.filter(handle__startswith="u4711").order_by("handle")[:1000],
    "feeds_search_people": User.objects.filter(
        search.Match(search.Words("handle", "name"), search.Wanted(Query("name71 number5"), whole=False))
    )[:1000],
    "feeds_search_videos": published(None)
    .filter(search.Match(search.Words("caption"), search.Wanted(Query("word71"), whole=False)))
    .order_by("-pk")[:500],
    "feeds_search_tags": Tag.objects.annotate(joined=search._joined("name"))
    .filter(joined__startswith=search._joined(search.Value("tag471")))
    .order_by("joined")[:300],
}


def test_each_question_has_its_index_among_fifty_thousand() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(MANY)
        plans = {name: rows.explain() for name, rows in BY_INDEX.items()}
        assert all(name in plan for name, plan in plans.items()), plans
        cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = 0.45")
        for table, text in (("accounts_user", "handle || ' ' || name"), ("videos_tag", "name")):
            cursor.execute(f"EXPLAIN SELECT id FROM {table} WHERE 'nomber4711' <% feeds_folded({text})")
            assert "_alike" in str(cursor.fetchall())


def test_the_databases_owner_may_make_the_extensions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, bool_or(trusted) FROM pg_available_extension_versions"
            " WHERE name IN ('pg_trgm', 'unaccent') GROUP BY name"
        )
        assert dict(cursor.fetchall()) == {"pg_trgm": True, "unaccent": True}


def test_all_that_one_request_asks_has_one_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PATIENCE_MS", 500)
    asked = []
    with pytest.raises(selectors.TooSlow), selectors.patience(), connection.cursor() as cursor:
        for _ in range(10):  # each by itself is quick enough
            cursor.execute("SELECT pg_sleep(0.1)")
            asked.append(1)
    assert len(asked) < 6


def test_lookalikes_that_cannot_be_seen_hide_nobody(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_ALIKE", 2)
    for n in range(4):
        accounts.suspend(account=make_account(f"wolfgan{n}"), by=alice, reason="Spam")
    make_account("wolfgang.amadeus")
    assert people(None, "wolfgnag") == ["wolfgang.amadeus"]
