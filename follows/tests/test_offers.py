"""Names that nobody had when they were imported: offered when somebody takes them, once, each to be confirmed."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import services as account_services
from accounts.models import User
from accounts.tests.factories import make_account
from follows import selectors, services, tasks
from follows.models import BatchRow, Follow
from follows.signals import account_offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]
OFFERS = reverse("follows:offers")
SINCE = datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def told():
    """Who is told of which account."""
    heard: list[tuple[int, list[int]]] = []

    def hear(account_id: int, owner_ids: list[int], **_: object) -> None:
        heard.append((account_id, sorted(owner_ids)))

    account_offered.connect(hear)
    yield heard
    account_offered.disconnect(hear)


def imported(owner: User, *lines: str) -> None:
    text = "\n".join(["handle,notify,followed_at", *lines])
    services.confirm(batch=services.start_import(owner=owner, data=text.encode(), submit_key=uuid4()))


def offered(owner: User) -> list[str]:
    return [account.handle for account in selectors.offers_page(owner.pk).items]


@pytest.fixture
def mira(alice, django_capture_on_commit_callbacks) -> User:
    """Whom alice imported before there was a Mira."""
    imported(alice, f"mira,none,{SINCE.isoformat()}", "nobody,,")
    with django_capture_on_commit_callbacks(execute=True):
        return make_account("mira", name="Mira", bio="Potter")


def test_whoever_takes_an_imported_name_is_offered(alice, mira, told):
    tasks.offer(mira.pk)
    assert offered(alice) == ["mira"]
    assert selectors.offers_count(alice.pk) == 1
    assert told == [(mira.pk, [alice.pk])]
    assert not Follow.objects.exists()


def test_told_once(alice, mira, told):
    for _ in range(2):
        tasks.offer(mira.pk)
        tasks.sweep_imports()
    assert len(told) == 1


def test_the_sweep_finds_what_no_hint_named(alice, mira, told):
    tasks.sweep_imports()
    assert (offered(alice), told) == (["mira"], [(mira.pk, [alice.pk])])


def test_a_renamed_account_is_offered_too(alice, bob, told):
    imported(alice, "robert,,")
    account_services.update_profile(account=bob, handle="robert")
    tasks.offer(bob.pk)
    assert offered(alice) == ["robert"]


def test_and_not_any_more_when_it_gave_the_name_up(alice, mira):
    tasks.offer(mira.pk)
    account_services.update_profile(account=mira, handle="somebody")
    assert offered(alice) == []


@pytest.mark.parametrize("many", [1, 3])
def test_everybody_who_waits_is_told(many, told, monkeypatch):
    monkeypatch.setattr("follows.services.offers.TOLD_AT_ONCE", 2)
    waiting = [make_account(f"waiting{n}") for n in range(many)]
    for owner in waiting:
        imported(owner, "mira,,")
    mira = make_account("mira")
    tasks.offer(mira.pk)
    assert sorted(owner_id for _, owners in told for owner_id in owners) == [owner.pk for owner in waiting]


def test_nothing_is_offered_before_the_import_is_confirmed_nor_to_the_account_itself(alice, told):
    services.start_import(owner=alice, data=b"handle\nmira\n", submit_key=uuid4())
    mira = make_account("mira")
    tasks.sweep_imports()
    imported(mira, "nina,,")
    account_services.update_profile(account=mira, handle="nina")
    tasks.sweep_imports()
    assert told == []
    assert offered(alice) == offered(mira) == []


@pytest.mark.parametrize("state", ["suspended_at", "deactivated_at"])
def test_who_is_not_present_is_offered_once_they_are(alice, mira, told, state):
    User.objects.filter(pk=mira.pk).update(**{state: timezone.now()})
    tasks.sweep_imports()
    assert (offered(alice), told) == ([], [])
    User.objects.filter(pk=mira.pk).update(**{state: None})
    tasks.sweep_imports()
    assert offered(alice) == ["mira"]


@pytest.mark.parametrize("blocker", ["alice", "mira"])
def test_across_a_block_nobody_is_offered(alice, mira, blocker):
    tasks.offer(mira.pk)
    pair = {"alice": (alice, mira), "mira": (mira, alice)}[blocker]
    services.block(blocker=pair[0], blocked=pair[1])
    assert offered(alice) == []


def test_who_is_followed_already_is_not_offered(alice, mira, told):
    services.follow(follower=alice, followee=mira)
    tasks.offer(mira.pk)
    assert (offered(alice), told) == ([], [])


def test_accepting_follows_with_bell_and_date(alice, mira):
    tasks.offer(mira.pk)
    assert services.accept_offer(owner=alice, account=mira).following
    edge = Follow.objects.get()
    assert (edge.notify, edge.followed_at) == ("none", SINCE)
    assert offered(alice) == []
    assert BatchRow.objects.get(handle="mira").result == "done"
    services.unfollow(follower=alice, followee=mira)
    services.accept_offer(owner=alice, account=mira)
    assert not Follow.objects.exists()


def test_a_private_account_is_asked(alice, mira):
    User.objects.filter(pk=mira.pk).update(is_private=True)
    tasks.offer(mira.pk)
    assert services.accept_offer(owner=alice, account=mira).state == "requested"
    assert BatchRow.objects.get(handle="mira").result == "requested"


def test_two_files_with_one_name_are_one_offer(alice, bob):
    imported(alice, "mira,none,")
    imported(alice, "mira,all,")
    imported(bob, "mira,,")
    mira = make_account("mira")
    tasks.offer(mira.pk)
    assert offered(alice) == ["mira"]
    services.accept_offer(owner=alice, account=mira)
    assert Follow.objects.get().notify == "all"
    assert (offered(alice), offered(bob)) == ([], ["mira"])


def test_not_them_is_gone_for_good(alice, mira):
    tasks.offer(mira.pk)
    services.dismiss_offer(owner=alice, account=mira)
    tasks.sweep_imports()
    assert offered(alice) == []
    assert not Follow.objects.exists()


# --- Pages ----------------------------------------------------------------------------------------------------


def test_the_page_shows_who_it_is(as_alice, mira):
    assert "Nobody to look at" in as_alice.get(OFFERS).content.decode()
    tasks.offer(mira.pk)
    page = as_alice.get(OFFERS).content.decode()
    for words in ("Mira", "@mira", "Potter", "Here since"):
        assert words in page


def test_the_bio_of_a_private_account_is_not_shown(as_alice, mira):
    tasks.offer(mira.pk)
    User.objects.filter(pk=mira.pk).update(is_private=True)
    page = as_alice.get(OFFERS).content.decode()
    assert "Potter" not in page
    assert "Ask to follow" in page


def test_answers_without_javascript(as_alice, alice, bob, mira):
    imported(alice, "nina,,")
    nina = make_account("nina")
    for account in (mira, nina):
        tasks.offer(account.pk)
    response = as_alice.post(reverse("follows:offer_accept", args=["mira"]), follow=True)
    assert "You follow Mira." in response.content.decode()
    response = as_alice.post(reverse("follows:offer_dismiss", args=["nina"]), follow=True)
    assert "nina is not offered any more." in response.content.decode()
    assert Follow.objects.get().followee == mira
    for page in ("offer_accept", "offer_dismiss"):
        for handle in ("bob", "nobody", "x" * 100):
            assert as_alice.post(reverse(f"follows:{page}", args=[handle])).status_code == 404


@pytest.mark.parametrize(
    ("taps", "words"),
    [
        (("accept", "accept"), "You follow Mira."),
        (("dismiss", "accept"), "You do not follow Mira."),
        (("dismiss", "dismiss"), "Mira is not offered any more."),
    ],
)
def test_the_second_of_two_taps_says_what_is_true(as_alice, mira, taps, words):
    tasks.offer(mira.pk)
    first, second = (reverse(f"follows:offer_{tap}", args=["mira"]) for tap in taps)
    as_alice.post(first, follow=True)
    assert words in as_alice.post(second, follow=True).content.decode()
    assert Follow.objects.count() == (taps[0] == "accept")


def test_a_refusal_says_why_and_the_offer_stays(as_alice, alice, mira, settings):
    tasks.offer(mira.pk)
    settings.FOLLOW_LIMIT = 0
    response = as_alice.post(reverse("follows:offer_accept", args=["mira"]), follow=True)
    assert "You follow as many accounts as one can." in response.content.decode()
    assert offered(alice) == ["mira"]


def test_another_persons_offer_is_not_there(client, alice, bob, mira):
    tasks.offer(mira.pk)
    client.force_login(bob)
    for page in ("offer_accept", "offer_dismiss"):
        assert client.post(reverse(f"follows:{page}", args=["mira"])).status_code == 404
    assert offered(alice) == ["mira"]
    client.logout()
    assert client.get(OFFERS).url.startswith(reverse("account_login"))
    assert client.post(reverse("follows:offer_accept", args=["mira"])).url.startswith(reverse("account_login"))
