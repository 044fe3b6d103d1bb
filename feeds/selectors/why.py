"""Why a video is in somebody's Following feed, or is not. Answered from the feed's own predicate, condition by condition.

Whoever was told of a video may know what became of it. To everybody else all that they cannot see reads alike: what is
private, scheduled, removed, behind a block, or was never there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import HANDLE_PATTERN, HandleClaim, User
from accounts.selectors import account_by_handle, current_handle_of
from feeds.sql.why import WHY_CREATOR, WHY_VIDEO
from feeds.why import WORDS
from follows.models import Follow, FollowEvent
from follows.relations import Relation
from follows.selectors import mute_of, relation
from follows.selectors.lists import hidden_from
from socialvideo.lib import lookups  # noqa: F401  # registers __among
from socialvideo.lib.pagination import encode_cursor
from videos.models import Publication, Video

MOST_NAMESAKES = 8
MOST_LOOKED_AT = 200  # publications of a creator, the newest
_VIDEO = re.compile(rf"/@{HANDLE_PATTERN}/video/(\d{{1,18}})(?:/|$)", re.IGNORECASE)
_HANDLE = re.compile(rf"(?:.*/)?@({HANDLE_PATTERN})(?:/.*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """`code` is a word of `feeds.why.WORDS`. `account` and `video` only where the viewer may know them; `number` of the
    creator's videos are in the feed, `at_least`: and maybe older ones; `cursor` is that of the page which begins with the
    video."""

    code: str
    account: User | None = None
    video: Video | None = None
    relation: Relation | None = None
    at: datetime | None = None
    number: int = 0
    at_least: bool = False
    cursor: str = ""

    @property
    def is_here(self) -> bool:
        return self.code in {"here", "creator_here"}

    @property
    def title(self) -> str:
        return self._said[0]

    @property
    def text(self) -> str:
        return self._said[1]

    @property
    def _said(self) -> tuple[str, str]:
        title, text = WORDS[self.code]
        name = {"name": self.account.display_name if self.account else ""}
        return title % name, text % name


NO_VIDEO = Answer("cannot_see")
NO_ACCOUNT = Answer("no_account")


@dataclass(frozen=True)
class Found:
    """What a question means: its answer, or the accounts of that name."""

    answer: Answer | None = None
    namesakes: Sequence[User] = ()


def explain(viewer_id: int, question: str) -> Found:
    """`question`: the address or id of a video; an account's address, handle or name."""
    asked = question.replace("\0", "").strip()
    path = unquote(re.split(r"[?#]", asked)[0])
    if video := _VIDEO.search(path):
        return Found(why_video(viewer_id, int(video[1])))
    if asked.isdecimal() and len(asked) <= 18:
        return Found(why_video(viewer_id, int(asked)))
    if handle := _HANDLE.fullmatch(path):
        return Found(why_handle(viewer_id, handle[1]))
    if account_by_handle(asked):
        return Found(why_handle(viewer_id, asked))
    namesakes = _named(viewer_id, asked)
    if len(namesakes) == 1:
        return Found(why_creator(viewer_id, namesakes[0]))
    return Found(namesakes=namesakes) if namesakes else Found(NO_ACCOUNT)


def why_video(viewer_id: int, video_id: int) -> Answer:
    video = Video.objects.visible_to(viewer_id).with_card().filter(pk=video_id).first()
    own = Video.objects.of_creator(viewer_id).with_card().filter(pk=video_id).first()
    if own:
        return Answer(_own(own), own.creator, own, at=own.publish_at)
    reasons = _reasons(WHY_VIDEO, {"viewer": viewer_id, "video": video_id})
    if video is None:
        return _hidden_video(viewer_id, video_id, was_told=any(told for _, _, told in reasons))
    [(publication_id, reason, _)] = reasons
    cursor = encode_cursor([publication_id + 1]) if reason == "here" else ""
    return _about(viewer_id, video.creator, reason, video=video, cursor=cursor, at=video.published_at)


def why_handle(viewer_id: int, handle: str) -> Answer:
    account = account_by_handle(handle) or account_by_handle(current_handle_of(handle) or "")
    return why_creator(viewer_id, account) if account else _without_account(viewer_id, handle)


def why_creator(viewer_id: int, account: User) -> Answer:
    tie = relation(viewer_id, account.pk)
    if tie.is_self:
        return Answer("own_account", account)
    if tie.blocked_by and not tie.blocking:
        return NO_ACCOUNT
    if not tie.blocking and not account.is_present:
        return Answer(account.standing if tie.following else "gone", account, relation=tie)
    reasons = _reasons(WHY_CREATOR, {"viewer": viewer_id, "creator": account.pk})
    visible = set(
        Publication.objects.filter(
            id__among=[publication_id for publication_id, _, _ in reasons],
            video__in=Video.objects.visible_to(viewer_id).of_creator(account.pk),
        ).values_list("pk", flat=True)
    )
    seen = [(publication_id, reason) for publication_id, reason, _ in reasons if publication_id in visible]
    if not tie.following:
        return _about(viewer_id, account, "not_following")
    here = [publication_id for publication_id, reason in seen if reason == "here"]
    if here:
        cursor = encode_cursor([here[0] + 1])
        at_least = len(reasons) == MOST_LOOKED_AT
        return Answer("creator_here", account, relation=tie, number=len(here), at_least=at_least, cursor=cursor)
    return _about(viewer_id, account, seen[0][1] if seen else "muted" if tie.muted else "nothing_yet")


def _about(
    viewer_id: int,
    account: User,
    reason: str,
    *,
    video: Video | None = None,
    cursor: str = "",
    at: datetime | None = None,
) -> Answer:
    """With what the reason leaves open: whether it was asked for, until when it is muted."""
    tie = relation(viewer_id, account.pk)
    if reason == "not_following":
        at, reason = None, _not_followed(account, tie)
    elif reason == "muted":
        mute = mute_of(viewer_id, account.pk)
        at = mute.until if mute else None
        reason = "muted_until" if at else reason
    return Answer(reason, account, video, tie, at, cursor=cursor)


def _not_followed(account: User, tie: Relation) -> str:
    if tie.blocking:
        return "blocked_by_me"
    if tie.state:
        return "requested"
    return "not_following_private" if account.is_private else "not_following"


def _hidden_video(viewer_id: int, video_id: int, *, was_told: bool) -> Answer:
    video = Video.objects.with_card().filter(pk=video_id).first()
    if video and was_told and (became := _became(video)):
        return Answer(became, video.creator, relation=relation(viewer_id, video.creator_id))
    everybodys = Video.objects.visible_to(None).with_card().filter(pk=video_id).first()
    if everybodys and relation(viewer_id, everybodys.creator_id).blocking:
        return _about(viewer_id, everybodys.creator, "not_following")
    return NO_VIDEO


def _became(video: Video) -> str:
    """What became of a video that the viewer was told of and cannot see."""
    if video.state == Video.State.REMOVED:
        return "removed_by_creator" if video.removed_by_id == video.creator_id else "removed_by_moderator"
    if not video.creator.is_present:
        return video.creator.standing
    if video.visibility == Video.Visibility.ONLY_ME:
        return "only_me"
    return "for_adults" if video.for_adults else ""


def _own(video: Video) -> str:
    if video.state == Video.State.READY and video.publish_at:
        return "own_scheduled"
    if video.state == Video.State.PUBLISHED and video.visibility == Video.Visibility.ONLY_ME:
        return "own_ready"
    return f"own_{video.state}"


def _without_account(viewer_id: int, handle: str) -> Answer:
    """Whoever followed somebody may know that the account was deleted."""
    claim = HandleClaim.objects.filter(handle=handle.lower()).values("account_id")
    erased = User.objects.filter(pk__in=claim, erased_at__isnull=False).first()
    if erased and FollowEvent.objects.filter(follower_id=viewer_id, followee_id=erased.pk).exists():
        return Answer("deleted")
    return NO_ACCOUNT


def _named(viewer_id: int, name: str) -> list[User]:
    """Accounts of that name, those whom the viewer follows first."""
    if not name:
        return []
    followed = Follow.objects.of_follower(viewer_id).values("followee")
    shown = User.objects.exclude(pk=viewer_id).filter(~hidden_from(viewer_id, "pk"), erased_at=None)
    mine = list(
        shown.filter(Q(name__icontains=name) | Q(handle__startswith=name.lower()), pk__in=followed)[:MOST_NAMESAKES]
    )
    if mine:
        return mine
    return list(namesakes(shown, name)[:MOST_NAMESAKES])


def namesakes(shown: QuerySet[User], name: str) -> QuerySet[User]:
    """By the index of names."""
    return shown.filter(name__iexact=name, suspended_at=None, deactivated_at=None)


def _reasons(statement: str, values: dict[str, int]) -> list[tuple[int, str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "most": MOST_LOOKED_AT})
        return cursor.fetchall()
