"""What recipients did with what they were told."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone

from feeds.models import Notification
from feeds.sql.reach import SEE_ENTRIES, SEE_UNWRITTEN


@transaction.atomic
def see(*, viewer_id: int, publication_ids: Iterable[int] = (), notification_ids: Iterable[int] = ()) -> None:
    """What the viewer has now seen in their notifications. Anything that was not for them is left alone."""
    unseen = Notification.objects.unseen().filter(recipient_id=viewer_id, pk__in=notification_ids)
    unseen.update(seen_at=timezone.now())
    publications = list(publication_ids)
    if publications:
        with connection.cursor() as cursor:
            cursor.execute(SEE_ENTRIES, {"viewer": viewer_id, "publications": publications})
            cursor.execute(SEE_UNWRITTEN, {"viewer": viewer_id, "publications": publications})
