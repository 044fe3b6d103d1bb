"""What an erased account leaves in videos: what it did to those of others, what others did to its own, then its videos,
files first. Of a video that was published the bare row stays, because its publication stands: numbers, no content."""

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_noop

from accounts.services import AT_ONCE, Eraser, NotYet, carry_out
from follows.services import forget_watching
from videos.models import (
    Appeal,
    Bookmark,
    Case,
    Comment,
    CommentLike,
    HiddenReposts,
    Like,
    ModerationEvent,
    Proposal,
    Publication,
    Report,
    Repost,
    Video,
    VideoPrints,
    VideoTally,
    Watch,
    new_media_key,
)
from videos.querysets import CommentQuerySet
from videos.services.tagging import keep_tags
from videos.services.tallies import forget_tallies
from videos.services.uploads import throw_away

PART = "videos"
GONE_WITH_ITS_ACCOUNT = gettext_noop("The account was deleted.")


def _rows(model: Any, account: str) -> Eraser:
    """Removes some of the rows that lead to the account; triggers keep the counts of their videos."""

    def erase_some(account_id: int) -> int:
        some = model.objects.filter(**{account: account_id}).values("pk")[:AT_ONCE]
        return int(model.objects.filter(pk__in=some).delete()[0])

    return erase_some


def _erase_comments(account_id: int) -> int:
    """Where others replied, an empty line stays in their thread."""
    own = Comment.objects.filter(author=account_id)
    unanswered = own.filter(replies=None).values("pk")[:AT_ONCE]
    _, gone = Comment.objects.filter(pk__in=unanswered).delete()
    return gone.get("videos.Comment", 0) or _empty_comments(own)


def _empty_comments(comments: CommentQuerySet) -> int:
    some = Comment.objects.filter(pk__in=comments.values("pk")[:AT_ONCE])
    return some.update(author=None, text="", pinned_at=None, removed_at=Coalesce("removed_at", Now()))


def _hidden_reposts(account_id: int) -> int:
    """Whose it did not want to be shown, and who did not want its own."""
    either = HiddenReposts.objects.filter(Q(account=account_id) | Q(creator=account_id)).values("pk")[:AT_ONCE]
    return int(HiddenReposts.objects.filter(pk__in=either).delete()[0])


def _unname_reports(account_id: int) -> int:
    """What was reported is looked into all the same."""
    some = Report.objects.filter(reporter=account_id).values("pk")[:AT_ONCE]
    return Report.objects.filter(pk__in=some).update(reporter=None)


def _empty_appeals(account_id: int) -> int:
    some = Appeal.objects.filter(account_id=account_id).exclude(text="").values("pk")[:AT_ONCE]
    return Appeal.objects.filter(pk__in=some).update(text="")


def _let_go_of_cases(account_id: int) -> int:
    """Of a moderator: others go on with them."""
    proposed = Proposal.objects.filter(by=account_id)
    for proposal in proposed.select_related("case"):
        case = proposal.case
        about = {"kind": case.kind, "subject_id": case.subject_id, "case_id": case.pk}
        ModerationEvent.objects.create(act="turn_down", before={"by": proposal.by_id, "act": proposal.act}, **about)
    Case.objects.filter(proposal__in=proposed, state=Case.State.SECOND).update(state=Case.State.OPEN)
    released = Case.objects.filter(taken_by=account_id).update(taken_by=None, taken_until=None)
    return released + int(proposed.delete()[0])


def _views_received(account_id: int) -> int:
    """With what following knows of them."""
    rows = dict(Watch.objects.filter(video__creator=account_id).values_list("pk", "viewer_id")[:AT_ONCE])
    forget_watching(creator_id=account_id, viewer_ids=list(rows.values()))
    return int(Watch.objects.filter(pk__in=rows).delete()[0])


def _take_down(account_id: int) -> int:
    """Out of the hands of workers. Of an account that is erased nothing is ever brought back."""
    some = Video.objects.of_creator(account_id).standing().values("pk")[:AT_ONCE]
    standing = Video.objects.standing().filter(pk__in=some)
    return standing.update(state=Video.State.REMOVED, state_before_removal=F("state"), removed_at=Now())


def _erase_video(account_id: int) -> int:
    """One at a time, when all are taken down. Raises NotYet when a worker still has the last: whatever it stores would be
    left behind."""
    with_content = Video.objects.of_creator(account_id).filter(Q(publication=None) | ~Q(original="", rendition_key=""))
    if not with_content.exists():
        return 0
    video = with_content.idle().order_by("?").first()  # one that cannot go holds up no other
    if video is None:
        raise NotYet("a worker has a video")
    erase_video(video, why=GONE_WITH_ITS_ACCOUNT)
    return 1


def erase_video(video: Video, *, why: str) -> None:
    """Its files first, so that a crash leaves a row that says what is still to be done. No row is locked meanwhile: it must
    be down for good already."""
    throw_away(video)
    _erase_rows(video, why)


@transaction.atomic
def _erase_rows(video: Video, why: str) -> None:
    if Publication.objects.filter(video=video).exists():
        _empty(video, why)
    else:
        VideoTally.objects.filter(video_id=video.pk).delete()
        video.delete()


def _empty(video: Video, why: str) -> None:
    keep_tags(video.pk, "")
    video.captions.all().delete()
    VideoPrints.objects.filter(video=video).delete()
    video.likenesses.all().delete()
    Video.objects.filter(pk=video.pk).update(
        state=Video.State.REMOVED,
        state_before_removal=video.state_before_removal or video.state,
        removed_at=Now(),
        removed_by=None,
        removal_reason=why,
        upload_key=f"erased {new_media_key()}",  # one that nobody can have taken
        caption="",
        publish_at=None,
        cover_ms=None,
        trim_from_ms=None,
        trim_to_ms=None,
        original="",
        digest="",
        rendition_key="",
        rungs_key="",
        poster_key="",
        awaits_more=False,
        captions_in="",
        uploaded_bytes=0,
        duration_ms=None,
        width=None,
        height=None,
        has_audio=False,
        failure_code="",
        failure_reason="",
        failed_at=None,
    )


ERASERS: dict[str, Eraser] = {
    "likes": _rows(Like, "account"),
    "comments": _erase_comments,
    "comment likes": _rows(CommentLike, "account"),
    "bookmarks": _rows(Bookmark, "account"),
    "reposts": _rows(Repost, "account"),
    "hidden reposts": _hidden_reposts,
    "views": _rows(Watch, "viewer"),
    "reports": _unname_reports,
    "appeals": _empty_appeals,
    "cases": _let_go_of_cases,
    "likes received": _rows(Like, "video__creator"),
    "bookmarks received": _rows(Bookmark, "video__creator"),
    "reposts received": _rows(Repost, "video__creator"),
    "comments received": _rows(Comment, "video__creator"),
    "views received": _views_received,
    "figures": forget_tallies,
    "videos taken down": _take_down,
    "videos": _erase_video,
}


def erase(account_id: int) -> bool:
    return carry_out(account_id=account_id, part=PART, erasers=ERASERS)
