"""The Following Manager: nobody is left out of it, in whatever order and by whatever filter, and nobody else
can act by it. What its pages cost: `test_manager_cost.py`."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows import selectors, services
from follows.models import Batch, CreatorPulse, Follow
from follows.selectors import SORTS, Wanted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]
HTMX = {"HX-Request": "true", "HX-Target": "followed"}
NOW = timezone.now()


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def crowd(alice: User) -> dict[str, User]:
    """Whom alice follows, oldest first; `shy` has yet to answer."""
    people = {
        "old": make_account("old", name="Zoë"),
        "busy": make_account("busy", name="bea"),
        "quiet": make_account("quiet", name="Änne"),
        "nameless": make_account("nameless"),
        "shy": make_account("shy", name="Bo", is_private=True),
    }
    for number, person in enumerate(people.values()):
        services.follow(follower=alice, followee=person)
        Follow.objects.filter(followee=person).update(followed_at=NOW - timedelta(days=100 - number))
    for name in ("old", "busy"):
        services.follow(follower=people[name], followee=alice)
    services.report_publication(account_id=people["busy"].pk, published_at=NOW - timedelta(days=1), recent_from=0)
    services.report_publication(account_id=people["quiet"].pk, published_at=NOW - timedelta(days=91), recent_from=0)
    services.report_watch(viewer_id=alice.pk, creator_id=people["busy"].pk, videos=7)
    services.report_watch(viewer_id=alice.pk, creator_id=people["quiet"].pk)
    services.report_watch(viewer_id=alice.pk, creator_id=make_account("stranger").pk)
    services.set_bell(follower=alice, followee=people["quiet"], notify="none")
    services.set_bell(follower=alice, followee=people["old"], notify="none")
    return people


def walk(owner: User, sort: str = "newest", size: int = 2, **wanted) -> list[str]:
    """The handles of all pages."""
    handles, cursor = [], ""
    while True:
        page = selectors.manager_page(owner.pk, wanted=Wanted(**wanted), sort=sort, cursor=cursor, size=size)
        handles += [row.account.handle for row in page.items]
        cursor = page.next_cursor
        if not cursor:
            return handles


# --- Orders and filters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("newest", ["shy", "nameless", "quiet", "busy", "old"]),
        ("oldest", ["old", "busy", "quiet", "nameless", "shy"]),
        ("name", ["busy", "shy", "nameless", "old", "quiet"]),
        ("posted", ["busy", "quiet", "shy", "nameless", "old"]),
        ("watched", ["old", "nameless", "shy", "quiet", "busy"]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 30])
def test_each_order_pages_through_everyone(alice, crowd, sort, expected, size):
    assert walk(alice, sort, size) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"one_sided"}, {"quiet", "nameless", "shy"}),
        ({"silent"}, {"old", "quiet", "nameless", "shy"}),
        ({"bell_off"}, {"old", "quiet"}),
        ({"bell_off", "one_sided"}, {"quiet"}),
        ({"bell_off", "silent", "one_sided"}, {"quiet"}),
    ],
)
@pytest.mark.parametrize("sort", SORTS)
def test_filters_combine_in_every_order(alice, crowd, filters, expected, sort):
    found = walk(alice, sort, filters=frozenset(filters))
    assert (set(found), len(found)) == (expected, len(expected))
    assert selectors.count_matching(alice.pk, Wanted(filters=frozenset(filters))) == len(expected)


@pytest.mark.parametrize(
    ("search", "expected"),
    [("b", {"busy", "shy"}), ("ZOË", {"old"}), ("@qui", {"quiet"}), ("%", set()), ("e", {"busy", "quiet", "nameless"})],
)
def test_search_finds_by_name_and_handle_in_every_order(alice, crowd, search, expected):
    for sort in SORTS:
        assert set(walk(alice, sort, search=search)) == expected
    assert set(walk(alice, search="e", filters=frozenset({"bell_off"}))) == {"quiet"}


def test_a_row_says_all_that_is_known(alice, crowd):
    services.mute(muter=alice, muted=crowd["busy"], until=NOW + timedelta(days=2))
    rows = {row.account.handle: row for row in selectors.manager_page(alice.pk).items}
    busy = rows["busy"]
    assert (busy.watched, busy.last_published_at, busy.relation.follows_me) == (7, NOW - timedelta(days=1), True)
    assert (busy.relation.muted, busy.muted_until) == (True, NOW + timedelta(days=2))
    assert (rows["quiet"].notify, rows["quiet"].relation.follows_me) == ("none", False)
    assert (rows["shy"].state, rows["shy"].watched, rows["shy"].last_published_at) == ("requested", 0, None)


@pytest.mark.parametrize("moment", ["suspended_at", "deactivated_at"])
def test_whatever_became_of_an_account_it_is_listed_and_can_be_unfollowed(alice, crowd, moment):
    """B#7343, M#20961"""
    User.objects.filter(pk=crowd["busy"].pk).update(**{moment: NOW})
    for sort in SORTS:
        assert "busy" in walk(alice, sort)
    services.unfollow(follower=alice, followee=crowd["busy"])
    assert "busy" not in walk(alice)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("cursor", ["garbage", "W10", "WyJhIl0", "WyJhIiwgImIiXQ", "WzFlOTk5XQ", "WzEsIDJd"])
def test_a_damaged_cursor_is_never_an_error(alice, crowd, sort, cursor):
    assert selectors.manager_page(alice.pk, sort=sort, cursor=cursor).items is not None


def test_paging_goes_on_though_rows_come_and_go(alice, crowd):
    page = selectors.manager_page(alice.pk, size=2)
    services.unfollow(follower=alice, followee=page.items[1].account)
    services.follow(follower=alice, followee=make_account("late"))
    rest = selectors.manager_page(alice.pk, cursor=page.next_cursor)
    assert [row.account.handle for row in rest.items] == ["quiet", "busy", "old"]


# --- The page -------------------------------------------------------------------------------------------------


def test_what_is_asked_for_stands_in_the_address_and_goes_on_with_the_pages(as_alice, alice, crowd):
    for number in range(40):
        person = make_account(f"extra{number}")
        services.follow(follower=alice, followee=person)
    page = as_alice.get(reverse("follows:manager"), {"q": "a", "sort": "name", "only": ["one_sided", "silent"]})
    text = page.content.decode()
    more = re.search(r'hx-get="([^"]*after=[^"]*)"', text)[1].replace("&amp;", "&")
    assert {"q=a", "sort=name", "only=one_sided", "only=silent"} <= set(re.split(r"[?&]", more))
    rest = as_alice.get(more, headers={"HX-Request": "true"}).content.decode()
    handles = re.findall(r'account-row__handle">@(\w+)', text + rest)
    assert len(handles) == len(set(handles)) == 41
    assert "<!doctype" not in rest
    assert "<strong>41</strong> of 45" in text


@pytest.mark.parametrize(
    "query", [{"sort": "bad"}, {"only": "bad"}, {"batch": "9" * 30}, {"batch": "x"}, {"q": "\x00"}]
)
def test_what_the_page_does_not_know_it_leaves_out(as_alice, crowd, query):
    response = as_alice.get(reverse("follows:manager"), query)
    assert response.status_code == 200
    assert response.content.decode().count('class="followed"') == 5


def test_the_page_stays_with_the_last_followed_account_gone(as_alice, alice, crowd):
    """L#899"""
    for person in crowd.values():
        services.unfollow(follower=alice, followee=person)
    assert "You follow nobody yet" in as_alice.get(reverse("follows:manager")).content.decode()
    assert "You follow nobody yet" in as_alice.get(reverse("follows:manager"), {"q": "x"}).content.decode()
    assert reverse("follows:manager") in as_alice.get(reverse("accounts:manage_account")).content.decode()


def test_queries_do_not_grow_with_rows(as_alice, alice, crowd, django_assert_max_num_queries):
    where = reverse("follows:manager")
    as_alice.get(where)
    with django_assert_max_num_queries(40) as before:
        as_alice.get(where)
    for number in range(20):
        services.follow(follower=alice, followee=make_account(f"extra{number}"))
    with django_assert_max_num_queries(len(before)):
        as_alice.get(where)


# --- Acts -----------------------------------------------------------------------------------------------------


def act(client, name: str, accounts: list[User] | None = None, headers: dict | None = None, **fields):
    page = client.get(reverse("follows:manager")).content.decode()
    key = re.search(r'name="submit_key" value="([^"]+)"', page)[1]
    given = {"act": name, "submit_key": key, "account": [person.pk for person in accounts or []]} | fields
    return client.post(reverse("follows:act"), given, headers=headers)


def test_without_javascript_an_act_returns_to_the_list_with_its_undo(as_alice, alice, crowd):
    response = act(as_alice, "unfollow", [crowd["busy"], crowd["old"]], q="o", sort="name")
    batch = Batch.objects.get()
    assert response.url == f"{reverse('follows:manager')}?q=o&sort=name&batch={batch.pk}"
    page = as_alice.get(response.url).content.decode()
    assert "2 unfollowed" in page
    undone = as_alice.post(reverse("follows:undo_batch", args=[batch.pk]))
    assert "2 followed again" in as_alice.get(undone.url).content.decode()
    assert "Undo</button>" not in as_alice.get(response.url).content.decode()
    assert len(walk(alice)) == 5


def test_by_htmx_an_act_answers_the_list_as_it_now_is(as_alice, alice, crowd):
    page = act(as_alice, "mute_week", [crowd["busy"]], headers=HTMX).content.decode()
    assert "<!doctype" not in page
    assert "Muted until" in page
    batch = Batch.objects.get()
    page = as_alice.post(reverse("follows:undo_batch", args=[batch.pk]), headers=HTMX).content.decode()
    assert "Muted until" not in page
    assert "1 unmuted" in page


def test_what_the_page_counts_can_be_asked_for_again(as_alice, alice, crowd):
    services.unfollow(follower=alice, followee=crowd["busy"])
    asked = {**HTMX, "HX-Target": "totals"}
    page = as_alice.get(reverse("follows:manager"), {"q": "o"}, headers=asked).content.decode()
    following = selectors.counts(alice.pk).following
    assert f'You follow <strong class="num">{following}</strong>' in page
    assert re.search(r'id="matching" data-total="\d" hx-swap-oob="true"', page)
    assert "<!doctype" not in page
    assert 'class="followed"' not in page


def test_everything_matching_is_what_search_and_filters_leave(as_alice, alice, crowd):
    act(as_alice, "unfollow", everything="yes", only=["bell_off"], q="@")
    assert walk(alice) == ["shy", "nameless", "busy"]


def test_many_ids_in_one_field_are_a_selection_too(as_alice, alice, crowd):
    act(as_alice, "unfollow", account=",".join(str(person.pk) for person in crowd.values()))
    assert walk(alice) == []


def test_a_private_account_is_asked_about_first(as_alice, alice, crowd):
    services.approve(followee=crowd["shy"], follower=alice)
    question = act(as_alice, "unfollow", list(crowd.values()), headers=HTMX)
    assert question["HX-Retarget"] == "#question"
    assert "is a private account" in question.content.decode()
    assert len(walk(alice)) == 5
    response = act(as_alice, "unfollow", list(crowd.values()))
    page = as_alice.get(response.url).content.decode()
    assert "Unfollow 5 accounts?" in page
    batch = Batch.objects.latest("pk")
    as_alice.post(reverse("follows:confirm_batch", args=[batch.pk]))
    assert walk(alice) == []
    kept = Batch.objects.earliest("pk")
    assert as_alice.post(reverse("follows:cancel_batch", args=[kept.pk])).url == reverse("follows:manager")


@pytest.mark.parametrize(
    "damage", [{"act": "follow"}, {"act": "restore"}, {"act": ""}, {"submit_key": "x"}, {"account": "1; DROP TABLE"}]
)
def test_a_damaged_form_changes_nothing(as_alice, alice, crowd, damage):
    assert act(as_alice, damage.pop("act", "unfollow"), [crowd["busy"]], **damage).status_code == 400
    assert len(walk(alice)) == 5
    assert not Batch.objects.exists()


def test_nobody_selected_says_so(as_alice, alice, crowd):
    page = as_alice.get(act(as_alice, "unfollow").url).content.decode()
    assert "Select somebody first." in page
    by_htmx = act(as_alice, "unfollow", headers=HTMX)
    assert (by_htmx.status_code, "Select somebody" in by_htmx["HX-Trigger"]) == (204, True)


def test_somebody_elses_batch_is_not_there(as_alice, client, alice, bob, crowd):
    act(as_alice, "bell_none", [crowd["busy"]])
    batch = Batch.objects.get()
    client.force_login(bob)
    assert client.get(reverse("follows:batch", args=[batch.pk])).status_code == 404
    for name in ("confirm_batch", "cancel_batch", "undo_batch"):
        assert client.post(reverse(f"follows:{name}", args=[batch.pk])).status_code == 404
    assert (
        "bell"
        not in client.get(f"{reverse('follows:manager')}?batch={batch.pk}").content.decode().lower().split("nav")[0]
    )
    assert client.get(reverse("follows:batches")).content.decode().count("Alerts off for") == 0


def test_results_are_read_row_by_row_and_by_result(as_alice, alice, crowd):
    people = [make_account(f"extra{number}") for number in range(40)]
    act(as_alice, "bell_none", [*crowd.values(), *people])
    batch = Batch.objects.get()
    where = reverse("follows:batch", args=[batch.pk])
    page = as_alice.get(where).content.decode()
    assert "3 with alerts off, 42 unchanged" in page
    assert "You did not follow this account." in page
    more = re.search(r'hx-get="([^"]*after=[^"]*)"', page)[1].replace("&amp;", "&")
    rest = as_alice.get(where + more, headers={"HX-Request": "true"}).content.decode()
    assert len(re.findall("account-row__handle", page + rest)) == 45
    only = as_alice.get(where, {"result": "done"}).content.decode()
    assert len(re.findall("account-row__handle", only)) == 3
    assert "Alerts off for 45 accounts" in as_alice.get(reverse("follows:batches")).content.decode()


def test_a_long_batch_says_how_far_it_is_and_that_it_waits(as_alice, alice, crowd, monkeypatch):
    monkeypatch.setattr(services.batches, "CHUNK", 2)
    response = act(as_alice, "unfollow", list(crowd.values()))
    batch = Batch.objects.get()
    assert response.url == reverse("follows:batch", args=[batch.pk])
    services.work(batch_id=batch.pk)
    page = as_alice.get(response.url).content.decode()
    assert '<strong class="num">2</strong> of' in page
    assert 'http-equiv="refresh"' in page
    assert "Nobody is working on this" not in page
    Batch.objects.update(moved_at=NOW - timedelta(minutes=1))
    part = as_alice.get(response.url, headers={"HX-Request": "true", "HX-Target": "batch"}).content.decode()
    assert "Nobody is working on this" in part
    assert "<!doctype" not in part
    as_alice.post(reverse("follows:cancel_batch", args=[batch.pk]))
    page = as_alice.get(response.url).content.decode()
    assert "You cancelled this. 2 unfollowed, 3 not done" in page
    as_alice.post(reverse("follows:undo_batch", args=[batch.pk]))
    assert len(walk(alice)) == 5


def test_a_get_acts_on_nothing(as_alice, alice, crowd):
    assert as_alice.get(reverse("follows:act")).status_code == 405
    assert len(walk(alice)) == 5


def test_a_published_video_moves_its_creator_up(alice, crowd):
    services.report_publication(account_id=crowd["old"].pk, published_at=NOW, recent_from=0)
    assert walk(alice, "posted")[0] == "old"
    assert CreatorPulse.objects.count() == 3
