"""What there is to look around in: videos that are popular, new, or about something."""

from django.db.models import F

from feeds.querysets import muted_by
from feeds.reasons import Reason, Source
from feeds.selectors.cards import Card, cards
from socialvideo.lib.pagination import Page, keyset_page
from videos.models import Video
from videos.querysets import VideoQuerySet

GRID_SIZE = 24
MOST_POPULAR = 60


def explore_page(viewer_id: int | None, *, sort: str, cursor: str = "") -> Page[Video]:
    """ "new": everything for everyone, newest first. "popular": one page of what is popular."""
    if sort == "popular":
        return Page(popular(viewer_id, at_most=MOST_POPULAR))
    newest = _for_everyone(viewer_id).with_card().select_related("publication")
    return keyset_page(newest, order=["-publication__id"], cursor=cursor, size=GRID_SIZE)


def explore_cards(viewer_id: int | None, *, cursor: str = "") -> Page[Card]:
    """Everything for everyone, newest first."""
    page = explore_page(viewer_id, sort="new", cursor=cursor)
    return Page(cards(viewer_id, [(video, Reason(Source.NEW.value)) for video in page.items]), page.next_cursor)


def popular(viewer_id: int | None, *, at_most: int) -> list[Video]:
    """The hottest videos for everyone; where there are not enough, the newest. Two queries."""
    hottest = _for_everyone(viewer_id).with_card().filter(heat__isnull=False).order_by(F("heat__heat").desc())
    found = {video.pk: video for video in hottest[:at_most]}
    if len(found) < at_most:
        newest = _for_everyone(viewer_id).with_card().exclude(pk__in=found).order_by("-published_at")
        found |= {video.pk: video for video in newest[: at_most - len(found)]}
    return list(found.values())


def tag_page(viewer_id: int | None, tag: str, *, cursor: str = "") -> Page[Video]:
    """Videos about something, newest first: all that the viewer may see."""
    tagged = _published(viewer_id).filter(tagged__tag__name=tag).with_card()
    return keyset_page(tagged, order=["-id"], cursor=cursor, size=GRID_SIZE)


def _for_everyone(viewer_id: int | None) -> VideoQuerySet:
    videos = _published(viewer_id).filter(visibility="everyone")
    return videos if viewer_id is None else videos.exclude(creator_id=viewer_id)


def _published(viewer_id: int | None) -> VideoQuerySet:
    """What the viewer may see, of nobody whom they mute."""
    videos = Video.objects.visible_to(viewer_id).filter(state="published")
    return videos if viewer_id is None else videos.exclude(muted_by(viewer_id, "creator_id"))
