"""Who is told of a publication, and whose telling is unfinished."""

from django.db import connection
from django.db.models import F

from feeds.sql.edges import RECIPIENTS
from videos.models import Publication


def recipients(publication: Publication) -> dict[int, int]:
    """Who is told of a publication, and in which state: everyone who follows since before it and still does."""
    with connection.cursor() as cursor:
        cursor.execute(RECIPIENTS, {"publication": publication.pk, "creator": publication.creator_id})
        return {recipient_id: state for recipient_id, _, state in cursor.fetchall()}


def unfinished_fan_outs() -> list[int]:
    """Publications whose followers are not all told, those with the fewest left first."""
    left = F("followers_at_publish") - F("alerted") - F("listed_quietly") - F("muted")
    unfinished = Publication.objects.filter(fanout_state__in=["pending", "running"]).order_by(left, "pk")
    return list(unfinished.values_list("pk", flat=True))
