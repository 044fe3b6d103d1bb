"""The delivery report: the parts add up to the followers at publishing, at any moment and in any world; what single people
did cannot be guessed; nobody else reads it."""

import csv
import random
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.models import InboxEntry
from feeds.selectors.delivery import SHOWN_FROM, Report
from feeds.tests.crowds import entries, make_followers
from follows.models import Follow, Mute
from videos import services as videos
from videos.models import Publication, Video
from videos.stats import Delivery
from videos.tests.factories import make_failed_video, make_video, upload

pytestmark = pytest.mark.django_db
State = InboxEntry.State


def report(publication: Publication) -> Report:
    return selectors.delivery_report(Video.objects.with_card().get(pk=publication.video_id))


def client_of(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


def page(account: User, video: Video) -> str:
    answer = client_of(account).get(reverse("feeds:delivery", args=[video.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def told(creator: User, followers: int = 0) -> Publication:
    make_followers(creator, followers)
    publication = make_video(creator).publication
    services.run_fan_out(publication.pk)
    publication.refresh_from_db()
    return publication


def reach(publication: Publication, viewer_ids: list[int], state: State) -> None:
    for viewer_id in viewer_ids:
        services.reached(viewer_id=viewer_id, state=state, video_ids=[publication.video_id])


# --- The sums -----------------------------------------------------------------------------------------------


class World:
    """Followers who turn bells, mute, leave, come back and read, while a fan-out runs and after it."""

    def __init__(self, chance: random.Random, mira: User) -> None:
        self.chance, self.mira = chance, mira
        self.fans = make_followers(mira, chance.randint(0, 15))
        self.publication = make_video(mira).publication

    def act(self) -> None:
        fan_id = self.chance.choice(self.fans)
        edge = Follow.objects.filter(follower_id=fan_id, followee=self.mira)
        back = [Follow(follower_id=fan_id, followee=self.mira)]
        step = self.chance.choice([State.SEEN, State.OPENED, State.WATCHED])
        self.chance.choice(
            [
                edge.delete,
                lambda: Follow.objects.bulk_create(back, ignore_conflicts=True),
                lambda: edge.update(notify=self.chance.choice(["all", "none"])),
                lambda: Mute.objects.get_or_create(muter_id=fan_id, muted=self.mira),
                Mute.objects.filter(muter_id=fan_id).delete,
                lambda: reach(self.publication, [fan_id], step),
            ]
        )()

    def live(self, acts: int) -> None:
        for _ in range(acts if self.fans else 0):
            self.act()

    def delivery(self) -> Delivery:
        """As it is reported, adding up."""
        found = report(self.publication).delivery
        assert found is not None
        parts = (
            found.alerted,
            found.listed_quietly,
            found.muted,
            found.pull_only,
            found.left_first,
            found.still_to_come,
        )
        assert min(parts) >= 0
        assert found.followers == len(self.fans) == sum(parts) == sum(part.number for part in found.parts)
        return found


@pytest.mark.parametrize("seed", range(12))
def test_in_any_world_the_parts_add_up_at_any_moment(mira: User, seed: int, settings: Any) -> None:
    chance = random.Random(seed)
    settings.FANOUT_CHUNK = chance.randint(1, 5)
    settings.PULL_ONLY_ABOVE = chance.choice([0, 0, 0, 5])
    world = World(chance, mira)
    assert world.delivery().running
    unfinished = True
    while unfinished:
        world.live(4)
        unfinished = bool(services.fan_out_chunk(world.publication.pk))
        assert world.delivery().running == unfinished
    done = world.delivery()
    assert done.still_to_come == 0
    world.live(20)
    services.consume_outbox()
    assert world.delivery() == done, "what was counted is frozen"


def test_acts_are_counted_of_those_who_were_told(mira: User) -> None:
    fans = make_followers(mira, 12)
    publication = told(mira)
    reach(publication, fans[:6], State.SEEN)
    reach(publication, fans[:3], State.OPENED)
    stranger = make_account("stranger")
    for viewer in [*User.objects.filter(pk__in=fans[:2]), stranger]:
        videos.record_watch(viewer=viewer, video=publication.video, ms=4000)
    for folded in (False, True):
        found = report(publication)
        assert [(part.number, part.of, part.percent) for part in found.acts] == [
            (6, 12, 50.0),
            (3, 12, 25.0),
            (2, 12, 16.7),
        ]
        assert found.views_by_others == 1
        assert folded or services.fold_reach()


@pytest.mark.parametrize("followers", [0, 1, SHOWN_FROM - 1])
def test_below_ten_nobody_is_singled_out(mira: User, followers: int) -> None:
    fans = make_followers(mira, followers)
    publication = told(mira)
    reach(publication, fans, State.WATCHED)
    found = report(publication)
    assert (found.acts, found.reached, found.views_by_others) == ([], None, None)
    html = page(mira, publication.video)
    assert "Watched it" not in html
    if followers:
        assert "at least 10 followers were told of" in html


def test_from_ten_on_it_is_shown(mira: User) -> None:
    publication = told(mira, SHOWN_FROM)
    html = page(mira, publication.video)
    assert "Watched it" in html
    assert "Of the 10 who were told" in html


def test_those_who_mute_or_left_are_not_recipients(mira: User) -> None:
    fans = make_followers(mira, 11)
    Mute.objects.bulk_create([Mute(muter_id=fan, muted=mira) for fan in fans[:2]])
    found = report(told(mira))
    assert found.delivery is not None
    assert (found.delivery.followers, found.delivery.recipients) == (11, 9)
    assert found.reached is None


# --- The page -----------------------------------------------------------------------------------------------


def test_while_followers_are_told_the_page_asks_again_and_then_stops(mira: User, settings: Any) -> None:
    settings.FANOUT_CHUNK = 4
    make_followers(mira, 12)
    publication = make_video(mira).publication
    services.fan_out_chunk(publication.pk)
    html = page(mira, publication.video)
    assert 'hx-trigger="every 2s"' in html
    assert '<span class="num">4</span> of <span class="num">12</span> so far' in html
    assert 'still telling <span class="num">8</span>' in html
    assert '<progress max="12" value="4"' in html
    assert "Still to come" in html
    url, htmx = reverse("feeds:delivery", args=[publication.video_id]), {"HX-Request": "true"}
    asked = client_of(mira).get(url, headers=htmx)
    assert asked.content.decode().strip().startswith('<div class="stack stack--wide" id="report"')
    assert Client().get(url, headers=htmx).status_code == 204, "a log-in form is no report"
    services.run_fan_out(publication.pk)
    html = page(mira, publication.video)
    assert "hx-trigger" not in html
    assert "Still to come" not in html
    assert "<progress" not in html


def test_nobody_else_reads_it(mira: User) -> None:
    publication = told(mira, 3)
    url = reverse("feeds:delivery", args=[publication.video_id])
    api_url = f"/api/v1/videos/{publication.video_id}/delivery/"
    fan = User.objects.exclude(pk=mira.pk).first()
    moderator = make_account("moderator", is_staff=True, is_superuser=True)
    for other in (fan, moderator):
        assert client_of(other).get(url).status_code == 404
        assert client_of(other).get(reverse("feeds:delivery", args=[10**9])).status_code == 404
        assert api_of(other).get(api_url).status_code == 404
    assert "/accounts/login/" in Client().get(url).headers["Location"]
    assert APIClient().get(api_url).status_code in {401, 403}
    assert client_of(fan).get(reverse("feeds:deliveries")).content.count(b"Nothing delivered yet") == 1


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda mira: make_video(mira, visibility="only_me"), "Only you can see this video"),
        (upload, "still being processed"),
        (lambda mira: make_video(mira, publish_at=timezone.now() + timedelta(days=1)), "at the hour you chose"),
        (make_failed_video, "could not be processed"),
        (lambda mira: videos.remove(by=mira, video=upload(mira)), "Removed before it was published"),
        (make_video, "you had no followers"),
    ],
    ids=["only me", "processing", "scheduled", "failed", "removed", "no followers"],
)
def test_where_nobody_was_told_the_page_says_why(mira: User, made: Any, says: str) -> None:
    video = made(mira)
    if hasattr(video, "publication"):
        services.run_fan_out(video.publication.pk)
    html = page(mira, Video.objects.get(pk=video.pk))
    assert says in html
    assert "hx-trigger" not in html


def test_pull_only_is_explained(mira: User, settings: Any) -> None:
    settings.PULL_ONLY_ABOVE = 10
    fans = make_followers(mira, 12)
    publication = told(mira)
    reach(publication, fans[:3], State.OPENED)
    html = page(mira, publication.video)
    assert "Find it when they look" in html
    assert "Of the 12 who can find it in their inbox" in html
    assert [part.number for part in report(publication).acts] == [3, 3, 0]


def test_a_caption_is_no_markup(mira: User) -> None:
    video = make_video(mira, caption="<b>Bold</b>")
    assert "&lt;b&gt;Bold" in page(mira, video)


def test_it_is_linked_where_one_looks_for_it(mira: User) -> None:
    publication = told(mira, 1)
    url = reverse("feeds:delivery", args=[publication.video_id])
    client = client_of(mira)
    pages = ("videos:studio", "feeds:deliveries", "feeds:notifications")
    for place in (publication.video.get_absolute_url(), *map(reverse, pages)):
        assert f'href="{url}"' in client.get(place).content.decode(), place
    status = reverse("videos:status", args=["mira", publication.video_id])
    assert f'href="{url}"' in client.get(status).content.decode()
    assert f'href="{reverse("feeds:deliveries")}"' in client.get(reverse("videos:studio")).content.decode()


def test_it_costs_the_same_for_many(mira: User) -> None:
    costs = []
    for followers in (1, 30):
        publication = told(mira, followers)
        reach(publication, [User.objects.latest("pk").pk], State.SEEN)
        client = client_of(mira)
        for name, args in (("feeds:delivery", [publication.video_id]), ("feeds:deliveries", [])):
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse(name, args=args))
            costs.append(len(captured))
    assert costs[:2] == costs[2:]


# --- All together, API, desk --------------------------------------------------------------------------------


def test_the_last_videos_together(mira: User) -> None:
    few = told(mira, 9)
    fans = [*make_followers(mira, 11), *Follow.objects.filter(followee=mira).values_list("follower_id", flat=True)[:9]]
    many = told(mira)
    removed = videos.remove(by=mira, video=make_video(mira))
    reach(many, fans[:5], State.SEEN)
    reach(few, [fan for fan in fans if fan not in fans[:11]], State.SEEN)
    found = selectors.deliveries(mira.pk)
    assert [each.video.pk for each in found.reports] == [many.video_id, few.video_id]
    assert removed.pk not in {each.video.pk for each in found.reports}
    assert (found.told.number, found.told.of) == (29, 29)
    assert [(part.number, part.of) for part in found.acts] == [(5, 20), (0, 20), (0, 20)]
    html = client_of(mira).get(reverse("feeds:deliveries")).content.decode()
    assert "Fewer than 10 told" in html
    assert "25%" in html


def api_of(account: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(account)
    return client


def test_the_api_says_the_same(mira: User, settings: Any) -> None:
    fans = make_followers(mira, 10)
    publication = told(mira)
    reach(publication, fans[:4], State.WATCHED)
    answer = api_of(mira).get(f"/api/v1/videos/{publication.video_id}/delivery/").json()
    assert answer["delivery"]["followers"] == answer["delivery"]["alerted"] == answer["recipients"] == 10
    assert answer["delivery"]["still_to_come"] == 0
    assert answer["reached"] == {"seen": 4, "opened": 4, "watched": 4}
    unpublished = make_video(mira, visibility="only_me")
    answer = api_of(mira).get(f"/api/v1/videos/{unpublished.pk}/delivery/").json()
    assert answer == {"delivery": None, "recipients": 0, "reached": None, "views_by_others": None}


def test_an_app_reports_cards_too(mira: User) -> None:
    fans = User.objects.filter(pk__in=make_followers(mira, 2))
    first, second = told(mira), told(mira)
    said = {"seen": [{"video": first.video_id, "source": "following"}], "opened": [second.video_id]}
    assert api_of(fans[0]).post("/api/v1/feeds/seen/", said).status_code == 204
    states = InboxEntry.objects.filter(recipient_id=fans[0].pk).order_by("publication_id")
    assert list(states.values_list("state", flat=True)) == [State.SEEN, State.OPENED]
    for rubbish in (
        {"seen": [{"video": 1, "source": "A B"}]},
        {"seen": [{"video": -1}]},
        {"seen": [{"video": 2**63, "source": "following"}]},
        {"opened": [2**63]},
        {"opened": list(range(1, 200))},
    ):
        assert api_of(fans[1]).post("/api/v1/feeds/seen/", rubbish).status_code == 400
    assert APIClient().post("/api/v1/feeds/seen/", said).status_code in {401, 403}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("pending", "Waiting for a worker"),
        ("running", "Telling followers"),
        ("done", "All followers told"),
        ("pull", "Read when looked for"),
    ],
)
def test_the_desk_shows_the_same_sums_in_words(mira: User, state: str, words: str, settings: Any) -> None:
    settings.FANOUT_CHUNK = 2
    settings.PULL_ONLY_ABOVE = 2 if state == "pull" else 0
    make_followers(mira, 5)
    publication = make_video(mira).publication
    if state == "running":
        services.fan_out_chunk(publication.pk)
    elif state != "pending":
        services.run_fan_out(publication.pk)
    moderator = make_account("moderator", is_staff=True, is_superuser=True)
    for name, pk in (("publication", publication.pk), ("video", publication.video_id)):
        html = client_of(moderator).get(reverse(f"admin:videos_{name}_change", args=[pk])).content.decode()
        assert words in html
        assert "Followers at publishing" in html


# --- As a table ------------------------------------------------------------------------------------------------


def table(account: User, name: str, *args: int) -> list[dict[str, str]]:
    answer = client_of(account).get(reverse(f"feeds:{name}", args=args))
    assert (answer.status_code, answer.streaming) == (200, True)
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["Cache-Control"] == "private, no-store"
    return list(csv.DictReader(StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_table_says_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.selectors.delivery.AT_ONCE", 2)
    mira = make_account("mira")
    few = told(mira, 2)
    publication = told(mira, SHOWN_FROM)
    videos.edit(creator=mira, video=publication.video, caption="=1+1, and more")
    reach(publication, list(entries(publication))[:3], State.OPENED)
    third = told(mira)
    upload(mira)
    rows = table(mira, "deliveries_file")
    assert [int(row["video"]) for row in rows] == [each.video_id for each in (third, publication, few)]
    assert rows[1] | {"published_at": ""} == {
        "video": str(publication.video_id),
        "caption": "'=1+1, and more",
        "published_at": "",
        "state": "done",
        "followers": "12",
        "told": "12",
        "alerted": "12",
        "listed_quietly": "0",
        "muted": "0",
        "pull_only": "0",
        "left_first": "0",
        "still_to_come": "0",
        "seen": "3",
        "opened": "3",
        "watched": "0",
        "views": "0",
        "views_by_others": "0",
    }
    assert [rows[2][name] for name in ("seen", "opened", "watched", "views_by_others")] == [""] * 4
    assert table(mira, "delivery_file", publication.video_id) == [rows[1]]
    other = client_of(make_account("other"))
    assert other.get(reverse("feeds:delivery_file", args=[publication.video_id])).status_code == 404
    assert table(make_account("zoe"), "deliveries_file") == []
    assert Client().get(reverse("feeds:deliveries_file")).status_code == 302


def test_the_table_costs_the_same_however_many_videos() -> None:
    mira = make_account("mira")
    counted = []
    for number in (1, 9):
        for _ in range(number):
            make_video(mira)
        with CaptureQueriesContext(connection) as queries:
            assert len(list(selectors.every_report(mira.pk))) >= number
        counted.append(len(queries))
    assert counted[0] == counted[1]
