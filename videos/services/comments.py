"""What people write under a video, in threads of one level, and what is done about it."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from videos.models import Comment, CommentLike, Video
from videos.services.acts import Mark, Tally, inserted, must_see
from videos.services.brakes import flagging, must_not_flood, one_at_a_time
from videos.services.refusals import GONE, Refused, not_yours
from videos.signals import comment_liked, comment_removed, comment_unliked, commented

_COMMENT = """
    INSERT INTO videos_comment (author_id, video_id, parent_id, answers_id, text, submit_key)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (author_id, submit_key) DO NOTHING RETURNING id
"""
LIKES = Mark(CommentLike, "likes")


@flagging
@transaction.atomic
def comment(*, author: User, video: Video, text: str, submit_key: str, answers: Comment | None = None) -> Comment:
    """A comment, or a reply to the one that it answers: what answers a reply joins its thread. The same key is the same
    comment, however often it is sent. Raises Refused: out of sight, comments are off, nothing was written, or, for a
    while, too much or the same again and again."""
    one_at_a_time(author)
    if earlier := Comment.objects.filter(author=author, submit_key=submit_key).first():
        return earlier
    must_see(author, video)
    _must_be_open(video)
    if answers:
        _must_read(author, answers, on=video)
    if not text.strip():
        raise Refused("empty", _("Write something first."))
    must_not_flood(author, text)
    parent_id, answers_id = _place(answers)
    if comment_id := inserted(_COMMENT, [author.pk, video.pk, parent_id, answers_id, text.strip(), submit_key]):
        commented.send(Comment, comment_id=comment_id)
    return Comment.objects.get(author=author, submit_key=submit_key)


def _place(answers: Comment | None) -> tuple[int | None, int | None]:
    """The thread, and the reply in it that is answered."""
    if answers is None:
        return None, None
    return (answers.parent_id, answers.pk) if answers.parent_id else (answers.pk, None)


@transaction.atomic
def remove_comment(*, by: User, comment: Comment) -> None:
    """By its author, the video's creator or a moderator. Twice is once. Raises Refused."""
    if by.pk not in {comment.author_id, comment.video.creator_id} and not _moderates(by):
        raise not_yours()
    if Comment.objects.standing().filter(pk=comment.pk).update(removed_at=Now(), removed_by=by):
        comment_removed.send(Comment, comment_id=comment.pk)


@transaction.atomic
def restore_comment(*, by: User, comment: Comment) -> None:
    """By whoever removed it, or a moderator. Twice is once. Raises Refused."""
    stored = Comment.objects.select_for_update(no_key=True).get(pk=comment.pk)
    if stored.removed_at is None:
        return
    moderates = _moderates(by) and by.pk != stored.author_id
    if stored.author_id is None or (by.pk != stored.removed_by_id and not moderates):
        raise Refused("not_yours", _("Only who removed it can bring it back."))
    Comment.objects.filter(pk=comment.pk).update(removed_at=None, removed_by=None)
    commented.send(Comment, comment_id=comment.pk)


def _moderates(account: User) -> bool:
    return account.has_perm("videos.remove_comment")


# --- Likes and the pin ----------------------------------------------------------------------------------------


@transaction.atomic
def like_comment(*, account: User, comment: Comment) -> Tally:
    """Twice is once. Raises Refused."""
    must_see(account, comment.video)
    _must_read(account, comment, on=comment.video)
    if LIKES.set(account, comment):
        comment_liked.send(Comment, comment_id=comment.pk, account_id=account.pk)
    return LIKES.tally(account, comment)


@transaction.atomic
def unlike_comment(*, account: User, comment: Comment) -> Tally:
    """Twice is once; what is out of sight can be unliked too."""
    if LIKES.take_off(account, comment):
        comment_unliked.send(Comment, comment_id=comment.pk, account_id=account.pk)
    return LIKES.tally(account, comment)


@transaction.atomic
def pin_comment(*, by: User, comment: Comment) -> None:
    """First under the video, in place of the one that was. By the video's creator alone. Twice is once. Raises Refused."""
    _must_create(by, comment)
    if comment.parent_id:
        raise Refused("reply", _("A reply cannot be pinned. Pin the comment that it answers."))
    Video.objects.select_for_update(no_key=True).get(pk=comment.video_id)  # one pin at a time
    Comment.objects.filter(video=comment.video_id, pinned_at__isnull=False).exclude(pk=comment.pk).update(
        pinned_at=None
    )
    if not Comment.objects.standing().filter(pk=comment.pk).update(pinned_at=Now()):
        raise Refused("gone", _("This comment was removed."))


@transaction.atomic
def unpin_comment(*, by: User, comment: Comment) -> None:
    """Twice is once. Raises Refused."""
    _must_create(by, comment)
    Comment.objects.filter(pk=comment.pk).update(pinned_at=None)


# --- What must hold -------------------------------------------------------------------------------------------


def _must_create(account: User, comment: Comment) -> None:
    if account.pk != comment.video.creator_id:
        raise not_yours()


def _must_be_open(video: Video) -> None:
    if not Video.objects.filter(pk=video.pk, allows_comments=True).exists():
        raise Refused("comments_off", _("Comments are off for this video."))


def _must_read(account: User, comment: Comment, *, on: Video) -> None:
    if not Comment.objects.visible_to(account.pk).filter(pk=comment.pk, video=on).exists():
        raise Refused(GONE[0], _("This comment is not available."))
