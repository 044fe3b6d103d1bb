"""Followers gained and lost: sums that are the number of followers, causes that betray nobody."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services
from follows.machine import TRANSITIONS, Cause
from follows.selectors import counts
from follows.stats import GAINED, LOST, PERIODS, followers_growth

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]
STATS = reverse("follows:followers_stats")


def test_every_cause_that_gains_or_loses_a_follower_has_words():
    gaining = {cause for cause, changes in TRANSITIONS.items() if any(b != "active" == a for b, a in changes)}
    losing = {cause for cause, changes in TRANSITIONS.items() if any(b == "active" != a for b, a in changes)}
    assert set(GAINED) == gaining
    assert set(LOST) == losing


@pytest.mark.parametrize("by", PERIODS)
def test_by_cause_and_in_sum(bob, by):
    a, b, c, d, e = (make_account(f"fan{n}") for n in range(5))
    for fan in (a, b, c, d):
        services.follow(follower=fan, followee=bob)
    services.unfollow(follower=a, followee=bob)
    services.restore(follower=a, followee=bob)
    services.block(blocker=b, blocked=bob)
    services.block(blocker=bob, blocked=c)
    services.remove_follower(followee=bob, follower=d)
    User.objects.filter(pk=bob.pk).update(is_private=True)
    services.follow(follower=e, followee=bob)
    services.approve(followee=bob, follower=e)
    growth = followers_growth(bob.pk, by=by)
    assert growth.gained_in_words == {
        "Followed you": 4,
        "You approved their request": 1,
        "Took their unfollow back": 1,
    }
    assert growth.lost_in_words == {"Unfollowed you": 2, "You removed them": 1, "You blocked them": 1}
    assert sum(growth.gained_by.values()) == growth.gained
    assert sum(growth.lost_by.values()) == growth.lost
    assert growth.gained - growth.lost == counts(bob.pk).followers == 2
    assert len(growth.periods) == PERIODS[by]
    assert (growth.periods[-1].gained, growth.periods[-1].net) == (6, 2)


@pytest.mark.parametrize("by", PERIODS)
def test_periods_join_up_and_end_now(bob, by):
    begins = [period.begins for period in followers_growth(bob.pk, by=by).periods]
    today = timezone.now().astimezone(UTC).date()
    assert begins == sorted(set(begins))
    assert begins[-1] <= today
    assert (today - begins[-1]).days <= {"day": 0, "week": 6, "month": 30}[by]
    if by == "month":
        assert {each.day for each in begins} == {1}
    else:
        length = {"day": 1, "week": 7}[by]
        assert all((later - sooner).days == length for sooner, later in pairwise(begins))


def test_requests_are_no_followers(bob):
    User.objects.filter(pk=bob.pk).update(is_private=True)
    fan = make_account("fan")
    services.follow(follower=fan, followee=bob)
    services.decline(followee=bob, follower=fan)
    growth = followers_growth(bob.pk)
    assert (growth.gained, growth.lost) == (0, 0)


def test_the_page_says_numbers_and_no_names(client, bob):
    fan = make_account("fan", name="Frederick")
    services.follow(follower=fan, followee=bob)
    services.block(blocker=fan, blocked=bob)
    client.force_login(bob)
    page = client.get(STATS).content.decode()
    assert "Unfollowed you" in page
    assert "blocked" not in page.lower()
    assert "Frederick" not in page
    assert "fan" not in page.replace("fanout", "")


@pytest.mark.parametrize("by", ["", "day", "week", "month", "year", "\x00", "'; --"])
def test_any_length_of_period_has_an_answer(client, bob, by):
    client.force_login(bob)
    response = client.get(STATS, {"by": by})
    assert response.status_code == 200
    assert "Nobody followed or unfollowed you in this time." in response.content.decode()


def test_only_for_oneself(client):
    assert client.get(STATS).url.startswith(reverse("account_login"))


def test_a_period_begins_at_midnight_utc(bob):
    begins = followers_growth(bob.pk).periods[-1].begins
    assert begins == datetime.now(UTC).date()


def test_no_words_twice():
    assert Cause.REQUESTED not in GAINED
    assert len(set(GAINED.values())) == len(GAINED)
    assert len(set(LOST.values())) == len(LOST)
