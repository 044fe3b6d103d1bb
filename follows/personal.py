"""What following keeps about people. What the other side did is told as the follow history tells it."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from follows.machine import ABSENT, REQUESTED, Cause
from follows.models import EventOrigin, FollowEvent
from follows.wording import cause_as_told
from socialvideo.lib.personal import Kind, Row, Table, days, days_or_for_good, same, until_taken_back, with_account

HISTORY = days_or_for_good(
    "KEEP_FOLLOW_EVENTS_DAYS",
    _("%(time)s. Beyond that, for good: how each follow that stands began, and the last change between two accounts."),
)
OF_OTHERS = _("It is about what others do, and theirs to know.")
SUMS = _("It only sums up or hurries what is in the other files.")


def person(side: str) -> dict[str, str]:
    return {"account_id": f"{side}_id", "handle": f"{side}__handle", "name": f"{side}__name"}


EDGE = same("state", "followed_at")


def _with_handle(events: QuerySet[FollowEvent], side: str) -> QuerySet[FollowEvent]:
    return events.annotate(handle=Subquery(User.objects.filter(pk=OuterRef(side)).values("handle")))


def with_devices(events: QuerySet[FollowEvent], account_id: int) -> QuerySet[FollowEvent]:
    """The device is named for one's own acts only."""
    device = EventOrigin.objects.filter(pk=OuterRef("pk"), pk__isnull=False).values("device")
    return _with_handle(events, "followee_id").annotate(device=Subquery(device))


def own_event(event: Any) -> Row:
    by_me = event.actor_id == event.follower_id
    return {
        "account_id": event.followee_id,
        "handle": event.handle,
        "before": event.before,
        "after": event.after,
        "alerts": event.notify,
        "cause": cause_as_told(event.cause, (event.before, event.after), by_me=by_me),
        "device": (event.device or "") if by_me else "",
        "happened_at": event.happened_at,
    }


def changes_of_followers(events: QuerySet[FollowEvent], account_id: int) -> QuerySet[FollowEvent]:
    """Not whether they want alerts, nor whom they shut out."""
    return _with_handle(events.exclude(before=F("after")), "follower_id")


def followers_event(event: Any) -> Row:
    return {
        "account_id": event.follower_id,
        "handle": event.handle,
        "before": event.before,
        "after": event.after,
        "cause": cause_of_follower(event),
        "happened_at": event.happened_at,
    }


def cause_of_follower(event: FollowEvent) -> str:
    """A block of theirs reads as an unfollow, or as a request taken back."""
    if event.cause == Cause.BLOCKED and event.actor_id != event.followee_id and event.after == ABSENT:
        return Cause.CANCELLED if event.before == REQUESTED else Cause.UNFOLLOWED
    return event.cause


def only(state: str) -> Any:
    return lambda edges, account_id: edges.filter(state=state)


KINDS = [
    Kind(
        "following/following",
        _("Whom you follow or asked to follow"),
        _("To show you their videos and tell you of new ones."),
        until_taken_back,
        tables=(
            Table(
                "follows.Follow",
                "follower",
                person("followee") | EDGE | same("notify"),
                order=("followee_id",),
                related=("followee",),
            ),
        ),
    ),
    Kind(
        "following/followers",
        _("Who follows you or asked to"),
        _("To tell them of your videos, and to count them."),
        until_taken_back,
        tables=(
            Table(
                "follows.Follow",
                "followee",
                person("follower") | EDGE,
                order=("since",),
                related=("follower",),
                narrowed=only("active"),
            ),
            Table(
                "follows.Follow",
                "followee",
                person("follower") | EDGE,
                related=("follower",),
                narrowed=only("requested"),
            ),
        ),
    ),
    Kind(
        "following/blocked",
        _("Whom you blocked"),
        _("To keep you apart."),
        until_taken_back,
        tables=(
            Table(
                "follows.Block",
                "blocker",
                person("blocked") | same("created_at"),
                order=("blocked_id",),
                related=("blocked",),
            ),
        ),
    ),
    Kind(
        "following/muted",
        _("Whom you muted"),
        _("To show you nothing of them meanwhile."),
        until_taken_back,
        tables=(
            Table(
                "follows.Mute",
                "muter",
                person("muted") | same("until", "created_at"),
                order=("muted_id",),
                related=("muted",),
            ),
        ),
    ),
    Kind(
        "following/history",
        _("Everything that happened to your follows, and on which device of yours"),
        _("So that no follow ends silently: you can read each change and its cause."),
        HISTORY,
        tables=(Table("follows.FollowEvent", "follower_id", own_event, narrowed=with_devices),),
        also=("follows.FollowEvent.actor_id",),
        outlives=_("Numbers, causes and moments; devices are removed."),
    ),
    Kind(
        "following/followers-history",
        _("Who began and ceased to follow you"),
        _("To show you how your followers came and went."),
        HISTORY,
        tables=(
            Table(
                "follows.FollowEvent",
                "followee_id",
                followers_event,
                order=("happened_at", "id"),
                narrowed=changes_of_followers,
            ),
        ),
        outlives=_("Numbers, causes and moments."),
    ),
    Kind(
        "following/interest",
        _("How many videos you watched of whom you follow"),
        _("To sort the Following Manager by interest."),
        with_account,
        tables=(
            Table(
                "follows.Tie",
                "follower_id",
                {"account_id": "followee_id"} | same("watched", "last_watched_at"),
                order=("followee_id",),
            ),
        ),
    ),
    Kind(
        "following/batches",
        _("Changes that you made to many follows at once, and imports"),
        _("To carry them out, to show you what came of each, and to let you undo them."),
        days("KEEP_BATCHES_DAYS", _("%(time)s; names that an import found nobody for, until you take them off.")),
        tables=(
            Table("follows.Batch", "owner", same("id", "act", "state", "total", "device", "created_at", "finished_at")),
        ),
    ),
    Kind(
        "following/batch-rows",
        _("Each account of such a change"),
        _("The same."),
        days("KEEP_BATCHES_DAYS", _("%(time)s; names that an import found nobody for, until you take them off.")),
        tables=(
            Table(
                "follows.BatchRow",
                "batch__owner",
                same("batch_id", "account_id", "handle", "notify", "followed_at", "result", "reason"),
                order=("batch_id", "position"),
            ),
        ),
    ),
    Kind(
        "following/others",
        _("Who blocked or muted you, watched your videos how often, or has your name in an import"),
        _("To keep to what they chose."),
        until_taken_back,
        also=(
            "follows.Block.blocked",
            "follows.Mute.muted",
            "follows.Tie.followee_id",
            "follows.BatchRow.account_id",
        ),
        left_out=OF_OTHERS,
        outlives=_("Numbers in the lists of others."),
    ),
    Kind(
        "following/figures",
        _("How many follow you, and when you last published"),
        _("To show a number without counting every time."),
        with_account,
        also=(
            "follows.FollowCount.account_id",
            "follows.CountDelta.account_id",
            "follows.CreatorPulse.account_id",
            "follows.FollowOutbox.follower_id",
            "follows.FollowTally.account_id",
            "follows.FollowLapse.account_id",
        ),
        left_out=SUMS,
        outlives=_("Numbers."),
    ),
]
