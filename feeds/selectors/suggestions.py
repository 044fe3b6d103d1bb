"""Accounts to follow, each with the reason why."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from accounts.models import User
from feeds.sql.suggestions import POPULAR, SUGGESTED
from follows.relations import Relation
from follows.selectors import relations

MOST = 60
GO_BETWEENS = 100  # of those whom the viewer follows: by whom they watch most, then by whom they followed last
OF_EACH = 100  # the newest of those whom a go-between follows
FOLLOWERS = 200  # the viewer's newest
WHOLE = 1_000_000  # what a go-between has to give
FEWEST = 20  # following fewer gives no more to each
FOLLOW_BACK = 2  # what following the viewer says, against being followed by a go-between
NAMED = 2
NEWEST = 500  # publications, for who is popular


@dataclass(frozen=True)
class Suggestion:
    """An account that the viewer may want to follow. `others`: how many go-betweens there are besides the named ones,
    `at_least`: among those that were looked at."""

    account: User
    relation: Relation
    go_betweens: Sequence[User] = field(default_factory=list)
    others: int = 0
    at_least: bool = False

    @property
    def popular(self) -> bool:
        return not self.go_betweens and not self.relation.follows_me


def people_to_follow(viewer_id: int | None, *, at_most: int = MOST) -> list[Suggestion]:
    """First whom the viewer's ties speak for, then who is popular among the new. Of what has come between reading and
    showing, a follow, a request or a block, the newer word counts."""
    found = _by_ties(viewer_id, at_most) if viewer_id is not None else {}
    if len(found) < at_most:
        found |= {account_id: ([], 0, False) for account_id in _popular(viewer_id, at_most) if account_id not in found}
    people = User.objects.present().in_bulk({*found, *(each for named, *_ in found.values() for each in named)})
    ties = relations(viewer_id, found)
    made = [
        Suggestion(
            people[account_id], ties[account_id], [people[each] for each in named if each in people], others, cut
        )
        for account_id, (named, others, cut) in found.items()
        if account_id in people and _is_free(ties[account_id])
    ]
    return made[:at_most]


def _is_free(relation: Relation) -> bool:
    return relation.button in {"follow", "follow_back"} and not relation.blocked_by and not relation.muted


def suggestion(viewer_id: int, account: User) -> Suggestion | None:
    """That of one account, if it is among them."""
    return next((each for each in people_to_follow(viewer_id) if each.account == account), None)


def _by_ties(viewer_id: int, size: int) -> dict[int, tuple[list[int], int, bool]]:
    """Go-betweens to name, how many more, and whether that is all of them; by account, the best first."""
    values = {
        "viewer": viewer_id,
        "size": size,
        "go_betweens": GO_BETWEENS,
        "of_each": OF_EACH,
        "followers": FOLLOWERS,
        "whole": WHOLE,
        "fewest": FEWEST,
        "follow_back": FOLLOW_BACK,
        "named": NAMED,
    }
    with connection.cursor() as cursor:
        cursor.execute(SUGGESTED, values)
        return {
            account_id: (named, how_many - len(named), cut) for account_id, named, how_many, cut in cursor.fetchall()
        }


def _popular(viewer_id: int | None, size: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(POPULAR, {"viewer": viewer_id or 0, "size": size, "newest": NEWEST})
        return [row[0] for row in cursor.fetchall()]
