"""Events as messages that leave the site tell of them: pushes and digests. An event's key is `video:<publication>` or
`notice:<notification>`. What an account has seen, may not see, or does not want by that channel is no event for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from accounts.models import User
from feeds.models import NoticeChoice, Notification
from feeds.querysets import own_or_visible
from feeds.selectors.following import COUNTED, visible
from feeds.selectors.lines import NEW_VIDEO
from feeds.sql.edges import LETS_THROUGH
from feeds.topics import DEFAULTS, TOPIC_OF, Channel, Topic
from videos.models import Video

# Publications by which the viewer is still to be alerted: a follower then and now, with the bell on, who has not seen it.
_ALERTING = f"""
    SELECT p.id FROM videos_publication AS p JOIN follows_follow AS f ON {LETS_THROUGH}
        AND f.since < p.id AND f.notify = 'all'
    LEFT JOIN feeds_inboxentry AS entry ON entry.recipient_id = %(viewer)s AND entry.publication_id = p.id
    WHERE p.id = ANY(%(publications)s) AND coalesce(entry.state, 2) = 2
"""


_OF_TWO = {Notification.Kind.FOLLOWED, Notification.Kind.REQUESTED, Notification.Kind.APPROVED}


# What somebody did, after their name. In many languages the verb depends on how many people they are.
DEEDS: dict[str, Any] = {
    NEW_VIDEO: ngettext_lazy("posted a video", "posted videos", "people"),
    "followed": ngettext_lazy("followed you", "followed you", "people"),
    "requested": ngettext_lazy("asked to follow you", "asked to follow you", "people"),
    "approved": ngettext_lazy("approved your request", "approved your request", "people"),
    "appeared": ngettext_lazy("has a name that you imported", "have names that you imported", "people"),
    "liked": ngettext_lazy("liked your video", "liked your video", "people"),
    "commented": ngettext_lazy("commented on your video", "commented on your video", "people"),
    "replied": ngettext_lazy("replied to your comment", "replied to your comment", "people"),
    "comment_liked": ngettext_lazy("liked your comment", "liked your comment", "people"),
    "mentioned": ngettext_lazy("mentioned you", "mentioned you", "people"),
    "reposted": ngettext_lazy("reposted your video", "reposted your video", "people"),
    "held": gettext_lazy("those you mentioned are told later"),
    "imported": gettext_lazy("your import is done"),
    "processed": gettext_lazy("your video is ready"),
    "failed": gettext_lazy("your video could not be processed"),
    "removed": gettext_lazy("your video was removed"),
    "decided": gettext_lazy("a moderator decided about you"),
    "lifted": gettext_lazy("a decision about you was lifted"),
    "upheld": gettext_lazy("your appeal was looked at: the decision stands"),
    "outcome": gettext_lazy("what you reported was looked at"),
}


def _who(actor: User, others: int) -> str:
    if not others:
        return actor.display_name
    said = ngettext("%(name)s and %(number)s other", "%(name)s and %(number)s others", others)
    return said % {"name": actor.display_name, "number": others}


@dataclass(frozen=True)
class Event:
    """Something that happened, in words. `act`: who did what, the same when it is taken back and done again."""

    key: str
    act: str
    kind: str
    at: datetime
    actor: User | None
    video: Video | None
    text: str

    def said(self, others: int = 0) -> str:
        """`others` did the same."""
        if self.actor is None:
            return capfirst(str(Notification.Kind(self.kind).label))
        deed = DEEDS[self.kind] % {"people": others + 1}
        return _("%(who)s %(did)s") % {"who": _who(self.actor, others), "did": deed}

    @property
    def words(self) -> str:
        return self.said()

    @property
    def excerpt(self) -> str:
        return Truncator(self.text or (self.video.caption if self.video else "")).chars(140)

    @property
    def path(self) -> str:
        """Where one sees it."""
        pages = {
            "requested": "follows:requests",
            "imported": "follows:imports",
            "appeared": "follows:offers",
            "removed": "videos:decisions",
            "decided": "videos:decisions",
            "lifted": "videos:decisions",
            "upheld": "videos:decisions",
            "outcome": "videos:reports",
        }
        if self.kind in pages:
            return reverse(pages[self.kind])
        shown = self.video or self.actor
        return shown.get_absolute_url() if shown else reverse("feeds:notifications")


def wanted_topics(account_id: int, channel: Channel) -> set[Topic]:
    chosen = dict(NoticeChoice.objects.filter(account=account_id, channel=channel).values_list("topic", "wanted"))
    return {topic for topic in Topic if chosen.get(topic, topic in DEFAULTS[channel])}


def events(account_id: int, keys: Iterable[str], channel: Channel) -> dict[str, Event]:
    """Those of the events that the account is still to be told of by this channel, by their keys, the newest first."""
    topics = wanted_topics(account_id, channel)
    ids: dict[str, list[int]] = {"video": [], "notice": []}
    for key in keys:
        kind, _, number = key.partition(":")
        if kind in ids:
            ids[kind].append(int(number))
    found = _new_videos(account_id, ids["video"]) if Topic.NEW_VIDEOS in topics else []
    found += _happenings(account_id, ids["notice"], topics)
    return {event.key: event for event in sorted(found, key=lambda event: event.at, reverse=True)}


def unseen_keys(account_id: int, *, since: datetime, at_most: int) -> list[str]:
    """The newest events since then that the account has not seen, of each kind at most so many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT alerted FROM feeds_overview(%s, %s, %s)", [account_id, 0, COUNTED])
        (alerted,) = cursor.fetchone()
    recent = Video.objects.filter(publication__in=alerted or [], published_at__gte=since).order_by("-publication")
    unseen = Notification.objects.shown_to(account_id).unseen().filter(created_at__gte=since).order_by("-pk")
    videos = [f"video:{pk}" for pk in recent.values_list("publication", flat=True)[:at_most]]
    return videos + [f"notice:{pk}" for pk in unseen.values_list("pk", flat=True)[:at_most]]


def _new_videos(account_id: int, publication_ids: Sequence[int]) -> list[Event]:
    if not publication_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ALERTING, {"viewer": account_id, "publications": list(publication_ids)})
        alerting = [row[0] for row in cursor.fetchall()]
    return [
        Event(
            key=f"video:{video.publication.pk}",
            act=f"video:{video.publication.pk}",
            kind=NEW_VIDEO,
            at=video.publication.published_at,
            actor=video.creator,
            video=video,
            text="",
        )
        for video in visible(account_id, alerting)
    ]


def _happenings(account_id: int, notification_ids: Sequence[int], topics: set[Topic]) -> list[Event]:
    kinds = [kind for kind, topic in TOPIC_OF.items() if topic in topics]
    rows = Notification.objects.shown_to(account_id).unseen().filter(pk__in=notification_ids, kind__in=kinds)
    found = list(rows) if notification_ids else []
    actors: Mapping[int, User] = User.objects.in_bulk({row.actor_id for row in found if row.actor_id})
    videos: Mapping[int, Video] = (
        own_or_visible(account_id).with_card().in_bulk({row.video_id for row in found if row.video_id})
    )
    return [
        Event(
            key=f"notice:{row.pk}",
            act=f"{row.kind}:{row.actor_id}" if row.kind in _OF_TWO else row.event_key,
            kind=row.kind,
            at=row.created_at,
            actor=actors.get(row.actor_id),
            video=videos.get(row.video_id),
            text=row.words,
        )
        for row in found
    ]
