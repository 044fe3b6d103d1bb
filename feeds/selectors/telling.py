"""Who is told of a publication, and whose telling is unfinished."""

from collections.abc import Collection

from django.db import connection
from django.db.models import F

from feeds.sql.edges import RECIPIENTS
from feeds.sql.telling import RECIPIENTS_AMONG
from videos.models import Publication


def recipients(publication: Publication, *, among: Collection[int] | None = None) -> dict[int, int]:
    """Who is told of a publication, and in which state: everyone who follows since before it and still does."""
    with connection.cursor() as cursor:
        cursor.execute(
            RECIPIENTS if among is None else RECIPIENTS_AMONG,
            {"publication": publication.pk, "creator": publication.creator_id, "accounts": list(among or ())},
        )
        return {recipient_id: state for recipient_id, _, state in cursor.fetchall()}


def unfinished_fan_outs(*, at_most: int | None = None) -> dict[int, int]:
    """Publications whose followers are not all told, those with the fewest left first, and where each stands."""
    left = F("followers_at_publish") - F("alerted") - F("listed_quietly") - F("muted")
    unfinished = Publication.objects.filter(fanout_state__in=["pending", "running"]).order_by(left, "pk")
    return dict(unfinished.values_list("pk", "fanout_cursor")[:at_most])
