"""What somebody said that For You should show, or should not."""

from dataclasses import dataclass

from django.db.models import Count

from accounts.models import User
from feeds.models import Interest, NotInterested
from follows.selectors import relations
from socialvideo.lib.pagination import Page, keyset_page
from videos.models import Publication, Video, VideoTag

TAGS_OFFERED = 60
NEWEST = 5000  # publications, among whose tags the most used are looked for


@dataclass(frozen=True)
class TagChoice:
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class TurnedDown:
    """`video`: None where it cannot be seen any more; `creator`: None behind a block. `whole_creator`: nothing of its
    creator."""

    video_id: int
    creator: User | None
    video: Video | None
    whole_creator: bool


def tags_to_choose(account_id: int) -> list[TagChoice]:
    """The chosen ones, and those that most creators used lately. Two queries."""
    chosen = list(
        Interest.objects.filter(account_id=account_id).order_by("tag__name").values_list("tag__name", flat=True)
    )
    newest = Publication.objects.order_by("-pk").values("video")[:NEWEST]
    shown = Video.objects.visible_to(account_id).unlimited().filter(state="published", visibility="everyone")
    used = VideoTag.objects.filter(video__in=newest).filter(video__in=shown).values_list("tag__name")
    ranked = used.annotate(creators=Count("video__creator", distinct=True), videos=Count("pk"))
    names = [name for name, *_ in ranked.order_by("-creators", "-videos", "tag__name")[:TAGS_OFFERED]]
    return [TagChoice(name, name in chosen) for name in dict.fromkeys([*chosen, *names])]


def turned_down_page(account_id: int, *, cursor: str = "") -> Page[TurnedDown]:
    """What the account does not want to be shown, newest first."""
    said = NotInterested.objects.filter(account_id=account_id).select_related("video__creator")
    page = keyset_page(said, order=["-id"], cursor=cursor)
    videos = Video.objects.visible_to(account_id).with_card().in_bulk([wish.video_id for wish in page.items])
    ties = relations(account_id, {wish.video.creator_id for wish in page.items})

    def shown(wish: NotInterested) -> TurnedDown:
        creator = None if ties[wish.video.creator_id].blocked_by else wish.video.creator
        return TurnedDown(wish.video_id, creator, videos.get(wish.video_id), wish.whole_creator)

    return page.map(shown)
