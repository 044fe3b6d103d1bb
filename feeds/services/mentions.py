"""Telling those whom a caption or a comment mentions by @handle: once for each video and each comment, and only who may
see it then. A video tells when it is published, and again when its caption or visibility changed: whom it newly
mentions, and who may see it since."""

from django.utils.text import Truncator

from accounts.selectors import accounts_by_handle
from feeds.hints import BADGE
from feeds.models import Notification
from feeds.services.notices import notify_each
from socialvideo.lib import live
from videos import texts
from videos.models import Comment, Video

MOST = 10  # accounts that one text tells
EXCERPT = 140
Kind = Notification.Kind


def tell_mentioned_in_video(video_id: int) -> None:
    video = Video.objects.get(pk=video_id)
    mentioned = _mentioned(video.caption, besides={video.creator_id})
    event_key = f"mention:video:{video_id}"
    told = Notification.objects.filter(actor_id=video.creator_id, event_key=event_key)
    told.unseen().exclude(recipient_id__in=mentioned).delete()
    if video.state == Video.State.PUBLISHED:
        seeing = [account_id for account_id in mentioned if _may_see(account_id, video)]
        notify_each(seeing, kind=Kind.MENTIONED, event_key=event_key, actor_id=video.creator_id, video=video)


def tell_of_comment(comment_id: int) -> None:
    """Its video's creator, and whom it mentions. A creator who is mentioned is told once."""
    comment = Comment.objects.select_related("video").get(pk=comment_id)
    of_comment = {"actor_id": comment.author_id, "video": comment.video, "text": excerpt(comment)}
    notify_each([comment.video.creator_id], kind=Kind.COMMENTED, event_key=f"comment:{comment_id}", **of_comment)
    readers = [account_id for account_id in _mentioned_in(comment) if _may_read(account_id, comment)]
    notify_each(readers, kind=Kind.MENTIONED, event_key=f"mention:comment:{comment_id}", **of_comment)


def take_back_comment(comment_id: int) -> None:
    """What was told of a comment that no longer stands."""
    comment = Comment.objects.select_related("video").get(pk=comment_id)
    take_back([comment.video.creator_id], event_key=f"comment:{comment_id}")
    take_back(_mentioned_in(comment), event_key=f"mention:comment:{comment_id}")


def take_back(recipient_ids: list[int], *, event_key: str) -> None:
    """Whoever has not seen it was never told; of what was seen its words go."""
    told = Notification.objects.filter(recipient_id__in=recipient_ids, event_key=event_key)
    told.unseen().delete()
    told.update(text="")
    live.publish(recipient_ids, BADGE)


def excerpt(comment: Comment) -> str:
    return Truncator(" ".join(comment.text.split())).chars(EXCERPT)


def _mentioned_in(comment: Comment) -> list[int]:
    return _mentioned(comment.text, besides={comment.author_id, comment.video.creator_id})


def _mentioned(text: str, *, besides: set[int]) -> list[int]:
    """In the order of the text. A former handle means whom its link leads to."""
    accounts = accounts_by_handle(texts.mentions(text))
    return [account_id for account_id in accounts if account_id not in besides][:MOST]


def _may_see(account_id: int, video: Video) -> bool:
    return Video.objects.visible_to(account_id).filter(pk=video.pk).exists()


def _may_read(account_id: int, comment: Comment) -> bool:
    return _may_see(account_id, comment.video) and Comment.objects.visible_to(account_id).filter(pk=comment.pk).exists()
