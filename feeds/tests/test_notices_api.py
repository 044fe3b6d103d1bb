"""The notification centre as JSON says what its pages say."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from feeds import services
from feeds.models import NoticeChoice
from feeds.topics import Channel, Topic
from follows import services as follows
from videos import services as videos
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/notifications/"
PRIVATE = [("get", ""), ("get", "unread/"), ("post", "seen/"), ("post", "all-seen/"), ("get", "choices/")]


@pytest.fixture
def alice(alice: User, api: APIClient) -> User:
    api.force_authenticate(alice)
    return alice


@pytest.mark.parametrize(("method", "address"), PRIVATE)
def test_what_is_personal_needs_a_login(api: APIClient, method: str, address: str) -> None:
    assert getattr(api, method)(ADDRESS + address).status_code == 401


def test_lines_are_listed_counted_and_seen(api: APIClient, alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    follows.follow(follower=mira, followee=alice)
    services.consume_outbox()
    for _ in range(2):
        services.run_fan_out(make_video(mira).publication.pk)
    listed = api.get(ADDRESS).json()["results"]
    assert [(line["kind"], line["new"], line["section"]) for line in listed] == [
        ("new_video", 2, "today"),
        ("followed", 1, "today"),
    ]
    assert [len(line["videos"]) for line in listed] == [2, 0]
    assert [person["handle"] for line in listed for person in line["people"]] == ["mira", "mira"]
    assert api.get(f"{ADDRESS}unread/").json() == {"unread": 3}
    seen = {name: [key for line in listed for key in line[name]] for name in ("new_videos", "others")}
    for _ in range(2):
        assert api.post(f"{ADDRESS}seen/", seen).json() == {"unread": 0}
    assert not any(line["new"] for line in api.get(ADDRESS).json()["results"])
    assert api.post(f"{ADDRESS}seen/", {"others": ["x"]}).status_code == 400
    assert api.post(f"{ADDRESS}seen/", {"others": [10**30]}).status_code == 400


def test_tabs_are_a_parameter(api: APIClient, alice: User, mira: User) -> None:
    videos.like(account=mira, video=make_video(alice))
    follows.follow(follower=mira, followee=alice)
    services.consume_outbox()
    kinds = {
        show: [line["kind"] for line in api.get(ADDRESS, {"show": show}).json()["results"]]
        for show in ("all", "videos", "people", "mine")
    }
    assert kinds == {
        "all": ["followed", "liked", "processed"],
        "videos": [],
        "people": ["followed"],
        "mine": ["liked", "processed"],
    }
    assert api.get(ADDRESS, {"show": "x"}).status_code == 400


def test_everything_is_marked(api: APIClient, alice: User, mira: User) -> None:
    for n in range(3):
        services.notify(kind="failed", recipient_id=alice.pk, event_key=f"failed:{n}")
    services.notify(kind="failed", recipient_id=mira.pk, event_key="failed:1")
    assert api.post(f"{ADDRESS}all-seen/").json() == {"unread": 0}
    api.force_authenticate(mira)
    assert api.get(f"{ADDRESS}unread/").json() == {"unread": 1}


def test_choices_are_read_and_changed_all_or_none(api: APIClient, alice: User) -> None:
    listed = api.get(f"{ADDRESS}choices/").json()["choices"]
    assert len(listed) == len(Topic) * len(Channel)
    assert {(each["topic"], each["channel"]) for each in listed if each["is_fixed"]} == {
        ("new_videos", "site"),
        ("moderation", "site"),
    }
    off = {"topic": "likes", "channel": "site", "wanted": False}
    answer = api.patch(f"{ADDRESS}choices/", {"choices": [off]}, format="json").json()["choices"]
    assert [each for each in answer if not each["wanted"]] == [
        off | {"is_fixed": False},
        {"topic": "likes", "channel": "push", "wanted": False, "is_fixed": False},
        {"topic": "reposts", "channel": "push", "wanted": False, "is_fixed": False},
    ]
    fixed = {"topic": "new_videos", "channel": "site", "wanted": False}
    both = [off | {"wanted": True}, fixed]
    assert api.patch(f"{ADDRESS}choices/", {"choices": both}, format="json").status_code == 400
    assert api.patch(f"{ADDRESS}choices/", {"choices": [off | {"topic": "x"}]}, format="json").status_code == 400
    assert [(row.topic, row.wanted) for row in NoticeChoice.objects.all()] == [("likes", False)]
