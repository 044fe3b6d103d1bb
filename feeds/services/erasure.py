"""An account's part in feeds, erased."""

from django.db import connection
from django.db.models import Q

from accounts.services import AT_ONCE, Eraser, carry_out
from feeds.models import (
    Digest,
    DigestPlan,
    Dismissal,
    EarlyEntry,
    Heat,
    Impression,
    Interest,
    NoticeChoice,
    Notification,
    NotInterested,
    Push,
    PushSubscription,
    Related,
    StrangerTold,
    SummaryPlan,
    Taste,
)
from videos.models import Video

_ENTRIES = """
    WITH gone AS (
        DELETE FROM feeds_inboxentry WHERE recipient_id = %(account)s AND publication_id IN (
            SELECT publication_id FROM feeds_inboxentry WHERE recipient_id = %(account)s LIMIT %(size)s)
        RETURNING 1
    )
    SELECT count(*) FROM gone
"""


def _erase_entries(account_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, {"account": account_id, "size": AT_ONCE})
        return int(cursor.fetchone()[0])


def _erase_early_entries(account_id: int) -> int:
    """Those that came when the fan-out had just ended; it takes away all others itself."""
    return int(EarlyEntry.objects.filter(recipient_id=account_id).delete()[0])


def _erase_notifications(account_id: int) -> int:
    some = Notification.objects.filter(Q(recipient_id=account_id) | Q(actor_id=account_id)).values("pk")[:AT_ONCE]
    return int(Notification.objects.filter(pk__in=some).delete()[0])


def _erase_strangers_told(account_id: int) -> int:
    some = StrangerTold.objects.filter(Q(author_id=account_id) | Q(recipient_id=account_id)).values("pk")[:AT_ONCE]
    return int(StrangerTold.objects.filter(pk__in=some).delete()[0])


def _erase_choices(account_id: int) -> int:
    return int(NoticeChoice.objects.filter(account_id=account_id).delete()[0])


def _erase_dismissals(account_id: int) -> int:
    some = Dismissal.objects.filter(Q(account_id=account_id) | Q(dismissed_id=account_id)).values("pk")[:AT_ONCE]
    return int(Dismissal.objects.filter(pk__in=some).delete()[0])


def _erase_devices(account_id: int) -> int:
    some = Push.objects.filter(subscription__account=account_id).values("pk")[:AT_ONCE]
    gone = Push.objects.filter(pk__in=some).delete()[0]
    return int(gone or PushSubscription.objects.filter(account=account_id).delete()[0])


def _erase_digests(account_id: int) -> int:
    some = Digest.objects.filter(account=account_id).values("pk")[:AT_ONCE]
    gone = Digest.objects.filter(pk__in=some).delete()[0]
    plans = (DigestPlan.objects.filter(account=account_id), SummaryPlan.objects.filter(account=account_id))
    return int(gone or sum(plan.delete()[0] for plan in plans))


def _erase_wishes(account_id: int) -> int:
    """What it said of others' videos, and what others said of its own."""
    said = NotInterested.objects.filter(Q(account_id=account_id) | Q(video__creator_id=account_id)).values("pk")
    gone = NotInterested.objects.filter(pk__in=said[:AT_ONCE]).delete()[0]
    return int(gone or Interest.objects.filter(account_id=account_id).delete()[0])


def _erase_figures(account_id: int) -> int:
    """What was computed from what it did, and of its videos."""
    own = Video.objects.of_creator(account_id)
    related = Related.objects.filter(Q(video_id__in=own.values("pk")) | Q(other_id__in=own.values("pk")))
    return sum(
        int(rows.model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:AT_ONCE])).delete()[0])
        for rows in (
            Taste.objects.filter(account_id=account_id),
            Impression.objects.filter(viewer_id=account_id),
            Heat.objects.filter(video__in=own),
            related,
        )
    )


ERASURE_PART = "feeds"
ERASERS: dict[str, Eraser] = {
    "entries": _erase_entries,
    "early_entries": _erase_early_entries,
    "notifications": _erase_notifications,
    "strangers_told": _erase_strangers_told,
    "choices": _erase_choices,
    "dismissals": _erase_dismissals,
    "devices": _erase_devices,
    "digests": _erase_digests,
    "wishes": _erase_wishes,
    "figures": _erase_figures,
}


def erase(account_id: int) -> bool:
    """What the account was told, and what others were told about it. Entries of its videos in other inboxes stay, as they
    do after an unfollow: ids that no feed shows, by which deliveries are proved. Returns whether there is more to do.

    After the account's edges have ended, and every fan-out that still saw them: no entry comes back."""
    return carry_out(account_id=account_id, part=ERASURE_PART, erasers=ERASERS, after="follows")
