"""What For You is computed from: bounded, the same however often, of no account more than once, nothing of who is gone."""

import math
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services
from feeds.models import Heat, Impression, Interest, NotInterested, Related, SourceHour, Taste
from feeds.services import figures
from tests.erasing import erase
from videos import services as videos
from videos.models import Like, Video
from videos.tests.factories import make_comment, make_video

pytestmark = pytest.mark.django_db
COMPUTE: list[Callable[[], int]] = [services.compute_heat, services.compute_tastes, services.compute_related]


@pytest.fixture
def mira() -> User:
    return make_account("mira")


@pytest.fixture
def fans() -> list[User]:
    return [make_account(f"fan{number}") for number in range(3)]


def heat(video: Video) -> float:
    return Heat.objects.get(pk=video.pk).heat


def now_in_days() -> float:
    return timezone.now().timestamp() / 86400


def tastes(account: User) -> dict[str, float]:
    rows = Taste.objects.filter(account_id=account.pk).values_list("tag__name", "weight")
    return {name: round(weight, 2) for name, weight in rows}


def everything() -> list[object]:
    return [
        *Heat.objects.order_by("pk").values(),
        *Taste.objects.order_by("account_id", "tag_id").values("account_id", "tag_id", "weight"),
        *Related.objects.order_by("video_id", "other_id").values("video_id", "other_id", "weight"),
    ]


@pytest.fixture
def world(alice: User, mira: User, fans: list[User]) -> list[Video]:
    made = [make_video(mira, caption=caption) for caption in ("#cats #zoo", "#cats", "#dogs")]
    for fan in fans:
        for video in made[:2]:
            videos.like(account=fan, video=video)
        videos.record_watch(viewer=fan, video=made[2], ms=8000)
    return made


def test_run_twice_nothing_is_written(world: list[Video]) -> None:
    assert [compute() for compute in COMPUTE] == [3, 3, 3]
    before = everything()
    assert len(before) > 10
    assert [compute() for compute in COMPUTE] == [0, 0, 0]
    assert everything() == before


def test_killed_in_the_middle_the_old_figures_stand(world: list[Video], monkeypatch: pytest.MonkeyPatch) -> None:
    for compute in COMPUTE:
        compute()
    before = everything()
    bob = make_account("bob")
    for video in world:
        videos.like(account=bob, video=video)

    for compute in COMPUTE:
        with pytest.raises(RuntimeError), transaction.atomic():
            compute()
            raise RuntimeError
    assert everything() == before
    monkeypatch.setattr(figures, "VIDEOS_AT_ONCE", 1)
    real, runs = figures._run, []

    def dies_at_the_second(statement: str, **values: object) -> None:
        runs.append(values)
        if len(runs) == 2:
            raise RuntimeError
        real(statement, **values)

    monkeypatch.setattr(figures, "_run", dies_at_the_second)
    with pytest.raises(RuntimeError):
        services.compute_related()
    assert Related.objects.count() == 6  # each video still has its kin
    monkeypatch.setattr(figures, "_run", real)
    assert services.compute_related() == 2  # the first chunk stays done


# --- Heat -----------------------------------------------------------------------------------------------------


def test_what_is_liked_by_more_people_is_hotter(mira: User, fans: list[User]) -> None:
    many, few = make_video(mira), make_video(mira)
    for fan in fans:
        videos.like(account=fan, video=many)
    videos.like(account=fans[0], video=few)
    services.compute_heat()
    assert heat(many) - heat(few) == pytest.approx(math.log2(3), abs=0.001)
    assert heat(few) == pytest.approx(math.log2(3) + now_in_days(), abs=0.01)


def test_one_account_counts_once_whatever_it_does(mira: User, fans: list[User]) -> None:
    hammered, liked = make_video(mira), make_video(mira)
    for number in range(8):
        make_comment(fans[0], hammered, text=f"again {number}")
    videos.like(account=fans[0], video=hammered)
    videos.record_watch(viewer=fans[0], video=hammered, ms=8000)
    videos.like(account=fans[0], video=liked)
    make_comment(mira, liked)  # nobody heats their own
    services.compute_heat()
    assert heat(hammered) == pytest.approx(heat(liked), abs=0.001)


def test_watched_to_the_end_is_more_than_half(mira: User, fans: list[User]) -> None:
    whole, half = make_video(mira), make_video(mira)
    videos.record_watch(viewer=fans[0], video=whole, ms=8000)
    videos.record_watch(viewer=fans[0], video=half, ms=4000)
    services.compute_heat()
    assert heat(whole) - heat(half) == pytest.approx(1, abs=0.001)


def test_each_day_halves_it_and_after_a_week_it_is_cold(mira: User, fans: list[User]) -> None:
    fresh, old, cold = (make_video(mira) for _ in range(3))
    for video, days in ((fresh, 0), (old, 2), (cold, 8)):
        videos.like(account=fans[0], video=video)
        Like.objects.filter(video=video).update(created_at=timezone.now() - timedelta(days=days))
    services.compute_heat()
    assert heat(fresh) - heat(old) == pytest.approx(2, abs=0.001)
    assert not Heat.objects.filter(pk=cold.pk).exists()
    Like.objects.filter(video=old).update(created_at=timezone.now() - timedelta(days=8))
    assert services.compute_heat() == 1
    assert set(Heat.objects.values_list("pk", flat=True)) == {fresh.pk}


def test_who_is_suspended_heats_nothing_and_what_is_not_for_everyone_has_none(mira: User, fans: list[User]) -> None:
    shown = make_video(mira)
    videos.like(account=fans[0], video=shown)
    hidden = make_video(mira)
    videos.like(account=fans[1], video=hidden)
    services.compute_heat()
    videos.edit(creator=mira, video=hidden, visibility="followers")
    accounts.suspend(account=fans[0], by=make_account("moderator", is_staff=True, is_superuser=True), reason="test")
    services.compute_heat()
    assert not Heat.objects.exists()


def test_only_the_newest_acts_are_looked_at(mira: User, fans: list[User], monkeypatch: pytest.MonkeyPatch) -> None:
    made = [make_video(mira) for _ in range(3)]
    for video in made:
        videos.like(account=fans[0], video=video)
    monkeypatch.setattr(figures, "ACTS", 2)
    services.compute_heat()
    assert set(Heat.objects.values_list("pk", flat=True)) == {video.pk for video in made[1:]}


# --- Tastes ---------------------------------------------------------------------------------------------------


def test_a_taste_is_which_part_was_about_what(alice: User, mira: User) -> None:
    cats, dogs, both = (make_video(mira, caption=caption) for caption in ("#cats", "#dogs", "#cats #dogs"))
    videos.like(account=alice, video=cats)
    videos.record_watch(viewer=alice, video=dogs, ms=4000)
    videos.record_watch(viewer=alice, video=both, ms=4000)
    assert services.compute_tastes() == 1
    assert tastes(alice) == {"cats": 0.78, "dogs": 0.22}
    videos.unlike(account=alice, video=cats)
    videos.like(account=alice, video=dogs)
    services.compute_tastes()
    assert tastes(alice) == {"cats": 0.12, "dogs": 0.88}


def test_what_was_long_ago_says_less_and_then_nothing(alice: User, mira: User) -> None:
    cats, dogs, birds = (make_video(mira, caption=caption) for caption in ("#cats", "#dogs", "#birds"))
    for video, days in ((cats, 14), (dogs, 0), (birds, 100)):
        videos.like(account=alice, video=video)
        Like.objects.filter(video=video).update(created_at=timezone.now() - timedelta(days=days))
    services.compute_tastes()
    assert tastes(alice) == {"dogs": 0.67, "cats": 0.33}


def test_only_who_did_something_since_is_computed(world: list[Video], fans: list[User]) -> None:
    assert services.compute_tastes() == 3
    assert services.compute_tastes() == 0
    videos.like(account=fans[0], video=world[2])
    assert services.compute_tastes() == 1


def test_a_taste_costs_the_same_statements_however_many_accounts(world: list[Video]) -> None:
    def cost() -> int:
        Taste.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            services.compute_tastes()
        return len(queries)

    one = cost()
    for number in range(10):
        videos.like(account=make_account(f"more{number}"), video=world[0])
    assert cost() == one
    assert Taste.objects.values("account_id").distinct().count() == 13


# --- Related --------------------------------------------------------------------------------------------------


def related(video: Video) -> list[int]:
    return list(Related.objects.filter(video_id=video.pk).order_by("-weight").values_list("other_id", flat=True))


def test_related_is_what_the_same_people_like_against_what_everybody_does(mira: User, fans: list[User]) -> None:
    seed, kin, hit, alone = (make_video(mira) for _ in range(4))
    for fan in fans:
        for video in (seed, kin, hit):
            videos.like(account=fan, video=video)
    for number in range(6):
        videos.like(account=make_account(f"crowd{number}"), video=hit)
    videos.like(account=fans[0], video=alone)
    services.compute_related()
    assert related(seed) == [kin.pk, hit.pk]
    assert related(alone) == [], "one person's likes are not to be read from it"
    assert all(0 < weight <= 1 for weight in Related.objects.values_list("weight", flat=True))


def test_a_video_has_at_most_twenty(mira: User, fans: list[User]) -> None:
    made = [make_video(mira) for _ in range(24)]
    for fan in fans[:2]:
        for video in made:
            videos.like(account=fan, video=video)
    assert services.compute_related() == 24
    assert {len(related(video)) for video in made} == {20}


def test_what_was_removed_is_related_to_nothing(world: list[Video], mira: User) -> None:
    services.compute_related()
    videos.remove(by=mira, video=world[0])
    services.prune_figures()
    assert not Related.objects.filter(other_id=world[0].pk).exists()
    assert not Related.objects.filter(video_id=world[0].pk).exists()
    videos.like(account=make_account("bob"), video=world[1])
    services.compute_related()
    assert related(world[1]) == [world[2].pk]


# --- What sources bring ---------------------------------------------------------------------------------------


def test_each_source_is_measured_by_what_came_of_it(alice: User, mira: User, fans: list[User]) -> None:
    one, two, three = (make_video(mira) for _ in range(3))
    shown = [(one.pk, "taste"), (two.pk, "taste"), (three.pk, "new"), (three.pk + 99, "new"), (one.pk, "nonsense")]
    assert services.count_impressions(viewer_id=alice.pk, shown=shown) == 3
    assert services.count_impressions(viewer_id=alice.pk, shown=[(one.pk, "new")]) == 0
    assert services.count_impressions(viewer_id=mira.pk, shown=[(one.pk, "new")]) == 0
    videos.record_watch(viewer=alice, video=one, ms=8000)
    videos.like(account=alice, video=one)
    videos.like(account=fans[0], video=two)
    for _ in range(2):
        services.count_sources()
        totals = SourceHour.objects.values("source").annotate(s=Sum("shown"), w=Sum("watched"), n=Sum("liked"))
        assert sorted(totals.values_list("source", "s", "w", "n")) == [("new", 1, 0, 0), ("taste", 2, 1, 1)]


def test_whoever_runs_the_site_reads_it_by_day(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    hour = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
    for back, source, shown, watched in (
        (0, "new", 4, 1),
        (1, "new", 4, 1),
        (0, "taste", 9, 9),
        (24 * 30, "new", 1, 0),
    ):
        SourceHour.objects.create(
            hour=hour - timedelta(hours=back), source=source, shown=shown, watched=watched, liked=0
        )
    mona = make_account("mona", is_staff=True)
    mona.groups.add(Group.objects.get(name="Moderators"))
    client.force_login(mona)
    desk = " ".join(client.get(reverse("admin:feeds_auditrun_sources")).content.decode().split())
    assert 'has a tag that you watch</th> <td class="pr-4 text-right">9</td>' in desk
    assert desk.index("has a tag that you watch") < desk.index('<td class="pr-4 text-right">25%</td>')
    client.force_login(make_account("nobody"))
    assert client.get(reverse("admin:feeds_auditrun_sources")).status_code == 302
    call_command("sources", days=7)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [(line[1], line[2], line[3], line[4]) for line in lines] == [
        ("taste", "9", "9", "(100%)"),
        ("new", "8", "2", "(25%)"),
    ]


def test_old_figures_go(alice: User, world: list[Video]) -> None:
    for compute in COMPUTE:
        compute()
    services.count_impressions(viewer_id=alice.pk, shown=[(world[0].pk, "new")])
    services.count_sources()
    services.prune_figures()
    assert all(model.objects.exists() for model in (Related, Taste, Impression, SourceHour))
    long_ago = timezone.now() - timedelta(days=500)
    Related.objects.update(computed_at=long_ago)
    Taste.objects.update(computed_at=long_ago)
    Impression.objects.update(at=long_ago)
    SourceHour.objects.bulk_create([SourceHour(hour=long_ago, source="new", shown=1, watched=0, liked=0)])
    services.prune_figures()
    assert not any(model.objects.exists() for model in (Related, Taste, Impression))
    assert not SourceHour.objects.filter(hour__lte=long_ago).exists()


# --- Erased accounts ------------------------------------------------------------------------------------------


def test_an_erased_account_leaves_no_figures_and_no_wishes(alice: User, mira: User, fans: list[User]) -> None:
    own, others = make_video(alice, caption="#cats"), make_video(mira, caption="#cats")
    for account in (alice, *fans):
        for video in {own, others} - {own if account == alice else None}:
            videos.like(account=account, video=video)
    for compute in COMPUTE:
        compute()
    services.count_impressions(viewer_id=alice.pk, shown=[(others.pk, "new")])
    services.choose_interests(account=alice, tags=["cats"])
    services.turn_down(account=alice, video=others)
    services.turn_down(account=fans[0], video=own, whole_creator=True)
    erase(alice)
    for gone in (
        Heat.objects.filter(pk=own.pk),
        Related.objects.filter(video_id=own.pk) | Related.objects.filter(other_id=own.pk),
        Taste.objects.filter(account_id=alice.pk),
        Interest.objects.all(),
        NotInterested.objects.all(),
        Impression.objects.filter(viewer_id=alice.pk),
    ):
        assert not gone.exists(), gone.model
    assert Heat.objects.filter(pk=others.pk).exists()
    assert Taste.objects.filter(account_id=fans[0].pk).exists()
    for compute in COMPUTE:
        compute()
    assert not Taste.objects.filter(account_id=alice.pk).exists()
    assert not Related.objects.filter(other_id=own.pk).exists()
