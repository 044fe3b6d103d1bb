"""Wherever a video can surface: what moderators kept from somebody is nowhere for them, and where it was for everybody else.
Each surface is seen to work before."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts import archiving
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services
from feeds.models import DigestPlan, Notification
from feeds.tests.mail_server import running as mail_server
from feeds.tests.push_service import running as push_service
from follows import services as follows
from videos import services as videos
from videos.models import Decision, Video
from videos.models.moderation import Act
from videos.services import moderation
from videos.tests.factories import make_comment, make_reply, make_video

pytestmark = pytest.mark.django_db

WORD, TAG = "Wavebreak", "pierless"
PAGES = [
    "/",
    "/following/",
    "/explore/",
    f"/tag/{TAG}/",
    f"/search/?q={WORD}",
    f"/search/?q=%23{TAG}",
    f"/search/suggestions/?q=%23{TAG[:5]}",
    "/@mira/",
    "/@mira/feed.atom",
    "/@grown/reposts/",
    "{video}",
    "{video}comments/",
    "/embed/{pk}/",
    "/oembed?url=http://localhost:8000{video}",
    "/sitemap-videos.xml",
    "/inbox/",
    "/saved/",
    "/liked/",
    f"/upload/complete/?q=%23{TAG[:5]}",
    "/api/v1/feeds/following/",
    "/api/v1/feeds/for-you/",
    "/api/v1/feeds/explore/",
    f"/api/v1/search/videos/?q={WORD}",
    f"/api/v1/search/tags/?q={TAG[:5]}",
    "/api/v1/notifications/",
    "/api/v1/accounts/mira/videos/",
    "/api/v1/accounts/grown/reposts/",
    "/api/v1/videos/{pk}/",
    "/api/v1/videos/{pk}/comments/",
    "/api/v1/me/saved/",
    "/api/v1/me/liked/",
    "{file}",
]
OFFERED = {
    "/",
    "/explore/",
    f"/tag/{TAG}/",
    f"/search/?q={WORD}",
    f"/search/?q=%23{TAG}",
    f"/search/suggestions/?q=%23{TAG[:5]}",
    f"/upload/complete/?q=%23{TAG[:5]}",
    "/sitemap-videos.xml",
    "/api/v1/feeds/for-you/",
    "/api/v1/feeds/explore/",
    f"/api/v1/search/videos/?q={WORD}",
    f"/api/v1/search/tags/?q={TAG[:5]}",
}
VIEWERS = ["young", "grown", "stranger", None]


class World:
    """mira's video, which young and grown, who follow her, liked, saved and talked about; stranger is of age."""

    def __init__(self, mira: User) -> None:
        self.mira = mira
        self.people = {name: make_account(name) for name in ("young", "grown", "stranger")}
        years = {"young": 15, "grown": 40, "stranger": 40}
        for name, age in years.items():
            User.objects.filter(handle=name).update(birth_date=timezone.localdate() - timedelta(days=366 * age))
        for name in ("young", "grown"):
            follows.follow(follower=self.people[name], followee=mira)
        self.video = make_video(mira, caption=f"{WORD} #{TAG} @young @grown")
        services.run_fan_out(self.video.publication.pk)
        for name in ("young", "grown"):
            self.take_part(self.people[name])
        videos.repost(account=self.people["grown"], video=self.video)
        while services.consume_outbox():
            pass
        self.boss = make_account("boss", is_staff=True, is_superuser=True)

    def take_part(self, account: User) -> None:
        videos.like(account=account, video=self.video)
        videos.save(account=account, video=self.video)
        make_reply(self.mira, make_comment(account, self.video, f"{WORD} indeed"), f"{WORD}, thank you")

    def where(self, viewer: str | None, pages: list[str] = PAGES) -> set[str]:
        """The surfaces on which the viewer finds something of the video."""
        client = Client()
        if viewer:
            client.force_login(self.people[viewer])
        cache.delete("sitemap:videos")
        return {page for page in pages if self._shows(client, page)}

    def _shows(self, client: Client, page: str) -> bool:
        video = self.video
        address = page.format(pk=video.pk, video=f"/@mira/video/{video.pk}/", file=video.hls_url)
        answer = client.get(address)
        text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        if answer.status_code != 200:
            assert WORD not in text
            return False
        if page == "{file}":
            return True
        if "complete" in page or "suggestions" in page or "tags" in page:
            return f"{TAG}" in text.replace(address, "")
        named = video.media_key in text or f"/@mira/video/{video.pk}/" in text
        return named or (WORD in text and "/search/" not in page)

    def unread(self, viewer: str) -> int:
        client = Client()
        client.force_login(self.people[viewer])
        return int(client.get("/api/v1/notifications/unread/").json()["unread"])

    def decide(self, act: str) -> Decision:
        case = moderation.open_case(by=self.boss, kind="video", subject_id=self.video.pk)
        return moderation.decide(case=case, by=self.boss, act=act, policy="sexual")  # type: ignore[return-value]


@pytest.fixture
def world(mira: User) -> World:
    return World(mira)


EVERYWHERE = set(PAGES)
OWN = {"/following/", "/inbox/", "/saved/", "/liked/", "/api/v1/feeds/following/", "/api/v1/notifications/"}
OWN |= {"/api/v1/me/saved/", "/api/v1/me/liked/", f"/upload/complete/?q=%23{TAG[:5]}"}  # of somebody who is logged in
BY_FOLLOWING = {"/following/", "/api/v1/feeds/following/", "/inbox/", "/api/v1/notifications/"}
TO_FOLLOWERS = {"/", "/api/v1/feeds/for-you/", f"/upload/complete/?q=%23{TAG[:5]}"}


def test_what_is_kept_from_somebody_is_nowhere_for_them(world: World) -> None:
    """Restricted, limited and removed in turn; lifted, it is everywhere again."""
    everywhere = {viewer: world.where(viewer) for viewer in VIEWERS}
    assert everywhere["young"] == everywhere["grown"] == EVERYWHERE
    assert everywhere["stranger"] >= EVERYWHERE - OWN
    assert everywhere[None] == EVERYWHERE - OWN

    restriction = world.decide(Act.RESTRICT)
    assert world.where("young") == world.where(None) == set()
    assert world.where("grown") == EVERYWHERE - BY_VISITORS
    moderation.lift(decision=restriction, by=world.boss)

    limit = world.decide(Act.LIMIT)
    assert world.where("grown") == EVERYWHERE - OFFERED | TO_FOLLOWERS
    for viewer in ("stranger", None):
        assert world.where(viewer) == everywhere[viewer] - OFFERED
    moderation.lift(decision=limit, by=world.boss)

    removal = world.decide(Act.REMOVE)
    assert world.where("grown") == set()
    moderation.lift(decision=removal, by=world.boss)
    assert world.where(None) == everywhere[None]


# What is read without being logged in, whoever asks: as visitors see it.
BY_VISITORS = {"/@mira/feed.atom", "/oembed?url=http://localhost:8000{video}", "/embed/{pk}/", "/sitemap-videos.xml"}


def test_letters_and_pushes_that_wait_say_nothing_of_it(world: World, settings: Any) -> None:
    for name in ("young", "grown"):
        EmailAddress.objects.filter(user=world.people[name]).update(verified=True)
        services.plan_digest(account=world.people[name], every="day", zone="UTC")
    with mail_server(settings) as letters, push_service() as pushes:
        settings.PUSH_SERVICES = [pushes.url]
        for name in ("young", "grown"):
            pushes.browser(name).subscribe(world.people[name])
        another = make_video(world.mira, caption=WORD)
        services.run_fan_out(another.publication.pk)
        DigestPlan.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        while services.make_digest():
            pass
        Video.objects.update(for_adults=True)
        services.send_pushes()
        assert len(pushes.read()) == 1
        services.digests_due(at_most=10)
        while services.send_digest():
            pass
        assert letters.recipients == ["grown@example.org"]
        assert WORD in str(letters.taken[0])


def test_a_download_of_ones_data_holds_nothing_of_it(world: World) -> None:
    """That they liked it is theirs, what it says is not."""
    world.decide(Act.RESTRICT)
    file = BytesIO()
    archiving.write(file, world.people["young"], now=timezone.now(), report=lambda *_: None)
    with ZipFile(file) as archive:
        whole = "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    assert f"{WORD} indeed" in whole, "their own comment"
    assert f"{WORD} #{TAG}" not in whole
    assert f"{WORD}, thank you" not in whole
    assert world.video.media_key not in whole


def test_nobody_young_is_told_of_what_happens_there(world: World) -> None:
    """By a mention, by an answer, by a like: rows stand, and are neither shown nor counted."""
    unread = world.unread("young")
    assert unread
    restriction = world.decide(Act.RESTRICT)
    assert world.unread("young") == 0
    before = Notification.objects.filter(recipient_id=world.people["young"].pk).count()
    make_comment(world.people["grown"], world.video, f"{WORD} @young")
    while services.consume_outbox():
        pass
    assert world.where("young", ["/inbox/", "/api/v1/notifications/"]) == set()
    assert Notification.objects.filter(recipient_id=world.people["young"].pk).count() == before
    moderation.lift(decision=restriction, by=world.boss)
    assert world.unread("young") == unread
