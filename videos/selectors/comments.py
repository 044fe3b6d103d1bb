"""Comments as one viewer reads them. What is counted but not shown closes each list."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Sum
from django.utils.translation import ngettext

from accounts.models import User
from socialvideo.lib.numbers import exact
from socialvideo.lib.pagination import Page, keyset_page
from videos import texts
from videos.models import Comment, CommentLike, Video
from videos.querysets import CommentQuerySet

REPLIES_A_PAGE = 20


@dataclass(frozen=True)
class CommentRow:
    """A comment, whether the viewer likes it, and whom it answers inside its thread, where the viewer may know."""

    comment: Comment
    liked: bool
    answered: User | None

    @property
    def is_addressed(self) -> bool:
        """Whether its own words do not name whom it answers."""
        return self.answered is not None and self.answered.handle not in texts.mentions(self.comment.text)

    @property
    def replies_words(self) -> str:
        number = self.comment.count.replies
        return ngettext("Show %(number)s reply", "Show %(number)s replies", number or 1) % {
            "number": exact(number or 1)
        }


def comments_page(video: Video, viewer_id: int | None, *, cursor: str = "") -> Page[CommentRow]:
    """Threads: the pinned one first, then the newest. A removed comment with replies is there as a line."""
    listed = Comment.objects.filter(video=video).listed_for(viewer_id)
    pinned = listed.standing().filter(pinned_at__isnull=False).select_related("author", "count").first()
    others = listed.exclude(pk=pinned.pk) if pinned else listed
    page = keyset_page(others.select_related("author", "count"), order=["-id"], cursor=cursor)
    first = [pinned] if pinned and not cursor else []
    return Page(_rows([*first, *page.items], viewer_id), page.next_cursor)


def replies_page(
    thread: Comment, viewer_id: int | None, *, cursor: str = "", up_to: int | None = None
) -> Page[CommentRow]:
    """Oldest first. `up_to`: none that is newer than that id."""
    replies = Comment.objects.filter(parent=thread).visible_to(viewer_id).select_related("author", "count")
    if up_to is not None:
        replies = replies.filter(pk__lte=up_to)
    page = keyset_page(replies, order=["id"], cursor=cursor, size=REPLIES_A_PAGE)
    return Page(_rows(page.items, viewer_id), page.next_cursor)


def comment_row(comment: Comment, viewer_id: int | None) -> CommentRow:
    return _rows([comment], viewer_id)[0]


def hidden_comments(video: Video, viewer_id: int | None) -> int:
    """Comments that are counted but not listed for this viewer, by accounts that are away or across a block; with the
    replies in their threads."""
    threads = Comment.objects.filter(video=video).threads().standing()
    hidden = threads.exclude(pk__in=threads.listed_for(viewer_id).values("pk"))
    return hidden.aggregate(number=Sum(1 + F("count__replies")))["number"] or 0


def hidden_replies(thread: Comment, viewer_id: int | None) -> int:
    replies = Comment.objects.filter(parent=thread)
    return replies.standing().count() - replies.visible_to(viewer_id).count()


def comment_for(viewer_id: int | None, comment_id: int) -> Comment | None:
    """A comment on a video that the viewer may watch. Whether they may read it too, and what is left of it, they see by
    `listed_for` and `visible_to`."""
    watched = Video.objects.visible_to(viewer_id).filter(pk=OuterRef("video_id"))
    comments = Comment.objects.select_related("video__creator", "video__count", "author", "count", "parent")
    return comments.filter(Exists(watched), pk=comment_id).first()


def newest_comment() -> int:
    """The id of the newest there is: what comes later is not in a list that was read now."""
    return Comment.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _rows(comments: Sequence[Comment], viewer_id: int | None) -> list[CommentRow]:
    """Two queries, however many."""
    liked = _liked_among(viewer_id, comments)
    answered = _answered(Comment.objects.visible_to(viewer_id), comments)
    return [CommentRow(comment, comment.pk in liked, answered.get(comment.answers_id)) for comment in comments]


def _liked_among(viewer_id: int | None, comments: Sequence[Comment]) -> set[int]:
    if viewer_id is None:
        return set()
    mine = CommentLike.objects.filter(account_id=viewer_id, comment__in=comments)
    return set(mine.values_list("comment_id", flat=True))


def _answered(readable: CommentQuerySet, comments: Sequence[Comment]) -> dict[int | None, User]:
    ids = {comment.answers_id for comment in comments} - {None}
    found = readable.filter(pk__in=ids).select_related("author") if ids else ()
    return {comment.pk: comment.author for comment in found}
