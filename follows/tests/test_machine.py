"""Random acts by a few accounts, compared with a model after every one of them (PF#6382, PF#866, L#60): the rows, both
sides' views, versions, events, counts, and every list as pages and API give it. A refused act leaves nothing."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import permutations
from typing import Any, ClassVar

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import Erasure, User
from accounts.services.erasure import begin as begin_erasure
from accounts.tests.factories import make_account
from follows import services
from follows.machine import TRANSITIONS
from follows.models import Block, Follow, FollowEvent, FollowOutbox, Mute
from follows.relations import LABELS, Counts, Relation
from follows.selectors import counts, manager_page, people_page, relations, requests_page
from follows.services.erasure import erase
from follows.tests.model import ABSENT, ACTIVE, REQUESTED, Edge, Event, Model, Refused
from follows.tests.truth import assert_graph_is_true
from socialvideo.lib.pagination import Page, keyset_page

HANDLES = ("alice", "bob", "carol", "dave")
LIMIT = 2  # of three others, so that it is met
Pair = tuple[int, int]

# Service and the words by which it names who acts and who is acted on; the model has an act of the same name.
TAPS = {
    "follow": ("follower", "followee"),
    "unfollow": ("follower", "followee"),
    "restore": ("follower", "followee"),
    "approve": ("followee", "follower"),
    "decline": ("followee", "follower"),
    "remove_follower": ("followee", "follower"),
    "block": ("blocker", "blocked"),
    "unblock": ("blocker", "blocked"),
    "mute": ("muter", "muted"),
    "unmute": ("muter", "muted"),
}
HANDS = ("insert_by_sql", "insert_by_orm", "update_by_sql", "update_by_orm", "delete_by_sql", "delete_by_orm")
RARE = ("oneself", "suspension", "deactivation", "erasure", "fold", *HANDS)
NAMES = [*4 * ("follow",), *RARE, *2 * ("approve_everyone", "privacy", "bell", *TAPS), *4 * ("follow",)]

persons = st.sampled_from(range(len(HANDLES)))
pairs = st.sampled_from(list(permutations(range(len(HANDLES)), 2)))


def walk(page_of: Callable[[str], Page[Any]]) -> list[Any]:
    """All rows of a list, page by page; none comes twice."""
    page = page_of("")
    rows = page.items
    while page.next_cursor:
        page = page_of(page.next_cursor)
        rows = rows + page.items
    return rows


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


class Graph(RuleBasedStateMachine):
    """`people` are made once; each example is rolled back."""

    people: ClassVar[list[User]]
    moderator: ClassVar[User]
    hit: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.ids = [person.pk for person in self.people]
        self.users = {person.pk: User.objects.get(pk=person.pk) for person in self.people}
        self.model = Model(limit=LIMIT)
        self.failed = False
        self.version: dict[Pair, int] = {}  # the last event of a pair, in this direction
        self.since: dict[Pair, int] = {}  # the event that made an edge active
        self.followed_at: dict[Pair, datetime] = {}
        self.seen = FollowEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def teardown(self) -> None:
        try:
            if not self.failed:
                self._everything_is_true()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    close = teardown

    def _everything_is_true(self) -> None:
        for a, b in permutations(self.ids, 2):
            self._people_are_true(a, b)
            self._api_is_true(a, b)
        for a in self.ids:
            self._people_are_true(a, None)
            self._mine_is_true(a)
        assert_graph_is_true()

    # --- Acts -------------------------------------------------------------------------------------------------

    @initialize(private=st.sets(persons, max_size=2), follows=st.lists(pairs, max_size=8))
    def begin(self, private: set[int], follows: list[Pair]) -> None:
        for person in sorted(private):
            self.privacy(self.ids[person], 0, on=True)
        for pair in follows:
            self.step("follow", pair, on=True)

    @rule(name=st.sampled_from(NAMES), pair=pairs, on=st.booleans())
    def step(self, name: str, pair: Pair, on: bool) -> None:
        a, b = (self.ids[number] for number in pair)
        if name in TAPS:
            self.tap(name, a, b)
        else:
            getattr(self, name)(a, b, on=on)

    def tap(self, name: str, a: int, b: int) -> None:
        who = dict(zip(TAPS[name], (self.users[a], self.users[b]), strict=True))
        reply = self._do(
            name, partial(getattr(self.model, name), a, b), partial(getattr(services, name), **who), (a, b)
        )
        if isinstance(reply, Relation):
            assert reply == relations(a, [b])[b]

    def oneself(self, a: int, b: int, *, on: bool) -> None:
        self.tap("follow" if on else "block", a, a)

    def bell(self, a: int, b: int, *, on: bool) -> None:
        notify = "all" if on else "none"
        act = partial(services.set_bell, follower=self.users[a], followee=self.users[b], notify=notify)
        self._do("bell", partial(self.model.set_bell, a, b, notify), act, (a, b))

    def approve_everyone(self, a: int, b: int, *, on: bool) -> None:
        asking = len(self.model.asking(a))
        act = partial(services.approve_everyone, followee_id=a)
        assert self._do("approve_everyone", partial(self.model.approve_everyone, a), act) == asking

    def privacy(self, a: int, b: int, *, on: bool) -> None:
        act = partial(accounts.set_privacy, account=self.users[a], is_private=on)
        self._do("go private" if on else "go public", partial(self.model.set_privacy, a, on), act)

    def suspension(self, a: int, b: int, *, on: bool) -> None:
        act = accounts.suspend if on else accounts.unsuspend
        self._stand(a, self.model.suspended, on, partial(act, by=self.moderator, reason="Spam"))

    def deactivation(self, a: int, b: int, *, on: bool) -> None:
        self._stand(a, self.model.deactivated, on, accounts.deactivate if on else accounts.reactivate)

    def _stand(self, a: int, those: set[int], on: bool, act: Callable[..., User]) -> None:
        if a in self.model.erased:
            return
        change = those.add if on else those.discard
        name = getattr(act, "func", act).__name__
        self._do(name, lambda: change(a) or [], partial(act, account=self.users[a]))

    def erasure(self, a: int, b: int, *, on: bool) -> None:
        if self.model.erased:
            return

        def act() -> None:
            accounts.ask_for_deletion(account=self.users[a])
            Erasure.objects.filter(pk=a).update(due_at=timezone.now())
            assert begin_erasure(a)
            erase(a)

        self._do("erase", partial(self.model.erase, a), act)

    def fold(self, a: int, b: int, *, on: bool) -> None:
        self._do("fold", list, partial(services.fold_counts, at_most=10_000 if on else 3))

    # --- Hands at the database --------------------------------------------------------------------------------

    def insert_by_sql(self, a: int, b: int, *, on: bool) -> None:
        those = [b] if on else [other for other in self.ids if other != a]
        statement = "INSERT INTO follows_follow (follower_id, followee_id) SELECT %s, unnest(%s::bigint[])"
        act = partial(sql, f"{statement} ON CONFLICT DO NOTHING", a, those)
        self._do("insert by sql", partial(self.model.insert, a, those), act, (a, b))

    def insert_by_orm(self, a: int, b: int, *, on: bool) -> None:
        """The state that is asked for does not matter: privacy decides."""
        edge = Follow(follower_id=a, followee_id=b, state=ACTIVE if on else REQUESTED, since=5)
        act = partial(Follow.objects.bulk_create, [edge], ignore_conflicts=True)
        self._do("bulk_create", partial(self.model.insert, a, [b]), act, (a, b))

    def update_by_sql(self, a: int, b: int, *, on: bool) -> None:
        state = ACTIVE if on else REQUESTED
        act = partial(
            sql, "UPDATE follows_follow SET state = %s WHERE (follower_id, followee_id) = (%s, %s)", state, a, b
        )
        self._do("update by sql", partial(self.model.update, [(a, b)], state=state), act, (a, b))

    def update_by_orm(self, a: int, b: int, *, on: bool) -> None:
        notify = "all" if on else "none"
        mine = [(a, followee) for followee in self.model.made_by(a)]
        act = partial(Follow.objects.of_follower(a).update, notify=notify)
        self._do("queryset update", partial(self.model.update, mine, notify=notify), act, (a, b))

    def delete_by_sql(self, a: int, b: int, *, on: bool) -> None:
        act = partial(sql, "DELETE FROM follows_follow WHERE (follower_id, followee_id) = (%s, %s)", a, b)
        self._do("delete by sql", partial(self.model.delete, [(a, b)]), act, (a, b))

    def delete_by_orm(self, a: int, b: int, *, on: bool) -> None:
        theirs = [pair for pair in self.model.edges if pair[1] == b]
        self._do("queryset delete", partial(self.model.delete, theirs), Follow.objects.of_followee(b).delete, (a, b))

    # --- What must hold after each ----------------------------------------------------------------------------

    def _do(
        self, name: str, expected: Callable[[], list[Event]], act: Callable[[], Any], pair: Pair | None = None
    ) -> Any:
        """Does the act on both sides, then compares all there is."""
        reply, self.failed = None, True
        try:
            events = expected()
        except Refused as refusal:
            self._is_refused(str(refusal), act)
            events = []
            name = f"{name} refused: {refusal}"
        else:
            reply = act()
        self.hit[name] += 1
        self._events_are(events)
        self._rows_are_true()
        self._views_are_true()
        for a, b in {pair, pair[::-1]} if pair else ():
            self._people_are_true(b, a)
            self._mine_is_true(a)
        if pair and pair[0] != pair[1]:
            self._api_is_true(*pair)
        self.failed = False
        return reply

    def _is_refused(self, code: str, act: Callable[[], Any]) -> None:
        with pytest.raises((services.FollowRefused, IntegrityError)) as refused, transaction.atomic():
            act()
        assert getattr(refused.value, "code", code) == code

    def _events_are(self, expected: list[Event]) -> None:
        new = list(FollowEvent.objects.filter(pk__gt=self.seen).order_by("pk"))
        found = [Event(e.follower_id, e.followee_id, e.before, e.after, e.notify, e.cause, e.actor_id) for e in new]
        assert sorted(found, key=str) == sorted(expected, key=str)
        for event in new:
            pair = (event.follower_id, event.followee_id)
            assert (event.before, event.after) in TRANSITIONS[event.cause]
            self.version[pair] = self.seen = event.pk
            if event.before != ACTIVE == event.after:
                self.since[pair] = event.pk
            if not event.before and event.after and event.cause != "restored":
                self.followed_at.pop(pair, None)
            assert event.followed_at == (self.followed_at[pair] if event.before and not event.after else None)

    def _rows_are_true(self) -> None:
        rows = {(edge.follower_id, edge.followee_id): edge for edge in Follow.objects.all()}
        assert {pair: Edge(edge.state, edge.notify) for pair, edge in rows.items()} == self.model.edges
        for pair, edge in rows.items():
            assert edge.since == (self.since[pair] if edge.state == ACTIVE else None)
            assert edge.followed_at == self.followed_at.setdefault(pair, edge.followed_at)
        assert set(Block.objects.values_list("blocker_id", "blocked_id")) == self.model.blocks
        assert set(Mute.objects.values_list("muter_id", "muted_id")) == self.model.mutes
        posted = FollowEvent.objects.exclude(before="", after="").values_list("pk", flat=True)
        assert set(FollowOutbox.objects.values_list("pk", flat=True)) == set(posted)

    def _views_are_true(self) -> None:
        seen = {a: relations(a, self.ids) for a in self.ids}
        for a, b in permutations(self.ids, 2):
            mine, theirs = seen[a][b], seen[b][a]
            edge = self.model.edges.get((a, b))
            assert mine.state == (edge.state if edge else ABSENT)
            assert mine.notify == (edge.notify if edge else "all")
            assert mine.following == theirs.follows_me
            assert mine.blocking == theirs.blocked_by == ((a, b) in self.model.blocks)
            assert mine.muted == ((a, b) in self.model.mutes)
            assert mine.version == theirs.version == max(self.version.get((a, b), 0), self.version.get((b, a), 0))
            assert mine.label == LABELS[self.model.button(a, b)]
        for a in self.ids:
            assert counts(a) == Counts(
                len(self.model.followers(a)), len(self.model.following(a)), len(self.model.asking(a))
            )

    def _mine_is_true(self, me: int) -> None:
        rows = walk(lambda cursor: manager_page(me, cursor=cursor))
        assert len(rows) == len(self.model.made_by(me))
        assert {row.account.pk: Edge(row.state, row.notify) for row in rows} == self.model.made_by(me)
        asked = walk(lambda cursor: requests_page(me, cursor=cursor))
        assert sorted(edge.follower_id for edge in asked) == sorted(self.model.asking(me))

    def _people_are_true(self, owner: int, viewer: int | None) -> None:
        for which in ("followers", "following"):
            hidden: set[int] = set()

            def page_of(cursor: str, which: str = which, hidden: set[int] = hidden) -> Page[User]:
                page, shut = people_page(self.users[owner], viewer, which, cursor=cursor)
                hidden.add(shut)
                return page

            found = [person.pk for person in walk(page_of)]
            people = getattr(self.model, which)(owner)
            assert sorted(found) == sorted(self.model.shown(people, viewer))
            assert {len(people) - len(found)} == hidden

    def _api_is_true(self, me: int, other: int) -> None:
        client = APIClient()
        client.force_authenticate(self.users[me])
        handle = self.users[other].handle
        if other in self.model.erased:
            assert client.get(f"/api/v1/accounts/{handle}/relation/").status_code == 404
            return
        mine = relations(me, [other])[other]
        assert client.get(f"/api/v1/accounts/{handle}/relation/").json() == {
            "account_id": other,
            "state": self.model.button(me, other),
            "following": mine.following,
            "followed_by": mine.follows_me,
            "notify": mine.notify,
            "version": mine.version,
            "muted": (me, other) in self.model.mutes,
        }
        answer = client.get(f"/api/v1/accounts/{handle}/counts/")
        if (other, me) in self.model.blocks:
            assert answer.status_code == 404
            return
        assert answer.json() == {
            "followers": len(self.model.followers(other)),
            "following": len(self.model.following(other)),
        }
        for which in ("followers", "following"):
            people = getattr(self.model, which)(other)
            status = self.model.may_see_lists(me, other)
            where = f"/api/v1/accounts/{handle}/{which}/"
            if status != 200:
                assert client.get(where).status_code == status
                continue
            hidden: set[int] = set()
            found = [row["id"] for row in self._api_rows(client, where, hidden)]
            assert sorted(found) == sorted(self.model.shown(people, me))
            assert hidden == {len(people) - len(found)}
        following = self._api_rows(client, "/api/v1/me/following/")
        made = self.model.made_by(me)
        assert {row["account"]["id"]: Edge(row["state"], row["notify"]) for row in following} == made
        asking = self._api_rows(client, "/api/v1/me/requests/")
        assert sorted(row["account"]["id"] for row in asking) == sorted(self.model.asking(me))

    @staticmethod
    def _api_rows(client: APIClient, where: str, hidden: set[int] | None = None) -> list[Any]:
        def page_of(cursor: str) -> Page[Any]:
            answer = client.get(where, {"cursor": cursor}).json()
            if hidden is not None:
                hidden.add(answer["hidden"])
            return Page(answer["results"], answer["next_cursor"])

        return walk(page_of)


@pytest.fixture
def graph(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Graph]:
    settings.FOLLOW_LIMIT = LIMIT
    for page in (keyset_page, manager_page):  # so that few people fill several pages
        monkeypatch.setitem(page.__kwdefaults__, "size", 2)
    Graph.people = [make_account(handle) for handle in HANDLES]
    Graph.moderator = make_account("moderator")
    Graph.hit = Counter()
    return Graph


ALICE, BOB, CAROL, DAVE = range(4)
# Every act and every refusal once.
SCRIPT = [
    ("follow", ALICE, BOB, True),
    ("bell", ALICE, BOB, False),
    ("unfollow", ALICE, BOB, True),
    ("restore", ALICE, BOB, True),
    ("remove_follower", BOB, ALICE, True),
    ("privacy", BOB, ALICE, True),
    ("follow", ALICE, BOB, True),
    ("decline", BOB, ALICE, True),
    ("follow", ALICE, BOB, True),
    ("approve", BOB, ALICE, True),
    ("follow", CAROL, BOB, True),
    ("approve_everyone", BOB, ALICE, True),
    ("follow", DAVE, BOB, True),
    ("privacy", BOB, ALICE, False),
    ("follow", ALICE, CAROL, True),
    ("follow", ALICE, DAVE, True),
    ("block", CAROL, ALICE, True),
    ("follow", ALICE, CAROL, True),
    ("oneself", ALICE, BOB, True),
    ("oneself", ALICE, BOB, False),
    ("unblock", CAROL, ALICE, True),
    ("mute", ALICE, CAROL, True),
    ("unmute", ALICE, CAROL, True),
    ("suspension", DAVE, ALICE, True),
    ("follow", ALICE, DAVE, True),
    ("suspension", DAVE, ALICE, False),
    ("deactivation", DAVE, ALICE, True),
    ("deactivation", DAVE, ALICE, False),
    ("fold", ALICE, BOB, True),
    ("insert_by_sql", CAROL, ALICE, True),
    ("insert_by_orm", CAROL, DAVE, True),
    ("update_by_sql", CAROL, ALICE, False),
    ("privacy", ALICE, BOB, True),
    ("update_by_sql", CAROL, ALICE, False),
    ("update_by_orm", CAROL, ALICE, False),
    ("delete_by_sql", CAROL, ALICE, True),
    ("delete_by_orm", CAROL, DAVE, True),
    ("block", ALICE, DAVE, True),
    ("erasure", ALICE, BOB, True),
]
ALL_HIT = {
    *TAPS,
    *("bell", "approve_everyone", "go private", "go public", "fold", "erase"),
    *("suspend", "unsuspend", "deactivate", "reactivate"),
    *("insert by sql", "bulk_create", "update by sql", "queryset update", "delete by sql", "queryset delete"),
    *("follow refused: blocked", "follow refused: not_present", "follow refused: limit", "follow refused: self"),
    *("block refused: self", "update by sql refused: public"),
}


def run(graph: type[Graph], *, examples: int, steps: int, **choices: Any) -> None:
    run_state_machine_as_test(
        graph,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            **choices,
        ),
    )


def test_every_act_and_every_refusal_is_what_the_model_says(graph: type[Graph]) -> None:
    with closing(graph()) as machine:
        for name, a, b, on in SCRIPT:
            machine.step(name, (a, b), on=on)
    assert set(graph.hit) == ALL_HIT


@pytest.mark.timeout(600)
def test_random_acts_leave_what_the_model_says(graph: type[Graph]) -> None:
    run(graph, examples=2, steps=30, derandomize=True, phases=[Phase.generate])
