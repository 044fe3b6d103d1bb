"""What following is, in a few lines of plain Python: the model that random acts are compared with. It knows no locks and
no SQL; an act answers the events that it leaves, or raises `Refused` and leaves nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

ABSENT, REQUESTED, ACTIVE = "", "requested", "active"


class Refused(Exception):
    """The act is not allowed; its argument is the rule's code."""


class Event(NamedTuple):
    follower: int
    followee: int
    before: str
    after: str
    notify: str
    cause: str
    actor: int | None


@dataclass(frozen=True)
class Edge:
    state: str
    notify: str = "all"


@dataclass
class Model:
    limit: int
    edges: dict[tuple[int, int], Edge] = field(default_factory=dict)
    blocks: set[tuple[int, int]] = field(default_factory=set)
    mutes: set[tuple[int, int]] = field(default_factory=set)
    private: set[int] = field(default_factory=set)
    suspended: set[int] = field(default_factory=set)
    deactivated: set[int] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)
    last: dict[tuple[int, int], Event] = field(default_factory=dict)

    # --- What is asked of it ----------------------------------------------------------------------------------

    def state(self, follower: int, followee: int) -> str:
        edge = self.edges.get((follower, followee))
        return edge.state if edge else ABSENT

    def shut(self, one: int, other: int | None) -> bool:
        return (one, other) in self.blocks or (other, one) in self.blocks

    def absent(self, account: int) -> bool:
        return account in self.suspended | self.deactivated | self.erased

    def followers(self, account: int) -> set[int]:
        return {a for (a, b), edge in self.edges.items() if b == account and edge.state == ACTIVE}

    def following(self, account: int) -> set[int]:
        return {b for (a, b), edge in self.edges.items() if a == account and edge.state == ACTIVE}

    def asking(self, account: int) -> set[int]:
        return {a for (a, b), edge in self.edges.items() if b == account and edge.state == REQUESTED}

    def made_by(self, account: int) -> dict[int, Edge]:
        return {b: edge for (a, b), edge in self.edges.items() if a == account}

    def button(self, viewer: int, account: int) -> str:
        if (viewer, account) in self.blocks:
            return "blocked"
        state = self.state(viewer, account)
        if state:
            return {ACTIVE: "following", REQUESTED: "requested"}[state]
        return "follow_back" if self.state(account, viewer) == ACTIVE else "follow"

    def shown(self, people: set[int], viewer: int | None) -> set[int]:
        """Of a list, those between whom and the viewer no block stands."""
        return {person for person in people if not self.shut(person, viewer)}

    def may_see_lists(self, viewer: int, account: int) -> int:
        """As what the API answers: the lists, that they are for followers, or that there is nothing."""
        if (account, viewer) in self.blocks:
            return 404
        seen = not self.absent(account) and (account not in self.private or viewer in self.followers(account))
        return 200 if seen else 403

    # --- One change of one edge -------------------------------------------------------------------------------

    def _write(self, pair: tuple[int, int], edge: Edge | None, cause: str, actor: int | None) -> list[Event]:
        before = self.edges.get(pair)
        if edge == before:
            return []
        known = edge or before
        assert known is not None
        event = Event(
            *pair, before.state if before else ABSENT, edge.state if edge else ABSENT, known.notify, cause, actor
        )
        if edge:
            self.edges[pair] = edge
        else:
            del self.edges[pair]
        self.last[pair] = event
        return [event]

    def _note(self, blocker: int, blocked: int, cause: str, actor: int) -> list[Event]:
        """A block's own event."""
        event = Event(blocker, blocked, ABSENT, ABSENT, "all", cause, actor)
        self.last[blocker, blocked] = event
        return [event]

    def _refuse_new(self, follower: int, followee: int, limit: int) -> None:
        if self.shut(follower, followee):
            raise Refused("blocked")
        if self.absent(follower) or self.absent(followee):
            raise Refused("not_present")
        if len(self.made_by(follower)) >= limit:
            raise Refused("limit")
        if follower == followee:
            raise Refused("self")

    # --- The acts ---------------------------------------------------------------------------------------------

    def _begin(self, follower: int, followee: int, cause: str, notify: str = "all") -> list[Event]:
        if (follower, followee) in self.edges:
            return []
        by_hand = cause == "unattributed"
        self._refuse_new(follower, followee, 7500 if by_hand else self.limit)
        state = REQUESTED if followee in self.private else ACTIVE
        if cause == "followed" and state == REQUESTED:
            cause = "requested"
        return self._write((follower, followee), Edge(state, notify), cause, None if by_hand else follower)

    def follow(self, follower: int, followee: int) -> list[Event]:
        return self._begin(follower, followee, "followed")

    def unfollow(self, follower: int, followee: int) -> list[Event]:
        cause = "cancelled" if self.state(follower, followee) == REQUESTED else "unfollowed"
        return self._write((follower, followee), None, cause, follower)

    def restore(self, follower: int, followee: int) -> list[Event]:
        last = self.last.get((follower, followee))
        if last is None or last.cause not in {"unfollowed", "cancelled"}:
            return []
        return self._begin(follower, followee, "restored", last.notify)

    def remove_follower(self, followee: int, follower: int) -> list[Event]:
        if self.state(follower, followee) != ACTIVE:
            return []
        return self._write((follower, followee), None, "removed", followee)

    def decline(self, followee: int, follower: int) -> list[Event]:
        if self.state(follower, followee) != REQUESTED:
            return []
        return self._write((follower, followee), None, "declined", followee)

    def approve(self, followee: int, follower: int) -> list[Event]:
        if self.state(follower, followee) != REQUESTED:
            return []
        return self.change(follower, followee, "approved", followee, state=ACTIVE)

    def approve_everyone(self, followee: int, cause: str = "approved") -> list[Event]:
        asking = self.asking(followee)
        return [event for a in asking for event in self.change(a, followee, cause, followee, state=ACTIVE)]

    def set_bell(self, follower: int, followee: int, notify: str) -> list[Event]:
        return self.change(follower, followee, "bell", follower, notify=notify)

    def change(self, follower: int, followee: int, cause: str, actor: int | None = None, **fields: str) -> list[Event]:
        edge = self.edges.get((follower, followee))
        return self._write((follower, followee), replace(edge, **fields), cause, actor) if edge else []

    def block(self, blocker: int, blocked: int) -> list[Event]:
        if blocker == blocked:
            raise Refused("self")
        if (blocker, blocked) in self.blocks:
            return []
        self.blocks.add((blocker, blocked))
        mine = self._write((blocker, blocked), None, "blocked", blocker)
        theirs = self._write((blocked, blocker), None, "blocked", blocker)
        return (mine or self._note(blocker, blocked, "blocked", blocker)) + theirs

    def unblock(self, blocker: int, blocked: int) -> list[Event]:
        if (blocker, blocked) not in self.blocks:
            return []
        self.blocks.discard((blocker, blocked))
        return self._note(blocker, blocked, "unblocked", blocker)

    def mute(self, muter: int, muted: int) -> list[Event]:
        if muter == muted:
            raise Refused("self")
        self.mutes.add((muter, muted))
        return []

    def unmute(self, muter: int, muted: int) -> list[Event]:
        self.mutes.discard((muter, muted))
        return []

    def set_privacy(self, account: int, is_private: bool) -> list[Event]:
        if is_private == (account in self.private):
            return []
        if is_private:
            self.private.add(account)
            return []
        self.private.discard(account)
        return self.approve_everyone(account, "went_public")

    def erase(self, account: int) -> list[Event]:
        self.deactivated.add(account)
        self.erased.add(account)
        self.mutes = {pair for pair in self.mutes if account not in pair}
        ended = [pair for pair in self.edges if account in pair]
        lifted = [pair for pair in self.blocks if account in pair]
        self.blocks -= set(lifted)
        events = [event for pair in ended for event in self._write(pair, None, "account_deleted", account)]
        return events + [event for pair in lifted for event in self._note(*pair, "account_deleted", account)]

    # --- Hands at the database: whatever they do, nobody said why ---------------------------------------------

    def insert(self, follower: int, followees: Iterable[int]) -> list[Event]:
        """One statement: all of it or nothing."""
        new = [followee for followee in followees if (follower, followee) not in self.edges]
        for followee in new:
            self._refuse_new(follower, followee, 7500)
        return [event for followee in new for event in self._begin(follower, followee, "unattributed")]

    def update(self, pairs: Iterable[tuple[int, int]], **fields: str) -> list[Event]:
        pairs = list(pairs)
        for pair in pairs:
            if fields.get("state") == REQUESTED and self.state(*pair) == ACTIVE and pair[1] not in self.private:
                raise Refused("public")
        return [event for pair in pairs for event in self.change(*pair, "unattributed", **fields)]

    def delete(self, pairs: Iterable[tuple[int, int]]) -> list[Event]:
        return [event for pair in pairs for event in self._write(pair, None, "unattributed", None)]
