"""The API says what the pages say."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from follows import services as follows
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
PRIVATE = ["feeds/following/"]


@pytest.fixture
def alice(alice: User, api: APIClient) -> User:
    api.force_authenticate(alice)
    return alice


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_personal_needs_a_login(api: APIClient, address: str) -> None:
    assert api.get(f"/api/v1/{address}").status_code == 401
    assert api.post("/api/v1/notifications/seen/", {}).status_code == 401


@pytest.mark.parametrize("feed", ["following", "for-you", "explore"])
def test_feeds_page_by_cursor(api: APIClient, alice: User, mira: User, feed: str) -> None:
    follows.follow(follower=alice, followee=mira)
    made = {make_video(mira).pk for _ in range(26)}
    found, cursor = [], ""
    while True:
        answer = api.get(f"/api/v1/feeds/{feed}/", {"cursor": cursor}).json()
        found += [card["video"]["id"] for card in answer["results"]]
        assert {card["relation"]["state"] for card in answer["results"]} == {"following"}
        cursor = answer["next_cursor"]
        if not cursor:
            break
    assert len(found) == 26
    assert set(found) == made


@pytest.mark.parametrize("address", ["feeds/for-you/", "feeds/explore/"])
def test_visitors_see_what_is_for_everyone(api: APIClient, mira: User, address: str) -> None:
    shown = make_video(mira)
    make_video(mira, visibility="followers")
    answer = api.get(f"/api/v1/{address}").json()
    assert [card["video"]["id"] for card in answer["results"]] == [shown.pk]
    assert answer["results"][0]["video"]["creator"]["handle"] == "mira"
