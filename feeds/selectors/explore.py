"""What there is to look around in: videos that are popular, new, or about something."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, Func, IntegerField, OuterRef

from feeds.models import Heat
from feeds.querysets import muted_by
from feeds.reasons import Reason, Source
from feeds.selectors.cards import Card, cards
from socialvideo.lib.pagination import Page, keyset_page
from videos.models import Tag, Video, VideoTag
from videos.querysets import VideoQuerySet

GRID_SIZE = 24
HOTTEST = 300  # videos that say what the week is about
TAGS_OF_THE_WEEK = 12
COUNTED = 10_000  # videos of a tag


def explore_page(viewer_id: int | None, *, sort: str, cursor: str = "") -> Page[Video]:
    """Everything for everyone: "new", newest first; "rising", what people watch and like these days, hottest first, and
    where there is not a page of that, the newest too."""
    videos = _for_everyone(viewer_id).with_card()
    if sort == "rising":
        page = _hottest_first(videos, cursor)
        return page if cursor or page.next_cursor else _filled_up(page, videos)
    videos = videos.select_related("publication")
    return keyset_page(videos, order=["-publication__id"], cursor=cursor, size=GRID_SIZE)


def _hottest_first(videos: VideoQuerySet, cursor: str) -> Page[Video]:
    warm = videos.filter(heat__isnull=False).select_related("creator", "count", "heat")
    return keyset_page(warm, order=["-heat__heat", "-heat__video_id"], cursor=cursor, size=GRID_SIZE)


def _filled_up(page: Page[Video], videos: VideoQuerySet) -> Page[Video]:
    """With the newest of the others."""
    others = videos.exclude(pk__in=[video.pk for video in page.items]).order_by("-published_at", "-pk")
    return Page([*page.items, *others[: GRID_SIZE - len(page.items)]])


def explore_cards(viewer_id: int | None, *, cursor: str = "") -> Page[Card]:
    """Everything for everyone, newest first."""
    page = explore_page(viewer_id, sort="new", cursor=cursor)
    return Page(cards(viewer_id, [(video, Reason(Source.NEW.value)) for video in page.items]), page.next_cursor)


def tags_of_the_week(viewer_id: int | None, *, at_most: int = TAGS_OF_THE_WEEK) -> list[Tag]:
    """What the hottest videos are about: tags of several creators before tags of one, each with `creators`. One query."""
    hottest = Heat.objects.order_by("-heat").values("video_id")[:HOTTEST]
    held = VideoTag.objects.filter(video__in=_for_everyone(None).filter(pk__in=hottest))
    if viewer_id is not None:
        held = held.exclude(muted_by(viewer_id, "video__creator_id"))
    by_creators = held.values("tag_id").annotate(creators=Count("video__creator_id", distinct=True))
    found = by_creators.order_by("-creators", "-tag_id").values_list("tag_id", "tag__name")[:at_most]
    return [Tag(pk=tag_id, name=name) for tag_id, name in found]


def tag_page(viewer_id: int | None, tag: str, *, sort: str = "new", cursor: str = "") -> Page[Video]:
    """All about something that the viewer may see: "new", newest first; "rising", what is watched and liked these days."""
    if sort == "rising":
        return _hottest_first(_tagged(viewer_id, tag), cursor)
    meant, shown = Tag.objects.filter(name=tag).values("pk"), published(viewer_id).filter(pk=OuterRef("video_id"))
    held = VideoTag.objects.filter(Exists(shown), tag=meant[:1], publication__isnull=False)
    newest = held.select_related("video__creator", "video__count")
    return keyset_page(newest, order=["-publication_id"], cursor=cursor, size=GRID_SIZE).map(lambda row: row.video)


def tag_count(viewer_id: int | None, tag: str) -> int:
    """How many those are: exact below COUNTED."""
    counted = Func(
        ArraySubquery(_tagged(viewer_id, tag).values("pk")[:COUNTED]),
        function="cardinality",
        output_field=IntegerField(),
    )
    return Tag.objects.filter(name=tag).values_list(counted, flat=True).first() or 0


def _tagged(viewer_id: int | None, tag: str) -> VideoQuerySet:
    return published(viewer_id).filter(tagged__tag__name=tag)


def _for_everyone(viewer_id: int | None) -> VideoQuerySet:
    videos = published(viewer_id).filter(visibility="everyone")
    return videos if viewer_id is None else videos.exclude(creator_id=viewer_id)


def published(viewer_id: int | None) -> VideoQuerySet:
    """What the viewer may see and no moderator limited, of nobody whom they mute."""
    videos = Video.objects.visible_to(viewer_id).unlimited().filter(state="published")
    return videos if viewer_id is None else videos.exclude(muted_by(viewer_id, "creator_id"))
