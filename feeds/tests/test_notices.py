"""The notification centre: what is listed is what is counted, each event once, and what is switched off is neither."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.models import InboxEntry, NoticeChoice, Notification
from feeds.selectors import FILTERS, Line
from feeds.selectors.following import TOP, rounds
from feeds.selectors.notices import MOST_UNLISTED, unseen_notifications
from feeds.services.erasure import ERASERS
from feeds.tests.crowds import make_followers
from feeds.topics import ALWAYS, DEFAULTS, TOPIC_OF, Channel, Topic
from follows import services as follows
from socialvideo.lib.testing import worlds
from videos import services as videos
from videos.models import Publication, Video
from videos.tests.factories import make_comment, make_video

pytestmark = pytest.mark.django_db
State = InboxEntry.State


@pytest.fixture
def alice(client: Client) -> User:
    account = make_account("alice", name="Alice")
    client.force_login(account)
    return account


def pages(viewer: User, *, size: int = 30, show: str = "all") -> Iterator[list[Line]]:
    cursor = ""
    while True:
        page = selectors.notifications_page(viewer.pk, show=show, cursor=cursor, size=size)
        yield page.items
        cursor = page.next_cursor
        if not cursor:
            return


def lines(viewer: User, **how: Any) -> list[Line]:
    return [line for page in pages(viewer, **how) for line in page]


def publish(creator: User) -> Publication:
    publication = make_video(creator).publication
    services.run_fan_out(publication.pk)
    return publication


def tell(viewer: User, kind: str, number: int = 1, *, actor: User | None = None, **fields: Any) -> None:
    key = Notification.objects.count()
    Notification.objects.bulk_create(
        Notification(
            recipient_id=viewer.pk,
            kind=kind,
            event_key=f"by hand {key + n}",
            actor_id=actor.pk if actor else None,
            **fields,
        )
        for n in range(number)
    )


# --- Listed = counted -----------------------------------------------------------------------------------------


class World:
    """Somebody to whom anything may have happened, at any hour of the last ten days."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.viewer = make_account("viewer")
        self.others = [make_account(f"other{n}") for n in range(4)]
        self.own = make_video(self.viewer)
        for other in self.others:
            follows.follow(follower=self.viewer, followee=other)
        follows.set_bell(follower=self.viewer, followee=self.others[0], notify="none")
        for _ in range(self.random.randrange(12)):
            self.publish(self.random.choice(self.others))
        for _ in range(self.random.randrange(60)):
            self.happen()
        self.afterwards()

    def hour(self) -> Any:
        return timezone.now() - timedelta(hours=self.random.uniform(0, 240))

    def publish(self, creator: User) -> None:
        publication = make_video(creator, visibility=self.random.choice(["everyone", "followers"])).publication
        if self.random.random() < 0.8:
            services.run_fan_out(publication.pk)
        if self.random.random() < 0.3:
            services.see(viewer_id=self.viewer.pk, publication_ids=[publication.pk])
        Publication.objects.filter(pk=publication.pk).update(published_at=self.hour())

    def happen(self) -> None:
        seen_at = timezone.now() if self.random.random() < 0.3 else None
        kind = self.random.choice(Notification.Kind.values)
        actor = None if kind in {"processed", "failed", "removed", "imported"} else self.random.choice(self.others)
        own = self.own.pk if TOPIC_OF[kind] in {Topic.LIKES, Topic.COMMENTS, Topic.MY_VIDEOS} else None
        tell(self.viewer, kind, actor=actor, video_id=own, seen_at=seen_at, created_at=self.hour())

    def afterwards(self) -> None:
        one, two, three, four = self.others
        if self.random.random() < 0.4:
            follows.block(blocker=one, blocked=self.viewer)
        if self.random.random() < 0.4:
            follows.mute(muter=self.viewer, muted=two)
        if self.random.random() < 0.4:
            follows.unfollow(follower=self.viewer, followee=three)
        if self.random.random() < 0.4:
            accounts.suspend(account=four, by=self.own.creator, reason="For a while.")
        off = self.random.sample([topic for topic in Topic if topic not in ALWAYS[Channel.SITE]], 2)
        services.choose(account=self.viewer, choices={(topic, "site"): False for topic in off})

    def notifications(self) -> list[int]:
        """Once more, in other words: the shown ones."""
        gone = set(User.objects.exclude(pk__in=User.objects.present()).values_list("pk", flat=True))
        gone |= {other.pk for other in self.others if other.blocks_made.filter(blocked=self.viewer).exists()}
        gone |= set(self.viewer.mutes_made.values_list("muted_id", flat=True))
        off = set(NoticeChoice.objects.filter(account=self.viewer, channel="site", wanted=False).values_list("topic"))
        return [
            row.pk
            for row in Notification.objects.filter(recipient_id=self.viewer.pk)
            if row.actor_id not in gone and (TOPIC_OF[row.kind],) not in off and row.kind != "mentioned"
        ]

    def videos(self) -> list[int]:
        told = [key for keys, _ in rounds(self.viewer.pk, TOP, least=State.QUIET) for key in keys]
        shown = Video.objects.visible_to(self.viewer.pk).filter(publication__in=told)
        return list(shown.values_list("publication", flat=True))


@given(seed=st.integers(0, 10**6), size=st.integers(1, 8), horizon=st.sampled_from([1, 3, 1000]))
@example(seed=4777, size=1, horizon=1)  # more is unfinished than is counted
@pytest.mark.random_acts
@settings(**worlds(3), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_event_is_listed_once_and_the_badge_is_what_is_new(seed: int, size: int, horizon: int) -> None:
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("feeds.selectors.following.COUNTED", horizon)
        world = World(seed)
        listed = lines(world.viewer, size=size)
        assert Counter(key for line in listed for key in line.publication_ids) == Counter(world.videos())
        assert Counter(key for line in listed for key in line.notification_ids) == Counter(world.notifications())
        assert selectors.unread_count(world.viewer.pk) == sum(line.new for line in listed)
        by_tab = [line for show in FILTERS if show != "all" for line in lines(world.viewer, show=show, size=size)]
        assert sum(line.events for line in by_tab) == sum(line.events for line in listed)
        assert sum(line.new for line in by_tab) == sum(line.new for line in listed)
        services.see_everything(viewer_id=world.viewer.pk, up_to=selectors.newest(world.viewer.pk))
        assert selectors.unread_count(world.viewer.pk) == 0
        assert not any(line.new for line in lines(world.viewer, size=size))
        transaction.set_rollback(True)


def test_what_was_listed_is_seen_and_nothing_else(alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    publish(mira)
    tell(alice, "failed", 40)
    first, rest = pages(alice)
    client = Client()
    client.force_login(alice)
    client.get(reverse("feeds:notifications"))
    assert [line.new for line in lines(alice)] == [0] * len(first) + [1] * len(rest)
    assert selectors.unread_count(alice.pk) == len(rest) == 11


def test_quiet_entries_are_listed_without_badge_and_hint(
    alice: User, mira: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    follows.follow(follower=alice, followee=mira)
    follows.set_bell(follower=alice, followee=mira, notify="none")
    hints: list[Any] = []
    monkeypatch.setattr("socialvideo.lib.live.publish", lambda ids, event: hints.extend(ids))
    publication = publish(mira)
    (line,) = lines(alice)
    assert (line.kind, line.new, line.publication_ids) == ("new_video", 0, [publication.pk])
    assert selectors.unread_count(alice.pk) == 0
    assert alice.pk not in hints
    Client().force_login(alice)
    services.see(viewer_id=alice.pk, publication_ids=line.publication_ids)
    assert InboxEntry.objects.get(recipient_id=alice.pk).state == State.SEEN
    assert alice.pk not in hints


# --- Lines ----------------------------------------------------------------------------------------------------


def test_likes_of_a_video_are_one_line_that_leads_to_it(client: Client, alice: User) -> None:
    video = make_video(alice)
    fans = make_followers(alice, 4)
    for fan in fans:
        videos.like(account=User.objects.get(pk=fan), video=video)
    likes, _ = lines(alice, show="mine")
    assert (likes.kind, likes.new, likes.people_count, len(likes.people), likes.others) == ("liked", 4, 4, 3, 2)
    html = client.get(reverse("feeds:notifications")).content.decode()
    assert "and 2 others" in html
    assert "4 new" in html
    assert f'class="notice-row__link" href="{video.get_absolute_url()}"' in html


def test_thousands_of_likes_cost_a_few_queries(alice: User) -> None:
    video = make_video(alice)
    Notification.objects.all().delete()
    fans = make_followers(alice, 3000)
    rows = [Notification(recipient_id=alice.pk, kind="liked", event_key=f"like:{f}", actor_id=f) for f in fans]
    for row in rows:
        row.video_id = video.pk
    Notification.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as queries:
        (line,) = selectors.notifications_page(alice.pk).items
    assert (line.new, line.people_count, line.events) == (1000, 3000, 3000)
    assert [person.pk for person in line.people] == fans[:-4:-1]
    assert len(queries) <= 14


def test_reading_costs_the_same_for_one_line_and_for_many(alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    costs = []
    for number in (1, 10):
        for n in range(number):
            publish(mira)
            follows.follow(follower=make_account(f"fan{number}x{n}"), followee=alice)
            tell(alice, "failed")
        services.consume_outbox()
        with CaptureQueriesContext(connection) as queries:
            assert selectors.notifications_page(alice.pk).items
            selectors.unread_count(alice.pk)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_several_videos_of_a_creator_are_one_line_that_leads_to_the_newest(
    client: Client, alice: User, mira: User
) -> None:
    follows.follow(follower=alice, followee=mira)
    made = [publish(mira).video for _ in range(6)]
    (line,) = lines(alice)
    assert (line.events, line.videos_count, line.more_videos) == (6, 6, 2)
    html = client.get(reverse("feeds:notifications")).content.decode()
    assert "posted 6 videos" in html
    assert f'class="notice-row__link" href="{made[-1].get_absolute_url()}"' in html
    for video in made[2:]:
        assert f'class="notice-row__video" href="{video.get_absolute_url()}"' in html


def test_a_request_is_answered_in_place(client: Client, mira: User) -> None:
    closed = make_account("closed", is_private=True)
    client.force_login(closed)
    follows.follow(follower=mira, followee=closed)
    services.consume_outbox()
    html = client.get(reverse("feeds:notifications")).content.decode()
    action = reverse("follows:approve", args=["mira"])
    assert f'action="{action}"' in html
    answer = client.post(action, {"place": "notice"}, headers={"HX-Request": "true"})
    assert "Now follows you" in answer.content.decode()
    assert 'id="waiting"' not in answer.content.decode()
    assert action not in client.get(reverse("feeds:notifications")).content.decode()
    back = client.post(action, {"place": "notice", "next": reverse("feeds:notifications")})
    assert back.url == reverse("feeds:notifications")


def test_a_mention_under_a_video_that_is_hidden_is_neither_listed_nor_counted(alice: User, mira: User) -> None:
    video = make_video(mira)
    make_comment(mira, video, f"Look, @{alice.handle}")
    assert ([line.kind for line in lines(alice)], selectors.unread_count(alice.pk)) == (["mentioned"], 1)
    videos.edit(creator=mira, video=video, visibility="only_me")
    assert (lines(alice), selectors.unread_count(alice.pk)) == ([], 0)


@pytest.mark.parametrize("show", FILTERS)
def test_tabs_are_links_and_each_says_when_it_is_empty(client: Client, alice: User, show: str) -> None:
    html = client.get(reverse("feeds:notifications"), {"show": show}).content.decode()
    assert 'class="empty"' in html
    assert html.count("?show=") >= 3


@pytest.mark.parametrize("query", [{"show": "x"}, {"after": "x"}, {"after": "WyJhIiwgMiwgM10"}])
def test_damaged_addresses_show_the_first_page(client: Client, alice: User, query: dict[str, str]) -> None:
    tell(alice, "failed")
    assert len(client.get(reverse("feeds:notifications"), query).context["page"].items) == 1


def test_show_more_goes_on_in_the_same_section(client: Client, alice: User) -> None:
    tell(alice, "failed", 35)
    first = client.get(reverse("feeds:notifications"))
    assert first.content.decode().count("Today</h2>") == 1
    address = {"after": first.context["page"].next_cursor}
    more = client.get(reverse("feeds:notifications"), address, headers={"HX-Request": "true"})
    assert more.content.count(b'class="notice-row"') == 5
    assert b"Today</h2>" not in more.content
    assert b"Today</h2>" in client.get(reverse("feeds:notifications"), address).content


# --- Marking, and what is told of it --------------------------------------------------------------------------


def test_marking_all_leaves_what_came_meanwhile(client: Client, alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    tell(alice, "failed", 70)
    newest = client.get(reverse("feeds:notifications")).context["newest"]
    publish(mira)
    tell(alice, "failed")
    assert selectors.unread_count(alice.pk) == 42
    assert client.post(reverse("feeds:see_everything"), {"newest": newest}).url == reverse("feeds:notifications")
    assert selectors.unread_count(alice.pk) == 2
    assert selectors.new_since(alice.pk, newest) == 2
    assert selectors.new_since(alice.pk, newest, show="videos") == 1
    assert selectors.new_since(alice.pk, newest, show="people") == 0
    client.post(reverse("feeds:see_everything"), {"newest": "damaged"})
    assert selectors.unread_count(alice.pk) == 2


def test_what_a_list_lacks_is_counted_so_far_and_no_further(client: Client, alice: User) -> None:
    newest = selectors.newest(alice.pk)
    tell(alice, "failed", MOST_UNLISTED)
    assert "</svg>999 new<" in client.get(reverse("feeds:unlisted"), {"newest": newest}).content.decode()
    tell(alice, "failed", 2)
    assert selectors.new_since(alice.pk, newest) == MOST_UNLISTED + 1
    assert "</svg>More than 999 new<" in client.get(reverse("feeds:unlisted"), {"newest": newest}).content.decode()


def test_marking_all_goes_in_portions(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.services.notices.SEEN_AT_ONCE", 4)
    tell(alice, "failed", 10)
    services.see_everything(viewer_id=alice.pk, up_to=selectors.newest(alice.pk))
    assert selectors.unread_count(alice.pk) == 0


def test_the_badge_says_99_plus_and_the_exact_number(client: Client, alice: User) -> None:
    tell(alice, "failed", 1204)
    html = client.get(reverse("feeds:unread")).content.decode()
    assert "99+" in html
    assert "1,000 unread" in html
    assert 'data-unread="1000"' in html
    assert sum(line.new for line in lines(alice)) == 1000
    assert Client().get(reverse("feeds:unread")).status_code == 204


def read_of(rows: QuerySet[Notification]) -> int:
    """How many notifications the database reads for it."""

    def read(node: dict[str, Any]) -> int:
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        below = sum(read(each) for each in node.get("Plans", []))
        return below + (own if node.get("Relation Name") == "feeds_notification" else 0)

    return int(read(json.loads(rows.explain(analyze=True, format="json"))[0]["Plan"]))


def test_the_badge_reads_no_more_than_it_counts(
    client: Client, alice: User, mira: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a hundred thousand unread it read, and asked of, each of them: a second for every page."""
    monkeypatch.setattr("feeds.selectors.following.COUNTED", 50)
    tell(alice, "liked", 2000, actor=mira)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE feeds_notification")
    assert read_of(unseen_notifications(alice.pk)) == 100
    assert selectors.unread_count(alice.pk) == 50
    services.see_everything(viewer_id=alice.pk, up_to=selectors.newest(alice.pk))
    assert selectors.unread_count(alice.pk) == 0


def test_a_page_of_a_multitude_reads_a_bounded_number(
    alice: User, mira: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr("feeds.selectors.lines.MOST_EVENTS", 50)
    monkeypatch.setattr("feeds.selectors.notices.ROWS", 10)
    monkeypatch.setattr("feeds.selectors.notices.MOST_ROWS", 20)
    tell(alice, "liked", 1000, actor=mira)
    with django_assert_max_num_queries(12):
        [line] = selectors.notifications_page(alice.pk).items
    assert line.events == 50


def test_the_overview_of_the_feed_is_read_once_for_a_page(client: Client, alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    publish(mira)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("feeds:notifications"))
    assert sum("feeds_overview" in query["sql"] for query in queries) == 1


# --- Choices --------------------------------------------------------------------------------------------------


def test_what_is_switched_off_is_not_listed_and_back_when_it_is_on_again(alice: User, mira: User) -> None:
    video = make_video(alice)
    videos.like(account=mira, video=video)
    services.see_everything(viewer_id=alice.pk, up_to=selectors.newest(alice.pk))
    make_comment(mira, video)
    services.choose(account=alice, choices={("likes", "site"): False, ("comments", "site"): False})
    assert [line.kind for line in lines(alice)] == ["processed"]
    assert selectors.unread_count(alice.pk) == 0
    services.choose(account=alice, choices={("likes", "site"): True, ("comments", "site"): True})
    assert [line.kind for line in lines(alice)] == ["commented", "liked", "processed"]
    assert selectors.unread_count(alice.pk) == 1


@pytest.mark.parametrize("topic", ["new_videos", "moderation"])
def test_what_is_fixed_cannot_be_switched_off(alice: User, topic: str) -> None:
    with pytest.raises(services.FixedChoice):
        services.choose(account=alice, choices={("likes", "site"): False, (topic, "site"): False})
    assert not NoticeChoice.objects.exists()
    services.choose(account=alice, choices={(topic, "push"): False})


def test_the_settings_save_what_was_changed_there_and_nothing_else(client: Client, alice: User) -> None:
    address = reverse("feeds:notification_settings")
    before = client.get(address).context["before"].split()
    assert len(before) == sum(map(len, DEFAULTS.values()))
    services.choose(account=alice, choices={("comments", "mail"): False})  # elsewhere, meanwhile
    wanted = [key for key in before if key not in {"likes:site", "new_videos:site"}] + ["likes:push", "no:such", "x"]
    client.post(address, {"before": " ".join(before), "wanted": wanted})
    chosen = {(row.topic, row.channel): row.wanted for row in NoticeChoice.objects.all()}
    assert chosen == {("comments", "mail"): False, ("likes", "site"): False, ("likes", "push"): True}
    part = client.post(address, {"before": "", "wanted": []}, headers={"HX-Request": "true"})
    assert "Saved." in part["HX-Trigger"]
    assert b"<html" not in part.content


def test_settings_need_a_login(client: Client) -> None:
    assert client.get(reverse("feeds:notification_settings")).status_code == 302
    assert client.post(reverse("feeds:see_everything")).status_code == 302


def test_choices_are_erased_with_their_account(alice: User, mira: User) -> None:
    for account in (alice, mira):
        services.choose(account=account, choices={("likes", "push"): True})
    ERASERS["choices"](alice.pk)
    assert [row.account_id for row in NoticeChoice.objects.all()] == [mira.pk]


def test_whoever_is_told_of_something_or_of_its_end_is_hinted(
    alice: User, mira: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = make_video(alice)
    hints: list[tuple[set[int], Any]] = []
    monkeypatch.setattr("socialvideo.lib.live.publish", lambda ids, event: hints.append((set(ids), event)))
    comment = make_comment(mira, video)
    badge = ({alice.pk}, {"kind": "badge"})
    acts = [
        lambda: videos.like(account=mira, video=video),
        lambda: videos.unlike(account=mira, video=video),
        lambda: videos.remove_comment(by=alice, comment=comment),
        lambda: services.choose(account=alice, choices={("likes", "site"): False}),
        lambda: services.see_everything(viewer_id=alice.pk, up_to=selectors.newest(alice.pk)),
    ]
    for act in acts:
        hints.clear()
        act()
        assert badge in hints
