"""Count = list = rows = events, asserted after whatever a test did."""

from accounts.models import User
from follows.audit import CHECKS
from follows.models import FollowEvent
from socialvideo.lib.testing import broken


def assert_graph_is_true() -> None:
    assert broken(CHECKS) == {}


def events_between(follower: User, followee: User) -> list[FollowEvent]:
    return list(FollowEvent.objects.filter(follower_id=follower.pk, followee_id=followee.pk).order_by("id"))
