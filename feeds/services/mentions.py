"""Telling those whom a caption or a comment mentions by @handle, or a comment answers: once for each video and each
comment, and only who may see it then. When a video is published, and again when its caption or visibility changed, it and
its comments tell: whom they newly mention, and who may see them since."""

from collections.abc import Collection

from django.db import transaction
from django.utils.text import Truncator

from accounts.selectors import accounts_by_handle
from feeds.hints import BADGE
from feeds.models import HeldMention, Notification
from feeds.services.mention_brake import forget_strangers, hold, room_for
from feeds.services.notices import notify_each
from socialvideo.lib import live
from videos import texts
from videos.models import Comment, Video
from videos.querysets import CommentQuerySet

MOST = 10  # accounts that one text tells
HELD_AT_ONCE = 100  # texts in one sweep
MOST_COMMENTS = 100  # of a video that is changed, the newest that mention somebody
EXCERPT = 140
Kind = Notification.Kind


def tell_mentioned_in_video(video_id: int) -> None:
    video = Video.objects.get(pk=video_id)
    mentioned = _mentioned(video.caption, besides={video.creator_id})
    event_key = f"mention:video:{video_id}"
    told = Notification.objects.filter(actor_id=video.creator_id, event_key=event_key)
    told.unseen().exclude(recipient_id__in=mentioned).delete()
    if video.state == Video.State.PUBLISHED:
        _tell_mentioned(video.creator_id, [each for each in mentioned if _may_see(each, video)], event_key, video=video)


def _tell_mentioned(
    author_id: int, reading: list[int], event_key: str, *, video: Video, comment: Comment | None = None
) -> None:
    """Now, or, of many who do not follow the author, later."""
    if not reading:
        return
    now = room_for(author_id, reading, event_key)
    text = excerpt(comment) if comment else ""
    notify_each(now, kind=Kind.MENTIONED, event_key=event_key, actor_id=author_id, video=video, text=text)
    if len(now) < len(reading):
        hold(author_id, video=video, comment=comment)


def tell_held_mentions() -> None:
    """Goes on with what was held back, in no order that one author could fill."""
    for pk in HeldMention.objects.order_by("?").values_list("pk", flat=True)[:HELD_AT_ONCE]:
        _go_on(pk)
    forget_strangers()


@transaction.atomic
def _go_on(pk: int) -> None:
    held = HeldMention.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if held is None:
        return
    held.delete()  # it is held again where some are left
    if held.comment_id:
        _tell_mentioned_in_comment(_comments().get(pk=held.comment_id))
    elif held.video_id:
        tell_mentioned_in_video(held.video_id)


def tell_mentioned_in_comments(video_id: int) -> None:
    """Those who may see them since the video was changed."""
    mentioning = _comments().standing().filter(video=video_id, text__contains="@").order_by("-pk")
    for comment in mentioning[:MOST_COMMENTS]:
        _tell_mentioned_in_comment(comment)


def tell_of_comment(comment_id: int) -> None:
    """Whom it answers, its video's creator, and whom it mentions: each of them once, by the first of these."""
    comment = _comments().get(pk=comment_id)
    for told in _told_of(comment)[:-1]:
        _tell(comment, *told)
    _tell_mentioned_in_comment(comment)


def _tell_mentioned_in_comment(comment: Comment) -> None:
    _kind, event_key, mentioned = _told_of(comment)[-1]
    reading = [account_id for account_id in mentioned if _may_read(account_id, comment)]
    if comment.author_id and reading:
        _tell_mentioned(comment.author_id, reading, event_key, video=comment.video, comment=comment)


def take_back_comment(comment_id: int) -> None:
    """What was told of a comment that no longer stands."""
    for _, event_key, recipient_ids in _told_of(_comments().get(pk=comment_id)):
        take_back(recipient_ids, event_keys=[event_key])


def _comments() -> CommentQuerySet:
    return Comment.objects.select_related("video", "parent", "answers")


def _tell(comment: Comment, kind: str, event_key: str, recipient_ids: list[int]) -> None:
    readers = [account_id for account_id in recipient_ids if _may_read(account_id, comment)]
    words = excerpt(comment)
    notify_each(readers, kind=kind, event_key=event_key, actor_id=comment.author_id, video=comment.video, text=words)


def _told_of(comment: Comment) -> list[tuple[str, str, list[int]]]:
    """Kind, event and accounts."""
    answered = comment.answers or comment.parent
    answered_id = answered.author_id if answered else None
    creator_id = comment.video.creator_id
    mentioned = _mentioned(comment.text, besides={comment.author_id, answered_id, creator_id})
    return [
        (Kind.REPLIED, f"reply:{comment.pk}", [answered_id] if answered_id else []),
        (Kind.COMMENTED, f"comment:{comment.pk}", [] if creator_id == answered_id else [creator_id]),
        (Kind.MENTIONED, f"mention:comment:{comment.pk}", mentioned),
    ]


def take_back(recipient_ids: Collection[int], *, event_keys: Collection[str]) -> None:
    """Whoever has not seen it was never told; of what was seen its words go."""
    told = Notification.objects.filter(recipient_id__in=recipient_ids, event_key__in=event_keys)
    told.unseen().delete()
    told.update(text="")
    live.publish(recipient_ids, BADGE)


def excerpt(comment: Comment) -> str:
    return Truncator(" ".join(comment.text.split())).chars(EXCERPT)


def _mentioned(text: str, *, besides: set[int | None]) -> list[int]:
    """In the order of the text. A former handle means whom its link leads to."""
    accounts = accounts_by_handle(texts.mentions(text))
    return [account_id for account_id in accounts if account_id not in besides][:MOST]


def _may_see(account_id: int, video: Video) -> bool:
    return Video.objects.visible_to(account_id).filter(pk=video.pk).exists()


def _may_read(account_id: int, comment: Comment) -> bool:
    return _may_see(account_id, comment.video) and Comment.objects.visible_to(account_id).filter(pk=comment.pk).exists()
