"""One state, one label: every surface that shows a follow button shows the same, and the other side's view agrees."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import set_privacy
from accounts.tests.factories import make_account
from follows import selectors, services
from follows.relations import LABELS
from videos.models import Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db

BUTTON = re.compile(r'<follow-button [^>]*data-account="(\d+)"[^>]*data-state="(\w+)".*?</follow-button>', re.DOTALL)
LABEL = re.compile(r'follow-button__label">(?:<svg.*?</svg>)?([^<]*)<', re.DOTALL)


@pytest.fixture
def mira() -> User:
    return make_account("mira")


@pytest.fixture
def video(mira: User) -> Video:
    return make_video(mira)


@pytest.fixture
def host(mira: User) -> User:
    """Somebody on whose lists Mira stands, both ways."""
    host = make_account("host")
    services.follow(follower=host, followee=mira)
    services.follow(follower=mira, followee=host)
    return host


def _following(alice: User, mira: User) -> None:
    services.follow(follower=alice, followee=mira)


def _follow_back(alice: User, mira: User) -> None:
    services.follow(follower=mira, followee=alice)


def _requested(alice: User, mira: User) -> None:
    set_privacy(account=mira, is_private=True)
    services.follow(follower=alice, followee=mira)


def _blocked(alice: User, mira: User) -> None:
    services.block(blocker=alice, blocked=mira)


STATES: dict[str, Callable[[User, User], None]] = {
    "follow": lambda alice, mira: None,
    "follow_back": _follow_back,
    "requested": _requested,
    "following": _following,
    "blocked": _blocked,
}
SEEN_BY_THEM = {
    "follow": "follow",
    "follow_back": "following",
    "requested": "follow",
    "following": "follow_back",
    "blocked": "follow",
}
# Where a button can stand in which state. Elsewhere there is none: a list hides who is blocked, a feed what is private.
SURFACES = {
    "/@mira/": STATES,
    "/@mira/relation/": STATES,
    "/@mira/relation/?tools=bell+menu": STATES,
    "/@host/followers/": ["follow", "follow_back", "requested", "following"],
    "/@host/following/": ["follow", "follow_back", "requested", "following"],
    "/@mira/video/{video}/": ["follow", "follow_back", "following"],
    "/": ["follow", "follow_back", "following"],
    "/following/": ["following"],
    "/explore/": ["follow", "follow_back"],
    "/settings/following/": ["requested", "following"],
    "/settings/muted/": STATES,
    "/settings/blocked/": ["blocked"],
}


def buttons_of(page: str, account: User) -> set[tuple[str, str]]:
    found = [match for match in BUTTON.finditer(page) if int(match[1]) == account.pk]
    return {(match[2], LABEL.search(match[0])[1].strip()) for match in found}


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(
    ("surface", "state"), [(surface, state) for surface in SURFACES for state in SURFACES[surface]]
)
def test_each_surface_shows_the_state_under_its_one_label(
    client: Client, alice: User, video: Video, surface: str, state: str
) -> None:
    """M#22692, M#34983: a pending request was shown as "Unfollow"."""
    mira = video.creator
    if surface == "/settings/muted/":
        services.mute(muter=alice, muted=mira)
    STATES[state](alice, mira)
    client.force_login(alice)
    page = client.get(surface.format(video=video.pk)).content.decode()
    assert buttons_of(page, mira) == {(state, LABELS[state])}


@pytest.mark.parametrize("state", STATES)
def test_the_api_says_the_same(alice: User, mira: User, state: str) -> None:
    STATES[state](alice, mira)
    api = APIClient()
    api.force_authenticate(alice)
    assert api.get("/api/v1/accounts/mira/relation/").json()["state"] == state


@pytest.mark.parametrize("state", STATES)
def test_the_other_side_sees_its_own(client: Client, alice: User, mira: User, state: str) -> None:
    STATES[state](alice, mira)
    client.force_login(mira)
    theirs = client.get("/@alice/")
    if state == "blocked":
        assert theirs.status_code == 404
    else:
        assert buttons_of(theirs.content.decode(), alice) == {(SEEN_BY_THEM[state], LABELS[SEEN_BY_THEM[state]])}
    assert selectors.relation(mira.pk, alice.pk).button == SEEN_BY_THEM[state]
    asks = "@alice" in client.get("/settings/requests/").content.decode()
    assert asks == (state == "requested")
    assert selectors.counts(mira.pk).requests == int(asks)


def test_a_notice_has_the_button_too(client: Client, alice: User, mira: User) -> None:
    from feeds import services as feeds

    _follow_back(alice, mira)
    while feeds.consume_outbox():
        pass
    client.force_login(alice)
    assert buttons_of(client.get("/inbox/").content.decode(), mira) == {("follow_back", "Follow back")}


def test_nobody_has_a_button_for_oneself(client: Client, alice: User, host: User) -> None:
    services.follow(follower=alice, followee=host)
    client.force_login(alice)
    for where in ("/@alice/", "/@host/followers/"):
        assert buttons_of(client.get(where).content.decode(), alice) == set()


def test_somebody_logged_out_is_led_in_and_back(client: Client, mira: User, video: Video) -> None:
    where = video.get_absolute_url()
    page = client.get(where).content.decode()
    assert buttons_of(page, mira) == {("follow", "Follow")}
    assert f"/accounts/login/?next={quote(where)}" in page
