"""Figures of videos are what happened to them, however it was counted; and nothing that is shown tells of one viewer."""

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows.tests.past import forced
from follows.tests.test_erasure import begin
from socialvideo.lib import marks
from socialvideo.lib.audit import breaches
from socialvideo.lib.quarters import BEGINNING, QUARTER
from socialvideo.lib.spans import Span
from socialvideo.lib.testing import in_threads, worlds
from videos import services
from videos.audit import CHECKS
from videos.models import Comment, TallyMark, Video, VideoCount, VideoEvent, VideoTally, Watch
from videos.selectors import figures
from videos.selectors.figures import video_figures
from videos.services import retention, tallies
from videos.tallies import ALL, COLUMNS, TOLD
from videos.tests.factories import make_comment, make_video
from videos.tests.past import at, count
from videos.watching import Source

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIGURES = [check for check in CHECKS if "figures" in check.name]
SURFACES = ["following", "search", ""]
Rows = dict[tuple[int, str, datetime], tuple[int, ...]]


@pytest.fixture(autouse=True)
def truth(db: None) -> Iterator[None]:
    """After each of these tests the audit finds figures, counts and events to be the same."""
    yield
    assert {check.name: breaches(check) for check in FIGURES} == dict.fromkeys([check.name for check in FIGURES], 0)


def days(first: int, last: int) -> Span:
    """Of March."""
    return Span(date(2026, 3, first), date(2026, 3, last), "day", UTC)


def watch(viewer: User, video: Video, ms: int, source: str = "") -> None:
    """As long as it says: nobody waits in these tests."""
    Watch.objects.filter(viewer=viewer, video=video).update(last_at=timezone.now() - timedelta(hours=1))
    services.record_watch(viewer=viewer, video=video, ms=ms, source=source)


def rows() -> Rows:
    names = ("video_id", "source", "quarter", *COLUMNS, *TOLD)
    return {tuple(row[:3]): tuple(row[3:]) for row in VideoTally.objects.values_list(*names)}


def replayed(grain: timedelta = QUARTER) -> Rows:
    """The same in a few lines of Python, from the events before the mark."""
    happened: dict[tuple[int, str, datetime], Counter[str]] = defaultdict(Counter)
    mark = TallyMark.objects.get().until
    for event in VideoEvent.objects.filter(happened_at__lt=mark):
        quarter = event.happened_at - (event.happened_at - BEGINNING) % grain
        for source in (ALL, event.source) if event.views or event.watched_ms else (ALL,):
            happened[event.video_id, source, quarter].update({name: getattr(event, name) for name in COLUMNS})
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0] * len(COLUMNS))
    told: dict[tuple[int, str], tuple[int, ...]] = defaultdict(lambda: (0, 0, 0))
    found: Rows = {}
    for (video, source, quarter), changes in sorted(happened.items(), key=lambda item: item[0][2]):
        sums[video, source] = [
            so_far + changes[name] for so_far, name in zip(sums[video, source], COLUMNS, strict=True)
        ]
        views, _, *watched = sums[video, source][:4]
        if views - told[video, source][0] >= 10:
            told[video, source] = (views, *watched)
        found[video, source, quarter] = (*sums[video, source], *told[video, source])
    return found


def some_act(chance: random.Random, people: list[User], videos: list[Video]) -> None:
    """By anybody to anything; what is refused leaves nothing."""
    person, video = chance.choice(people), chance.choice(videos)
    acts = [
        *[lambda: watch(person, video, chance.choice([3000, 5000, 7700]), chance.choice(SURFACES))] * 6,
        lambda: services.like(account=person, video=video),
        lambda: services.unlike(account=person, video=video),
        lambda: services.repost(account=person, video=video),
        lambda: services.save(account=person, video=video),
        lambda: make_comment(person, video),
        lambda: Comment.objects.filter(author=person).update(removed_at=timezone.now()),
        lambda: Watch.objects.filter(viewer=person).delete(),
        lambda: tallies.count_share(video.pk),
    ]
    try:
        with transaction.atomic():
            chance.choice(acts)()
    except services.Refused:
        pass


@pytest.mark.parametrize("seed", range(worlds(2)["max_examples"]))
def test_step_by_step_killed_and_anew_it_is_what_happened(seed, monkeypatch):
    chance = random.Random(seed)
    people = [make_account(f"p{n}") for n in range(14)]
    videos = [make_video(creator) for creator in people[:2]]
    moment = MONDAY
    for _ in range(90):
        moment += timedelta(minutes=chance.choice([1, 20, 600, 3000]))
        with at(moment):
            some_act(chance, people, videos)
    monkeypatch.setattr(marks, "STEP", timedelta(days=chance.choice([1, 10, 100])))
    with monkeypatch.context() as power:
        power.setattr(marks, "_MOVE", "SELECT 1 / 0, %(until)s::timestamptz")
        with pytest.raises(DatabaseError, match="division"), transaction.atomic():
            count()
    assert not VideoTally.objects.exists()
    count()
    said = rows()
    assert said == replayed()
    assert any(figures[-3] for figures in said.values())
    count()
    call_command("rebuild_video_figures")
    assert rows() == said


def test_what_is_written_down_and_what_it_says(alice):
    video, fans = make_video(alice), [make_account(f"fan{n}") for n in range(12)]
    with at(MONDAY):
        for n, fan in enumerate(fans):
            watch(fan, video, 4000, Source.SEARCH if n < 11 else Source.LINK)
            services.like(account=fan, video=video)
        watch(fans[0], video, 3700, Source.LINK)  # in all 96 %; a watch stays where it began
        tallies.count_share(video.pk)
        make_comment(fans[0], video)
    with at(MONDAY + timedelta(days=1)):
        services.unlike(account=fans[0], video=video)
        services.repost(account=fans[0], video=video)
    count()
    found = video_figures(video, days(1, 4))
    first, second = found.periods[1:3]
    assert (first.views, first.likes, first.comments, first.shares, first.timed) == (12, 12, 1, 1, 12)
    assert (first.watched_ms, first.average_ms, first.completed) == (12 * 4000 + 3700, 4308, 1)
    assert first.completion == pytest.approx(100 / 12)
    assert (second.views, second.likes, second.reposts, second.watched_ms, second.average_ms) == (0, -1, 1, None, None)
    assert (found.sums.likes, found.sums.views) == (11, 12)
    assert (found.sources, found.untold) == ({Source.SEARCH: 11}, 1)
    assert video_figures(video, days(3, 4)).sums.likes == -1
    assert [(best.video, best.views) for best in figures.best_videos(alice.pk, days(1, 4))] == [(video, 12)]
    assert figures.best_videos(alice.pk, days(3, 4)) == []


def test_of_many_videos_the_best_alone_are_read(alice, bob, monkeypatch):
    videos = [make_video(alice) for _ in range(4)]
    with at(MONDAY):
        for video in videos:
            watch(bob, video, 4000)
    count()
    read, load = [], Video.from_db
    monkeypatch.setattr(Video, "from_db", lambda *row: read.append(row) or load(*row))
    assert [each.video for each in figures.best_videos(alice.pk, days(1, 4), most=2)] == [videos[3], videos[2]]
    assert len(read) == 2


def test_events_name_nobody_and_stand(alice, bob):
    video = make_video(alice)
    watch(bob, video, 4000)
    names = {field.name for field in VideoEvent._meta.get_fields()}
    assert names == {"id", "video_id", "source", "happened_at", *COLUMNS}
    for rewritten in ("UPDATE videos_videoevent SET views = 5", "DELETE FROM videos_videoevent"):
        with pytest.raises(DatabaseError, match="never"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(rewritten)


def test_no_two_readings_differ_by_less_than_ten_viewers(alice):
    """Whoever knows all chosen days, at every quarter of an hour, and subtracts whatever from whatever."""
    chance = random.Random(9)
    video, said = make_video(alice), {}
    for n in range(60):
        with at(MONDAY + timedelta(hours=3 * n)):
            watch(make_account(f"fan{n}"), video, chance.randrange(3000, 8000), chance.choice(["search", "link"]))
    count()
    final = TallyMark.objects.get().until
    with forced() as sql:  # as it was read then, each time up to the mark of that moment
        sql("DELETE FROM videos_videotally; UPDATE videos_tallymark SET until = %s", [MONDAY])
    readings: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for hours in range(0, 190, 7):
        tallies._count(TallyMark.objects.get().until, MONDAY + timedelta(hours=hours))
        for last in range(2, 11):
            found = video_figures(video, days(1, last))
            readings["time"].append((found.sums.timed, found.sums.watched_ms or 0, found.sums.completed or 0))
            for source in ("search", "link"):
                readings[source].append((found.sources.get(source, 0),))
        found = video_figures(video, days(1, 10))
        said[hours] = [(each.timed, each.watched_ms) for each in found.periods]
        assert all(timed == 0 or timed >= 10 for timed, _ in said[hours])
    for kind, known in readings.items():
        for one, other in combinations(sorted(set(known)), 2):
            assert abs(other[0] - one[0]) >= 10, f"{kind}: {one} and {other}"
        assert max(known)[0] >= 20
    tallies._count(MONDAY + timedelta(hours=189), final)
    assert rows() == replayed()


@pytest.mark.parametrize(
    ("zone", "last"),
    [
        ("Africa/Cairo", date(2025, 4, 25)),
        ("America/Havana", date(2025, 3, 9)),
        ("Atlantic/Azores", date(2025, 10, 26)),
    ],
)
def test_where_clocks_change_at_midnight_each_day_has_its_views(alice, zone, last):
    video, end = make_video(alice), datetime.combine(last, datetime.min.time(), UTC)
    for hours in (-36, 12, 36):
        with at(end + timedelta(hours=hours)):
            watch(make_account(f"fan{hours + 36}"), video, 5000)
    count()
    span = Span(last - timedelta(days=2), last + timedelta(days=2), "day", ZoneInfo(zone))
    found = video_figures(video, span)
    assert ([each.views for each in found.periods], found.sums.views) == ([1, 0, 1, 1, 0], 3)


def test_of_few_viewers_nothing_is_told_but_that_they_came(alice):
    video = make_video(alice)
    with at(MONDAY):
        for n in range(9):
            watch(make_account(f"fan{n}"), video, 7900, Source.SEARCH)
    count()
    found = video_figures(video, days(1, 4))
    assert (found.sums.views, found.sums.watched_ms, found.sums.average_ms, found.sums.completion) == (
        9,
        None,
        None,
        None,
    )
    assert (found.sources, found.untold) == ({}, 9)


def test_forgotten_watches_and_erased_viewers_change_no_figure(alice, settings):
    video, fans = make_video(alice), [make_account(f"fan{n}") for n in range(11)]
    with at(MONDAY):
        for fan in fans:
            watch(fan, video, 5000)
    settings.KEEP_WATCHES_DAYS = 90
    Watch.objects.exclude(viewer=fans[0]).update(last_at=MONDAY - timedelta(days=900))
    retention.prune_watches()
    Watch.objects.filter(viewer=fans[0]).delete()
    counts = VideoCount.objects.get(video=video)
    assert (counts.views, counts.past_views) == (10, 10)
    count()
    found = video_figures(video, days(1, 4))
    assert (found.sums.views, found.sums.watched_ms) == (11, 55_000)


def test_old_events_go_in_chunks_and_the_figures_stand(alice, settings, monkeypatch):
    settings.KEEP_VIDEO_EVENTS_DAYS = 30
    monkeypatch.setattr(tallies, "EVENTS_AT_ONCE", 3)
    video, fans = make_video(alice), [make_account(f"fan{n}") for n in range(25)]
    for n, fan in enumerate(fans):
        with at(MONDAY + timedelta(hours=n)):
            watch(fan, video, 5000)
    with at(timezone.now() - timedelta(hours=1)):
        watch(make_account("later"), video, 5000)
    tallies.prune_events()
    assert VideoEvent.objects.count() == 26, "what is not counted is kept"
    count()
    said = rows()
    while tallies.prune_events():
        pass
    assert VideoEvent.objects.count() == 1
    count()
    assert rows() == said
    assert max(figures for (_, source, _), figures in said.items() if source == ALL)[0] == 26
    tallies.rebuild_tallies()
    assert rows() == said
    settings.KEEP_VIDEO_EVENTS_DAYS = 0
    assert not tallies.prune_events()


@pytest.mark.parametrize("wrong", ["views = views + 1", "likes = 7", "told_views = 1", "source = 'search'"])
def test_the_audit_names_figures_that_are_not_what_happened(alice, bob, wrong):
    video = make_video(alice)
    with at(MONDAY):
        watch(bob, video, 5000)
        services.like(account=bob, video=video)
    count()
    with forced() as sql:
        sql(f"UPDATE videos_videotally SET {wrong} WHERE source = '{ALL}'")
    assert sum(breaches(check) for check in FIGURES) >= 1
    tallies.rebuild_tallies()


def test_an_erased_creator_leaves_no_figures(alice, bob):
    videos = [make_video(creator) for creator in (alice, bob)]
    with at(MONDAY):
        watch(bob, videos[0], 5000)
        watch(alice, videos[1], 5000)
    count()
    begin(alice)
    assert tallies.forget_tallies(alice.pk) == 2
    assert tallies.forget_tallies(alice.pk) == 0
    for _ in range(2):
        assert {video for video, _, _ in rows()} == {videos[1].pk}
        tallies.rebuild_tallies()


def test_pages_cost_the_same_for_one_video_and_for_ten(alice, bob, django_assert_max_num_queries):
    make_video(alice)
    for _ in range(2):
        with django_assert_max_num_queries(5):
            page = figures.figures_page(alice.pk, span=days(1, 4))
        for _ in range(9):
            make_video(alice)
    assert len(page.items) == 10
    assert [row.video for row in figures.every_row(alice.pk)] == list(Video.objects.order_by("-pk"))
    assert figures.figures_page(bob.pk).items == []
    with django_assert_max_num_queries(5):
        video_figures(page.items[0].video, days(1, 30))


# --- Many at once ----------------------------------------------------------------------------------------------------


@pytest.fixture
def to_the_microsecond(monkeypatch) -> Iterator[None]:
    """So that a mark moves many times in a second, and not at its quarters alone."""
    monkeypatch.setattr(marks, "whole_quarter", lambda moment: moment)
    monkeypatch.setattr(tallies, "_COUNT", tallies._COUNT.replace("15 minutes", "1 microsecond"))
    yield
    VideoTally.objects.all().delete()
    TallyMark.objects.all().delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("to_the_microsecond")
def test_transactions_that_end_late_are_missed_by_none_of_those_who_count():
    video, fans = make_video(make_account("creator")), [make_account(f"fan{n}") for n in range(11)]
    over = threading.Event()

    def slowly(fan: User) -> None:
        for act in (services.like, services.unlike, services.like):
            with transaction.atomic():
                tallies.count_share(video.pk)
                time.sleep(random.random() / 20)
                act(account=fan, video=video)

    def keep_counting() -> None:
        while not over.is_set():
            count()
        connections.close_all()

    counters = [threading.Thread(target=keep_counting) for _ in range(2)]
    for each in counters:
        each.start()
    in_threads(*[lambda fan=fan: slowly(fan) for fan in fans])
    over.set()
    for each in counters:
        each.join()
    count()
    said = rows()
    assert said == replayed(timedelta(microseconds=1))
    last = max(quarter for _, _, quarter in said)
    assert dict(zip(COLUMNS, said[video.pk, ALL, last][: len(COLUMNS)], strict=True)) | {
        "watched_ms": 0
    } == dict.fromkeys(COLUMNS, 0) | {"likes": 11, "shares": 33}
    tallies.rebuild_tallies()
    assert rows() == said


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("to_the_microsecond")
def test_the_mark_waits_for_whoever_is_still_writing():
    video = make_video(make_account("creator"))
    with transaction.atomic():
        tallies.count_share(video.pk)
        in_threads(count)
        assert TallyMark.objects.get().until <= VideoEvent.objects.get().happened_at
    in_threads(count)
    assert rows() == replayed(timedelta(microseconds=1)) != {}
