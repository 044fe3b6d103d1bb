"""What somebody means who has typed "@mi" or "#sun": people, those they follow first, and tags, those in use first. Names
nobody whom they could not find otherwise, and no tag that only stands where they may not look."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import ngettext

from accounts.models import User
from follows.models import Follow
from follows.selectors import hidden_from
from socialvideo.lib.numbers import exact
from videos.models import Tag, Video, VideoTag

MOST = 6
LONGEST = 51
ASKED = 2000  # uses of tags, the newest ones


@dataclass(frozen=True)
class Completion:
    text: str
    about: str


def complete(viewer_id: int, typed: str) -> list[Completion]:
    sign, beginning = typed[:1], typed[1:].lower()
    if not beginning or sign not in {"@", "#"}:
        return []
    return _people(viewer_id, beginning) if sign == "@" else _tags(viewer_id, beginning)


def _people(viewer_id: int, beginning: str) -> list[Completion]:
    followed = Exists(Follow.objects.active().filter(follower_id=viewer_id, followee_id=OuterRef("pk")))
    present = User.objects.filter(suspended_at=None, deactivated_at=None, erased_at=None)
    called = present.filter(Q(handle__startswith=beginning) | Q(followed, name__istartswith=beginning))
    shown = called.exclude(pk=viewer_id).filter(~hidden_from(viewer_id, "pk"))
    people = shown.annotate(followed=followed).order_by("-followed", "handle")[:MOST]
    return [Completion(f"@{each.handle}", each.display_name) for each in people]


def _tags(viewer_id: int, beginning: str) -> list[Completion]:
    seen = Video.objects.visible_to(viewer_id).offered_to(viewer_id).filter(pk=OuterRef("video"))
    uses = VideoTag.objects.filter(Exists(seen), tag__name__startswith=beginning).order_by("-publication_id")
    counted = Counter(uses.values_list("tag", flat=True)[:ASKED])
    names = Tag.objects.in_bulk(list(counted))
    most = sorted(counted, key=lambda tag: (-counted[tag], names[tag].name))[:MOST]
    return [Completion(f"#{names[tag].name}", _used(counted[tag])) for tag in most]


def _used(times: int) -> str:
    return ngettext("%(number)s video", "%(number)s videos", times) % {"number": exact(times)}
