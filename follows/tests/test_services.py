"""The acts and their replies. Every test ends with the whole graph being true."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services as account_services
from accounts.tests.factories import make_account
from follows import services
from follows.models import Block, CountDelta, EventOrigin, Follow, FollowCount, Mute
from follows.origins import Origin, Source
from follows.relations import LABELS
from follows.selectors import counts, relation, relations
from follows.services import Cause, FollowRefused
from follows.tests.truth import events_between

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]


def set_private(account, *, private=True):
    type(account).objects.filter(pk=account.pk).update(is_private=private)
    account.refresh_from_db()


def test_following_twice_is_following_once(alice, bob):
    first = services.follow(follower=alice, followee=bob)
    second = services.follow(follower=alice, followee=bob)
    assert first == second
    assert first.following
    assert len(events_between(alice, bob)) == 1
    assert counts(bob.pk).followers == 1


def test_unfollowing_twice_is_unfollowing_once(alice, bob):
    services.follow(follower=alice, followee=bob)
    first = services.unfollow(follower=alice, followee=bob)
    assert first == services.unfollow(follower=alice, followee=bob)
    assert first.button == "follow"
    assert [event.cause for event in events_between(alice, bob)] == ["followed", "unfollowed"]


def test_each_reply_has_a_higher_version_when_something_changed(alice, bob):
    versions = [
        services.follow(follower=alice, followee=bob).version,
        services.unfollow(follower=alice, followee=bob).version,
        services.follow(follower=alice, followee=bob).version,
        services.set_bell(follower=alice, followee=bob, notify="none").version,
    ]
    assert versions == sorted(set(versions))


def test_a_follow_and_an_unfollow_are_one_statement_each(alice, bob):
    for act in (services.follow, services.follow, services.unfollow, services.unfollow):
        with CaptureQueriesContext(connection) as captured:
            act(follower=alice, followee=bob)
        said = [query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        assert len(said) == 1


def test_a_private_account_is_asked(alice, bob):
    set_private(bob)
    assert services.follow(follower=alice, followee=bob).button == "requested"
    assert counts(bob.pk).followers == 0
    assert counts(bob.pk).requests == 1
    services.approve(followee=bob, follower=alice)
    assert relation(alice.pk, bob.pk).button == "following"
    assert relation(bob.pk, alice.pk).follows_me
    assert [event.cause for event in events_between(alice, bob)] == ["requested", "approved"]


def test_a_declined_request_can_be_made_again(alice, bob):
    set_private(bob)
    services.follow(follower=alice, followee=bob)
    services.decline(followee=bob, follower=alice)
    assert relation(alice.pk, bob.pk).button == "follow"
    assert services.follow(follower=alice, followee=bob).button == "requested"


def test_declining_an_approved_follower_changes_nothing(alice, bob):
    services.follow(follower=alice, followee=bob)
    services.decline(followee=bob, follower=alice)
    assert relation(alice.pk, bob.pk).following


def test_approving_nobody_is_harmless(alice, bob):
    assert not services.approve(followee=bob, follower=alice).follows_me
    assert not Follow.objects.exists()


def test_everyone_who_asked_follows_once_the_account_is_public(alice, bob):
    account_services.set_privacy(account=bob, is_private=True)
    services.follow(follower=alice, followee=bob)
    account_services.set_privacy(account=bob, is_private=False)
    assert relation(alice.pk, bob.pk).following
    assert events_between(alice, bob)[-1].cause == Cause.WENT_PUBLIC


def test_a_removed_follower_reads_that_the_other_side_ended_it(alice, bob):
    services.follow(follower=alice, followee=bob)
    services.remove_follower(followee=bob, follower=alice)
    event = events_between(alice, bob)[-1]
    assert (event.cause, event.actor_id) == (Cause.REMOVED, bob.pk)


def test_a_block_ends_both_edges_and_refuses_new_ones(alice, bob):
    services.follow(follower=alice, followee=bob)
    services.follow(follower=bob, followee=alice)
    assert services.block(blocker=alice, blocked=bob).button == "blocked"
    for follower, followee in ((alice, bob), (bob, alice)):
        with pytest.raises(FollowRefused) as refused:
            services.follow(follower=follower, followee=followee)
        assert refused.value.code == "blocked"
    assert relation(bob.pk, alice.pk).button == "follow"
    services.unblock(blocker=alice, blocked=bob)
    assert services.follow(follower=bob, followee=alice).following


def test_blocking_twice_is_blocking_once(alice, bob):
    services.block(blocker=alice, blocked=bob)
    services.block(blocker=alice, blocked=bob)
    assert Block.objects.count() == 1


def test_nobody_follows_blocks_or_mutes_themselves(alice):
    for act in (
        lambda: services.follow(follower=alice, followee=alice),
        lambda: services.block(blocker=alice, blocked=alice),
        lambda: services.mute(muter=alice, muted=alice),
    ):
        with pytest.raises(FollowRefused) as refused:
            act()
        assert refused.value.code == "self"


@pytest.mark.parametrize("column", ["suspended_at", "deactivated_at"])
def test_an_absent_account_keeps_its_edges_and_gets_no_new_ones(alice, bob, column):
    carol = make_account("carol")
    services.follow(follower=alice, followee=bob)
    type(bob).objects.filter(pk=bob.pk).update(**{column: timezone.now()})
    assert relation(alice.pk, bob.pk).following
    assert counts(bob.pk).followers == 1
    with pytest.raises(FollowRefused) as refused:
        services.follow(follower=carol, followee=bob)
    assert refused.value.code == "not_present"
    assert services.unfollow(follower=alice, followee=bob).button == "follow"


def test_the_limit_counts_requests_and_spares_repeats(alice, settings):
    settings.FOLLOW_LIMIT = 2
    others = [make_account(f"other{number}") for number in range(3)]
    set_private(others[1])
    services.follow(follower=alice, followee=others[0])
    services.follow(follower=alice, followee=others[1])
    with pytest.raises(FollowRefused) as refused:
        services.follow(follower=alice, followee=others[2])
    assert refused.value.code == "limit"
    assert services.follow(follower=alice, followee=others[0]).following
    services.unfollow(follower=alice, followee=others[1])
    assert services.follow(follower=alice, followee=others[2]).following


def test_the_limit_holds_for_who_only_ever_asked(alice, settings):
    """Requests are not in the counts of who makes them: there is nothing to sum."""
    settings.FOLLOW_LIMIT = 1
    shy = [make_account(f"shy{number}", is_private=True) for number in range(2)]
    assert services.follow(follower=alice, followee=shy[0]).state == "requested"
    with pytest.raises(FollowRefused) as refused:
        services.follow(follower=alice, followee=shy[1])
    assert refused.value.code == "limit"


def test_muting_keeps_the_edge(alice, bob):
    services.follow(follower=alice, followee=bob)
    services.mute(muter=alice, muted=bob, until=timezone.now() + timedelta(days=1))
    services.mute(muter=alice, muted=bob)
    assert Mute.objects.get().until is None
    assert relation(alice.pk, bob.pk).following
    services.unmute(muter=alice, muted=bob)
    assert not Mute.objects.exists()


def test_folding_changes_no_count(alice, bob):
    services.follow(follower=alice, followee=bob)
    services.follow(follower=bob, followee=alice)
    services.unfollow(follower=alice, followee=bob)
    before = counts(alice.pk), counts(bob.pk)
    assert services.fold_counts(at_most=2) == 2
    assert (counts(alice.pk), counts(bob.pk)) == before
    while services.fold_counts():
        pass
    assert not CountDelta.objects.exists()
    assert (counts(alice.pk), counts(bob.pk)) == before
    assert services.fold_counts() == 0


def test_deltas_of_an_erased_account_are_dropped(alice, bob):
    services.follow(follower=alice, followee=bob)
    services.unfollow(follower=alice, followee=bob)
    gone = bob.pk
    bob.delete()
    while services.fold_counts():
        pass
    assert not FollowCount.objects.filter(account_id=gone).exists()


def test_every_state_has_its_one_label(alice, bob):
    seen = {relation(alice.pk, bob.pk).button, relation(alice.pk, alice.pk).button}
    services.follow(follower=bob, followee=alice)
    seen.add(relation(alice.pk, bob.pk).button)
    services.follow(follower=alice, followee=bob)
    seen.add(relation(alice.pk, bob.pk).button)
    services.block(blocker=alice, blocked=bob)
    seen.add(relation(alice.pk, bob.pk).button)
    set_private(bob)
    services.unblock(blocker=alice, blocked=bob)
    seen.add(services.follow(follower=alice, followee=bob).button)
    assert seen == set(LABELS)


def test_many_relations_are_one_query(alice, django_assert_num_queries):
    others = [make_account(f"other{number}") for number in range(10)]
    services.follow(follower=alice, followee=others[3])
    with django_assert_num_queries(1):
        found = relations(alice.pk, [other.pk for other in others])
    assert [account_id for account_id, tie in found.items() if tie.following] == [others[3].pk]


def test_somebody_who_is_not_logged_in_follows_nobody(bob):
    assert relation(None, bob.pk).button == "follow"


def test_an_unfollow_taken_back_brings_bell_and_date_back(alice, bob):
    services.follow(follower=alice, followee=bob)
    services.set_bell(follower=alice, followee=bob, notify="none")
    before = Follow.objects.get()
    services.unfollow(follower=alice, followee=bob)
    for _ in range(2):
        assert services.restore(follower=alice, followee=bob).button == "following"
    after = Follow.objects.get()
    assert (after.notify, after.followed_at) == ("none", before.followed_at)
    assert events_between(alice, bob)[-1].cause == Cause.RESTORED


def test_what_the_other_side_ended_is_not_taken_back(alice, bob):
    services.follow(follower=alice, followee=bob)
    services.remove_follower(followee=bob, follower=alice)
    assert services.restore(follower=alice, followee=bob).button == "follow"


def test_a_block_and_its_end_move_the_version_without_an_edge(alice, bob):
    versions = [
        services.block(blocker=alice, blocked=bob).version,
        services.unblock(blocker=alice, blocked=bob).version,
        services.block(blocker=alice, blocked=bob).version,
    ]
    assert versions == sorted(set(versions))
    assert [event.cause for event in events_between(alice, bob)] == ["blocked", "unblocked", "blocked"]
    assert events_between(bob, alice) == []


def test_an_act_keeps_where_it_was_made(alice, bob):
    origin = Origin(source=Source.PROFILE, device="Firefox | Linux", session="digest")
    services.follow(follower=alice, followee=bob, origin=origin)
    (event,) = events_between(alice, bob)
    assert event.source == "profile"
    assert EventOrigin.objects.get(pk=event.pk).device == "Firefox / Linux"
