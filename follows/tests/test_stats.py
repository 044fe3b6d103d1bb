"""Followers gained and lost: sums that are the number of followers, causes that betray nobody, the creator's own days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services
from follows.machine import TRANSITIONS, Cause
from follows.models import FollowLapse, FollowTally, TallyMark
from follows.origins import Origin, Source
from follows.selectors import counts
from follows.stats import GAINED, LOST, SOURCES, followers_growth, retention, unfollows_from, usual_unfollows
from follows.tests.past import at, count
from socialvideo.lib.spans import BY, Span

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]
KATHMANDU = ZoneInfo("Asia/Kathmandu")


def last(days: int, by: str = "day", zone=UTC) -> Span:
    today = timezone.now().astimezone(zone).date()
    return Span(today - timedelta(days=days - 1), today, by, zone)


def ago(**span: int) -> datetime:
    return timezone.now() - timedelta(**span)


def test_every_cause_that_gains_or_loses_a_follower_has_words():
    gaining = {cause for cause, changes in TRANSITIONS.items() if any(b != "active" == a for b, a in changes)}
    losing = {cause for cause, changes in TRANSITIONS.items() if any(b == "active" != a for b, a in changes)}
    assert set(GAINED) == gaining - {Cause.IMPORTED}
    assert set(LOST) == losing
    assert set(SOURCES) == set(Source)
    assert all(len(set(words.values())) == len(words) for words in (GAINED, LOST, SOURCES))


@pytest.mark.parametrize("by", BY)
def test_by_cause_and_in_sum(bob, by):
    fans = [make_account(f"fan{n}") for n in range(36)]
    with at(ago(days=20)):
        for n, fan in enumerate(fans):
            source = Source.FOR_YOU if n < 12 else Source.PROFILE
            services.follow(follower=fan, followee=bob, origin=Origin(source))
    with at(ago(days=19)):
        for fan in fans[:9]:
            services.unfollow(follower=fan, followee=bob)
        services.block(blocker=fans[9], blocked=bob)
        for fan in fans[10:20]:
            services.remove_follower(followee=bob, follower=fan)
    count()
    services.follow(follower=fans[0], followee=bob)
    growth = followers_growth(bob.pk, last(28, by))
    assert growth.gained_by == {Cause.FOLLOWED: 36}
    assert growth.gained_from == {Source.PROFILE: 24, Source.FOR_YOU: 12}
    assert growth.lost_by == {Cause.UNFOLLOWED: 10, Cause.REMOVED: 10}
    assert (growth.gained, growth.lost) == (36, 20)
    assert growth.periods[-1].followers == 16 == counts(bob.pk).followers - 1
    assert [period.begins for period in growth.periods] == growth.span.beginnings
    before = followers_growth(bob.pk, last(28, by).before())
    assert (before.gained, before.periods[-1].followers) == (0, 0)
    shorter = followers_growth(bob.pk, Span(ago(days=20).date(), ago(days=20).date(), by, UTC))
    assert (shorter.gained, shorter.lost, shorter.periods[-1].followers) == (36, 0, 36)


def test_who_was_let_in_came_from_where_they_asked(bob):
    User.objects.filter(pk=bob.pk).update(is_private=True)
    fans = [make_account(f"fan{n}") for n in range(11)]
    with at(ago(days=3)):
        for fan in fans:
            services.follow(follower=fan, followee=bob, origin=Origin(Source.SEARCH))
        services.decline(followee=bob, follower=fans[10])
    with at(ago(days=2)):
        for fan in fans[:10]:
            services.approve(followee=bob, follower=fan, origin=Origin(Source.REQUESTS))
    count()
    growth = followers_growth(bob.pk, last(7))
    assert growth.gained_by == {Cause.APPROVED: 10}
    assert growth.gained_from == {Source.SEARCH: 10}
    assert growth.lost == 0


def test_few_are_not_told_apart(bob):
    with at(ago(days=2)):
        for n in range(12):
            services.follow(follower=make_account(f"fan{n}"), followee=bob, origin=Origin(Source.PROFILE))
        for n in range(3):
            services.follow(follower=make_account(f"other{n}"), followee=bob, origin=Origin(Source.SEARCH))
    count()
    growth = followers_growth(bob.pk, last(7))
    assert growth.gained == 15
    assert growth.gained_from == {Source.PROFILE: None, Source.SEARCH: None}


def test_a_day_is_the_creators_and_not_that_of_greenwich(bob):
    evening = datetime(2026, 3, 3, 18, 20, tzinfo=UTC)  # 0:05 of the next day in Kathmandu
    with at(evening):
        services.follow(follower=make_account("fan"), followee=bob)
    count()
    for zone, day in ((UTC, 3), (KATHMANDU, 4)):
        growth = followers_growth(bob.pk, Span(date(2026, 3, 1), date(2026, 3, 7), "day", zone))
        assert [period.begins.day for period in growth.periods if period.gained] == [day]
        assert [period.followers for period in growth.periods] == [0] * (day - 1) + [1] * (8 - day)


def test_what_is_not_counted_yet_is_no_zero(bob):
    with at(ago(days=2)):
        services.follow(follower=make_account("fan"), followee=bob)
    assert not any(period.is_counted for period in followers_growth(bob.pk, last(7)).periods)
    count()
    TallyMark.objects.update(until=ago(days=1))
    assert [period.is_counted for period in followers_growth(bob.pk, last(3)).periods] == [True, True, False]
    count()


def tally(account: User, at: datetime, number: int, change: str = "gained") -> None:
    cause = {"gained": "followed", "lost": "unfollowed"}[change]
    FollowTally.objects.create(account_id=account.pk, quarter=at, change=change, cause=cause, source="", number=number)


@pytest.fixture
def _made_up(truth: None) -> Iterator[None]:
    """Figures without a history, which the audit would name."""
    yield
    FollowTally.objects.all().delete()
    FollowLapse.objects.all().delete()


@pytest.mark.usefixtures("_made_up")
def test_how_long_new_followers_stay(bob):
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    tally(bob, monday, 12)
    tally(bob, monday + timedelta(days=6, hours=23, minutes=45), 8)
    tally(bob, monday + timedelta(days=7), 9)
    for weeks, number in ((0, 5), (1, 2), (8, 3)):
        FollowLapse.objects.create(account_id=bob.pk, quarter=monday, weeks=weeks, number=number)
    TallyMark.objects.update_or_create(id=1, defaults={"until": monday + timedelta(weeks=10, hours=1)})
    found = retention(bob.pk, UTC)
    [cohort] = found.shown
    assert (cohort.week, cohort.gained) == (date(2026, 3, 2), 20)
    assert cohort.stayed == {1: 15, 2: 13, 3: 13, 4: 13, 8: 13, 12: None}
    assert found.together == {1: 75, 2: 65, 3: 65, 4: 65, 8: 65, 12: None}
    assert {each.week: each.gained for each in found.cohorts}[date(2026, 3, 9)] == 9
    assert retention(make_account("nobody").pk, UTC).shown == []


def test_whoever_comes_back_is_gained_anew_and_stays_anew(bob):
    fans = [make_account(f"fan{n}") for n in range(10)]
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for days, act in ((0, services.follow), (3, services.unfollow), (14, services.restore), (30, services.unfollow)):
        with at(monday + timedelta(days=days)):
            for fan in fans:
                act(follower=fan, followee=bob)
    count()
    TallyMark.objects.update(until=monday + timedelta(weeks=13))
    stayed = {cohort.week: cohort.stayed for cohort in retention(bob.pk, UTC).shown}
    assert stayed[date(2026, 3, 2)][1] == 0
    assert [stayed[date(2026, 3, 16)][weeks] for weeks in (1, 2, 3)] == [10, 10, 0]


@pytest.mark.usefixtures("_made_up")
def test_unfollows_after_a_moment_and_what_is_usual(bob):
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    out = noon - timedelta(days=10)
    for days in range(1, 60):
        tally(bob, noon - timedelta(days=days), 11, "lost")
    tally(bob, out + timedelta(minutes=15), 30, "lost")
    TallyMark.objects.update_or_create(id=1, defaults={"until": noon - timedelta(hours=1)})
    after, before, lately = unfollows_from(
        bob.pk, [out + timedelta(minutes=5), noon - timedelta(days=80), noon - timedelta(days=2)]
    )
    assert (after.day, after.week, after.day_is_over, after.week_is_over) == (41, 107, True, True)
    assert (before.day, before.week) == (None, None)
    assert (lately.day_is_over, lately.week_is_over) == (True, False)
    assert usual_unfollows(bob.pk, UTC).day == 11
    assert usual_unfollows(make_account("nobody").pk, UTC).week is None
