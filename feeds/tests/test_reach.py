"""What recipients did with what they were told: entries move upwards only, each move is counted once, and nothing is
believed that was not theirs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import seeing, selectors, services
from feeds.audit import CHECKS
from feeds.models import InboxEntry, Reach, ReachDelta
from feeds.selectors.delivery import Reached
from feeds.tests.crowds import entries, make_followers
from feeds.views.seen import SeenRate
from follows import services as follows
from socialvideo.lib import live
from socialvideo.lib.testing import broken
from videos import services as videos
from videos.models import Publication, Video, Watch
from videos.tests.factories import make_video
from videos.watching import view_after_ms, watch_token

pytestmark = pytest.mark.django_db
State = InboxEntry.State


@pytest.fixture(autouse=True)
def audited() -> Iterator[None]:
    """After each of these tests every promise of telling stands."""
    yield
    assert broken(CHECKS) == {}


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[int], str]]:
    heard: list[tuple[list[int], str]] = []
    monkeypatch.setattr(live, "publish", lambda accounts, event: heard.append((list(accounts), event["kind"])))
    return heard


def told(creator: User, **fields: Any) -> Publication:
    """A publication whose followers are told."""
    publication = make_video(creator, **fields).publication
    services.run_fan_out(publication.pk)
    publication.refresh_from_db()
    return publication


def client_of(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


def state(account: User, publication: Publication) -> int | None:
    return entries(publication).get(account.pk)


def counted(publication: Publication) -> tuple[int, int, int]:
    found = selectors.reach([publication.pk]).get(publication.pk, Reached())
    return found.seen, found.opened, found.watched


# --- What moves, and what does not --------------------------------------------------------------------------


def test_each_step_counts_those_before_it(mira: User, fan: User) -> None:
    publication = told(mira)
    services.reached(viewer_id=fan.pk, state=State.WATCHED, video_ids=[publication.video_id])
    assert state(fan, publication) == State.WATCHED
    assert counted(publication) == (1, 1, 1)


def test_step_by_step_is_the_same_and_twice_is_once(mira: User, fan: User) -> None:
    publication = told(mira)
    expected = [(State.SEEN, (1, 0, 0)), (State.OPENED, (1, 1, 0)), (State.WATCHED, (1, 1, 1))]
    for step, counts in expected:
        for _ in range(2):
            services.reached(viewer_id=fan.pk, state=step, video_ids=[publication.video_id])
            assert (state(fan, publication), counted(publication)) == (step, counts)
    for step in (State.OPENED, State.SEEN):
        services.reached(viewer_id=fan.pk, state=step, video_ids=[publication.video_id])
    assert (state(fan, publication), counted(publication)) == (State.WATCHED, (1, 1, 1))


def test_what_is_in_the_feed_only_never_moves(mira: User) -> None:
    before, muting = told(mira), make_account("muting")
    follows.follow(follower=muting, followee=mira)
    services.consume_outbox()
    follows.mute(muter=muting, muted=mira)
    after = told(mira)
    follows.unmute(muter=muting, muted=mira)
    for publication in (before, after):
        for step in (State.SEEN, State.OPENED, State.WATCHED):
            services.reached(viewer_id=muting.pk, state=step, video_ids=[publication.video_id])
        assert state(muting, publication) == State.FEED_ONLY
        assert counted(publication) == (0, 0, 0)


def test_what_is_not_written_yet_is_written_as_it_is_told(mira: User, fan: User, settings: Any) -> None:
    settings.PULL_ONLY_ABOVE = 0
    quiet = make_account("quiet")
    follows.follow(follower=quiet, followee=mira)
    follows.set_bell(follower=quiet, followee=mira, notify="none")
    publication = make_video(mira).publication
    services.see(viewer_id=fan.pk, publication_ids=[publication.pk])
    services.reached(viewer_id=quiet.pk, state=State.OPENED, video_ids=[publication.video_id])
    assert entries(publication) == {fan.pk: State.SEEN, quiet.pk: State.OPENED}
    assert counted(publication) == (2, 1, 0)
    services.run_fan_out(publication.pk)
    publication.refresh_from_db()
    assert (publication.alerted, publication.listed_quietly) == (1, 1)
    assert entries(publication) == {fan.pk: State.SEEN, quiet.pk: State.OPENED}


def test_of_a_pull_only_publication_too(mira: User, fan: User, settings: Any) -> None:
    make_followers(mira, 2)
    settings.PULL_ONLY_ABOVE = 2
    publication = told(mira)
    assert entries(publication) == {}
    services.reached(viewer_id=fan.pk, state=State.WATCHED, video_ids=[publication.video_id])
    assert entries(publication) == {fan.pk: State.WATCHED}
    assert counted(publication) == (1, 1, 1)


def test_of_others_who_were_not_told_nothing_is_written(mira: User, fan: User) -> None:
    publication = told(mira)
    late, stranger = make_account("late"), make_account("stranger")
    follows.follow(follower=late, followee=mira)
    for account in (late, stranger, mira):
        services.reached(viewer_id=account.pk, state=State.OPENED, video_ids=[publication.video_id])
        services.see(viewer_id=account.pk, publication_ids=[publication.pk])
    assert entries(publication) == {fan.pk: State.ALERTED}
    assert counted(publication) == (0, 0, 0)


def test_what_may_not_be_seen_is_not_reached(mira: User, fan: User) -> None:
    publication = told(mira)
    follows.block(blocker=mira, blocked=fan)
    services.report_cards(viewer_id=fan.pk, shown={publication.video_id: "following"}, opened=[publication.video_id])
    assert state(fan, publication) == State.ALERTED


def test_a_page_of_any_length_takes_the_same_statements(
    mira: User, fan: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    publications = [told(mira) for _ in range(10)]
    with django_assert_num_queries(5):  # a savepoint, the publications, what is unwritten, what moves, its release
        services.reached(viewer_id=fan.pk, state=State.SEEN, video_ids=[publications[0].video_id])
    with django_assert_num_queries(5):
        services.reached(viewer_id=fan.pk, state=State.SEEN, video_ids=[each.video_id for each in publications])
    assert [counted(each) for each in publications] == [(1, 0, 0)] * 10


def test_other_devices_are_told_to_ask_when_there_is_less_to_see(
    mira: User, fan: User, hints: list[tuple[list[int], str]]
) -> None:
    publication = told(mira)
    hints.clear()
    assert selectors.unread_count(fan.pk) == 1
    services.reached(viewer_id=fan.pk, state=State.SEEN, video_ids=[publication.video_id])
    assert selectors.unread_count(fan.pk) == 0
    assert hints == [([fan.pk], "badge")]
    services.reached(viewer_id=fan.pk, state=State.WATCHED, video_ids=[publication.video_id])
    services.see(viewer_id=fan.pk, publication_ids=[publication.pk])
    assert len(hints) == 1


# --- What the database holds --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", ["state = 1", "state = 0", "recipient_id = 0", "publication_id = 0", "creator_id = 0"]
)
def test_nothing_that_was_told_or_seen_is_taken_back(mira: User, fan: User, change: str) -> None:
    publication = told(mira)
    with (
        pytest.raises(IntegrityError, match="is not taken back"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE feeds_inboxentry SET {change}")
    assert entries(publication) == {fan.pk: State.ALERTED}


def test_what_was_in_the_feed_only_cannot_become_told(mira: User) -> None:
    told(mira)
    late = make_account("late")
    follows.follow(follower=late, followee=mira)
    services.consume_outbox()
    with pytest.raises(IntegrityError, match="is not taken back"), transaction.atomic():
        InboxEntry.objects.filter(recipient_id=late.pk).update(state=State.ALERTED)


def test_plain_sql_is_counted_too(mira: User, fan: User) -> None:
    make_followers(mira, 3)
    publication = told(mira)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE feeds_inboxentry SET state = 4")
        cursor.execute("UPDATE feeds_inboxentry SET state = 4")
    assert counted(publication) == (4, 4, 0)
    assert ReachDelta.objects.count() == 1


def test_folding_changes_nothing_that_is_read(mira: User) -> None:
    fans = make_followers(mira, 7)
    publications = [told(mira) for _ in range(3)]
    for number, fan_id in enumerate(fans):
        services.reached(
            viewer_id=fan_id, state=State(3 + number % 3), video_ids=[each.video_id for each in publications]
        )
    before = [counted(each) for each in publications]
    assert before == [(7, 4, 2)] * 3
    left = ReachDelta.objects.count()
    assert left == 21
    while folded := services.fold_reach(at_most=4):
        left -= folded
        assert ReachDelta.objects.count() == left
        assert [counted(each) for each in publications] == before
    assert sorted(Reach.objects.values_list("seen", "opened", "watched")) == before


# --- Opening and watching -----------------------------------------------------------------------------------


def test_opening_the_page_counts(mira: User, fan: User) -> None:
    publication = told(mira)
    assert client_of(fan).get(publication.video.get_absolute_url()).status_code == 200
    assert state(fan, publication) == State.OPENED


@pytest.mark.parametrize(
    "ahead",
    [{"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}],
    ids=["prefetch", "prerender", "purpose"],
)
def test_what_a_browser_fetches_ahead_is_not_opened(mira: User, fan: User, ahead: dict[str, str]) -> None:
    publication = told(mira)
    client_of(fan).get(publication.video.get_absolute_url(), headers=ahead)
    client_of(fan).head(publication.video.get_absolute_url())
    assert state(fan, publication) == State.ALERTED


def test_visitors_and_the_creator_open_nothing(mira: User, fan: User) -> None:
    publication = told(mira)
    for client in (Client(), client_of(mira)):
        assert client.get(publication.video.get_absolute_url()).status_code == 200
    assert counted(publication) == (0, 0, 0)


def test_opening_costs_the_same_for_one_follower_as_for_many(mira: User, fan: User) -> None:
    with_one = told(mira)
    make_followers(mira, 30)
    with_many = told(mira)
    costs = []
    for publication in (with_one, with_many):
        with CaptureQueriesContext(connection) as captured:
            client_of(fan).get(publication.video.get_absolute_url())
        costs.append(len(captured))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(("duration_ms", "least"), [(180_000, 3000), (8000, 3000), (6000, 3000), (4000, 2000), (1, 0)])
def test_when_a_watch_is_a_view(duration_ms: int, least: int) -> None:
    assert view_after_ms(duration_ms) == least


def test_who_swipes_past_has_not_watched(mira: User, fan: User) -> None:
    publication = told(mira, duration_ms=8000)
    video = Video.objects.get(pk=publication.video_id)
    videos.record_watch(viewer=fan, video=video, ms=2999)
    assert not Watch.objects.exists()
    assert state(fan, publication) == State.ALERTED
    videos.record_watch(viewer=fan, video=video, ms=3000)
    assert state(fan, publication) == State.WATCHED
    assert Watch.objects.get().watched_ms == 3000
    videos.record_watch(viewer=fan, video=video, ms=500)
    assert counted(publication) == (1, 1, 1)


# --- What a feed reports ------------------------------------------------------------------------------------


def test_cards_in_view_and_played_on_purpose_are_reported(mira: User, fan: User) -> None:
    shown, played, unseen = told(mira), told(mira), told(mira)
    page = client_of(fan).get(reverse("feeds:following_feed")).content.decode()
    assert f'data-video="{shown.video_id}" data-source="following"' in page
    url = page.split('<seen-cards data-url="')[1].split('"')[0]
    said = {"seen": [f"{shown.video_id}:following", f"{played.video_id}:following"], "opened": [f"{played.video_id}"]}
    for _ in range(2):
        assert client_of(fan).post(url, said).status_code == 204
    assert [state(fan, each) for each in (shown, played, unseen)] == [State.SEEN, State.OPENED, State.ALERTED]


def test_a_report_counts_for_its_viewer_only(mira: User, fan: User) -> None:
    publication = told(mira)
    mallory = make_account("mallory")
    follows.follow(follower=mallory, followee=mira)
    url, said = seeing.seen_url(fan.pk), {"seen": f"{publication.video_id}:following"}
    assert Client().post(url, said).status_code == 204
    assert client_of(mallory).post(url, said).status_code == 204
    assert client_of(fan).post(reverse("feeds:seen", args=["forged"]), said).status_code == 204
    other = reverse("feeds:seen", args=[watch_token(fan.pk, publication.video_id)])
    assert client_of(fan).post(other, said).status_code == 204
    assert client_of(fan).get(url).status_code == 405
    assert state(fan, publication) == State.ALERTED
    assert mallory.pk not in entries(publication)


@pytest.mark.parametrize("said", ["", "1", "x:following", "1:", "-1:new", "1:Ü", "9" * 30 + ":new", "1:new\n", "²:new"])
def test_rubbish_is_left_alone(fan: User, said: str) -> None:
    answer = client_of(fan).post(seeing.seen_url(fan.pk), {"seen": said, "opened": said})
    assert answer.status_code == 204
    assert seeing.shown([said]) == {}


def test_a_report_holds_no_more_than_a_feed_shows(mira: User, fan: User) -> None:
    publication = told(mira)
    many = [f"{10**9 + number}:new" for number in range(seeing.MOST)]
    client_of(fan).post(seeing.seen_url(fan.pk), {"seen": [*many, f"{publication.video_id}:following"]})
    assert state(fan, publication) == State.ALERTED


def test_too_many_reports_are_left_alone(mira: User, fan: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SeenRate, "rate", "2/min")
    first, second = told(mira), told(mira)
    client, url = client_of(fan), seeing.seen_url(fan.pk)
    for _ in range(2):
        client.post(url, {"seen": f"{first.video_id}:following"})
    assert client.post(url, {"seen": f"{second.video_id}:following"}).status_code == 204
    assert [state(fan, each) for each in (first, second)] == [State.SEEN, State.ALERTED]


def test_without_javascript_nothing_is_claimed_of_a_feed(mira: User, fan: User) -> None:
    publication = told(mira)
    client_of(fan).get(reverse("feeds:following_feed"))
    assert state(fan, publication) == State.ALERTED
    client_of(fan).get(reverse("feeds:notifications"))
    assert state(fan, publication) == State.SEEN
