"""What the events alone say: an independent replay that rows, counts, both sides' views and every reply are held to."""

from collections import defaultdict
from collections.abc import Iterable

from follows.models import Block, Follow, FollowEvent
from follows.relations import Counts, Relation
from follows.selectors import counts, relations
from follows.tests.truth import assert_graph_is_true

Pair = tuple[int, int]


class Replay:
    """The graph after some events, in the order of their ids."""

    def __init__(self, events: Iterable[FollowEvent]) -> None:
        self.edges: dict[Pair, tuple[str, str]] = {}
        self.blocks: set[Pair] = set()
        self.version: dict[Pair, int] = {}
        for event in events:
            self._happen(event)

    def _happen(self, event: FollowEvent) -> None:
        pair = (event.follower_id, event.followee_id)
        assert self.edges.get(pair, ("", ""))[0] == event.before, f"{event} does not begin where the one before ended"
        if event.after:
            self.edges[pair] = (event.after, event.notify)
        else:
            self.edges.pop(pair, None)
        other = pair[0] if event.actor_id == pair[1] else pair[1]
        if event.cause == "blocked":
            self.blocks.add((event.actor_id, other))
        elif not event.before and not event.after:
            self.blocks.discard(pair)
        self.version[pair] = event.pk

    def relation(self, viewer: int, account: int) -> Relation:
        mine, theirs = self.edges.get((viewer, account)), self.edges.get((account, viewer))
        return Relation(
            viewer,
            account,
            state=mine[0] if mine else "",
            notify=mine[1] if mine else "all",
            follows_me=bool(theirs) and theirs[0] == "active",
            blocking=(viewer, account) in self.blocks,
            blocked_by=(account, viewer) in self.blocks,
            version=max(self.version.get((viewer, account), 0), self.version.get((account, viewer), 0)),
        )

    def counts(self, account: int) -> Counts:
        ends = [(a, b, state) for (a, b), (state, _) in self.edges.items() if account in {a, b}]
        return Counts(
            followers=sum(b == account and state == "active" for a, b, state in ends),
            following=sum(a == account and state == "active" for a, b, state in ends),
            requests=sum(b == account and state == "requested" for a, b, state in ends),
        )


def assert_all_said_is_true(ids: list[int], replies: Iterable[Relation] = ()) -> None:
    """Rows, counts and views are what the events leave; each reply is what the events up to its version left between
    the two: nobody was told of a state that never was."""
    events = list(FollowEvent.objects.order_by("pk"))
    end = Replay(events)
    rows = Follow.objects.values_list("follower_id", "followee_id", "state", "notify")
    assert {(a, b): (state, notify) for a, b, state, notify in rows} == end.edges
    assert set(Block.objects.values_list("blocker_id", "blocked_id")) == end.blocks
    for viewer in ids:
        assert counts(viewer) == end.counts(viewer)
        for account, found in relations(viewer, [other for other in ids if other != viewer]).items():
            assert found == end.relation(viewer, account)
    between = defaultdict(list)
    for event in events:
        between[frozenset({event.follower_id, event.followee_id})].append(event)
    for reply in replies:
        of_the_two = between[frozenset({reply.viewer_id, reply.account_id})]
        then = Replay(event for event in of_the_two if event.pk <= reply.version)
        assert reply == then.relation(reply.viewer_id, reply.account_id)
    assert_graph_is_true()
