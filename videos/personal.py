"""What videos keeps about people: what they made, what they did to what others made, what was decided about it."""

import posixpath
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from socialvideo.lib.personal import (
    Kind,
    Media,
    Row,
    Table,
    days,
    days_or_always,
    days_or_for_good,
    for_good,
    in_days,
    same,
    until_taken_back,
    with_account,
)
from videos import storage
from videos.media.transcoding import INIT, MASTER, POSTER
from videos.models import Video

OF_OTHERS = _("It is about what others do, and theirs to know.")
OF_MODERATORS = _("It belongs to the record of what moderators do, which is kept for everybody concerned.")
AT_ONCE = 100

VIDEO = (
    "id",
    "caption",
    "visibility",
    "state",
    "is_draft",
    "allows_comments",
    "for_adults",
    "uploaded_bytes",
    "duration_ms",
    "width",
    "height",
    "publish_at",
    "created_at",
    "published_at",
    "removed_at",
    "removal_reason",
)
FIGURES = ("likes", "comments", "views", "bookmarks", "reposts")
DELIVERY = ("followers_at_publish", "alerted", "listed_quietly", "muted", "pull_only", "left_first")
CHOSEN = same("video_id", "created_at")


def video_row(video: Video) -> Row:
    row = {name: getattr(video, name) for name in VIDEO}
    row |= {name: getattr(video.count, name) for name in FIGURES}
    row["folder"] = folder_of(video.pk)
    return row


def folder_of(video_id: int) -> str:
    return f"videos/{video_id}"


# --- Files ----------------------------------------------------------------------------------------------------


def files(account_id: int) -> Iterator[Media]:
    """Of every video that its creator can still have; not of what moderators removed."""
    taken_down = Q(state=Video.State.REMOVED) & (Q(removed_by=None) | ~Q(removed_by=account_id))
    last, mine = 0, Video.objects.of_creator(account_id).exclude(taken_down)
    while some := list(mine.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        for video in some:
            yield from _files_of(video)
        last = some[-1].pk


def _files_of(video: Video) -> Iterator[Media]:
    folder = folder_of(video.pk)
    if video.original:
        yield Media(f"{folder}/original", (video.original,))
    elif pieces := best_rendition(video):
        yield Media(f"{folder}/video", pieces)
    if key := video.poster_key or video.rendition_key:
        yield Media(f"{folder}/cover.jpg", (f"{video.media_folder}/{key}/{POSTER}",))


def best_rendition(video: Video) -> tuple[str, ...]:
    """The beginning of a stream and its segments are, one after the other, a film."""
    key = video.rungs_key or video.rendition_key
    with suppress(OSError):
        folder = f"{video.media_folder}/{key}"
        best = max(pairwise(_lines(f"{folder}/{MASTER}")), key=_bandwidth)[1] if key else ""
        rung, name = posixpath.split(posixpath.normpath(f"{folder}/{best}"))
        segments = [line for line in _lines(f"{rung}/{name}") if not line.startswith("#")] if best else []
        return tuple(f"{rung}/{piece}" for piece in (INIT, *segments)) if segments else ()
    return ()


def _lines(name: str) -> list[str]:
    return [line for line in storage.read_text(name).splitlines() if line]


def _bandwidth(described: tuple[str, str]) -> int:
    """Of a line of a master playlist that describes the address on the next."""
    tag, _address = described
    return int(tag.partition(":BANDWIDTH=")[2].partition(",")[0] or 0)


# --- How long -------------------------------------------------------------------------------------------------


def video_time() -> str:
    sentence = gettext(
        "Until you delete it; then it can be brought back for %(days)s. An upload that stops is given up after %(upload)s."
    )
    return sentence % {"days": in_days(settings.KEEP_DELETED_DAYS), "upload": in_days(settings.UPLOAD_DAYS)}


def originals_time() -> str:
    if settings.KEEP_ORIGINALS:
        return gettext("With the video.")
    return gettext("Until the video is published and all is made of it; what is streamed stays with the video.")


KINDS = [
    Kind(
        "videos/videos",
        _("Your videos, with their captions and figures"),
        _("To show them to whom you chose."),
        video_time,
        tables=(Table("videos.Video", "creator", video_row, related=("count",)),),
        outlives=_("An empty row of what was published, with its number."),
    ),
    Kind(
        "videos/files",
        _("The files of your videos: as you sent them, what is streamed, the cover"),
        _("To play them everywhere, and to make another cover or a better film of them."),
        originals_time,
        media=files,
    ),
    Kind(
        "videos/captions",
        _("Words spoken in your videos"),
        _("For who cannot hear them."),
        video_time,
        tables=(Table("videos.Captions", "video__creator", same("video_id", "language", "text", "changed_at")),),
    ),
    Kind(
        "videos/prints",
        _("How frames of your videos look, in numbers"),
        _("So that moderators know again what they removed."),
        days_or_for_good("KEEP_REMOVED_PRINTS_DAYS", _("With the video; of a removed one %(time)s after the removal.")),
        left_out=_("Your videos say all of it."),
        outlives=_("Of what moderators removed, the numbers."),
    ),
    Kind(
        "videos/figures",
        _("What happened to your videos, without who did it, and what it sums up to"),
        _("To show you their figures."),
        days_or_for_good("KEEP_VIDEO_EVENTS_DAYS", _("%(time)s; the sums as long as your account exists.")),
        left_out=_("The studio shows the sums, and gives them as files."),
        outlives=_("What happened, until its time is over: numbers and moments."),
    ),
    Kind(
        "videos/publications",
        _("When each video was published, and how many followers were told of it"),
        _("To put feeds in order, and to show you that your followers were reached."),
        for_good,
        tables=(
            Table("videos.Publication", "creator", same("id", "video_id", "published_at", "fanout_state", *DELIVERY)),
        ),
        outlives=_("Numbers and moments."),
    ),
    Kind(
        "videos/comments",
        _("What you wrote under videos"),
        _("To show it there."),
        until_taken_back,
        tables=(
            Table(
                "videos.Comment",
                "author",
                same("id", "video_id", "parent_id", "answers_id", "text", "created_at", "pinned_at", "removed_at"),
            ),
        ),
    ),
    Kind(
        "videos/likes",
        _("Videos that you like"),
        _("To count them and list them for you; For You learns from them."),
        until_taken_back,
        tables=(Table("videos.Like", "account", CHOSEN),),
    ),
    Kind(
        "videos/comment-likes",
        _("Comments that you like"),
        _("To count them."),
        until_taken_back,
        tables=(Table("videos.CommentLike", "account", same("comment_id", "created_at")),),
    ),
    Kind(
        "videos/saved",
        _("Videos that you saved"),
        _("To list them for you alone."),
        until_taken_back,
        tables=(Table("videos.Bookmark", "account", CHOSEN),),
    ),
    Kind(
        "videos/reposts",
        _("Videos that you reposted"),
        _("To pass them on to your followers."),
        until_taken_back,
        tables=(Table("videos.Repost", "account", CHOSEN),),
    ),
    Kind(
        "videos/hidden-reposts",
        _("Whose reposts you do not want to see"),
        _("To leave them out."),
        until_taken_back,
        tables=(Table("videos.HiddenReposts", "account", {"account_id": "creator_id", "created_at": "created_at"}),),
    ),
    Kind(
        "videos/watched",
        _("Which videos you watched, when and for how long"),
        _("To count views, and to choose what For You shows you."),
        days_or_always(
            "KEEP_WATCHES_DAYS",
            _("%(time)s after you last watched it. The count of views stays; watched again later, it counts again."),
        ),
        tables=(Table("videos.Watch", "viewer", same("video_id", "watched_ms", "source", "first_at", "last_at")),),
    ),
    Kind(
        "videos/reports",
        _("What you reported"),
        _("To look into it, and to tell you what came of it."),
        with_account,
        tables=(Table("videos.Report", "reporter", same("kind", "subject_id", "reason", "text", "created_at")),),
        outlives=_("The report, without whose it was."),
    ),
    Kind(
        "videos/decisions",
        _("What moderators decided about you or what you made, by which rule and why"),
        _("To carry it out, to give you the reasons, and to judge the same alike."),
        for_good,
        tables=(
            Table(
                "videos.Decision",
                "account_id",
                {"kind": "case__kind", "subject_id": "case__subject_id"}
                | same("act", "policy", "words", "until", "decided_at"),
                related=("case",),
            ),
        ),
        also=("videos.Case.account_id",),
        outlives=_("Numbers, rules, reasons and moments."),
    ),
    Kind(
        "videos/appeals",
        _("Your answers to such decisions, and what came of them"),
        _("To have somebody else look at it."),
        with_account,
        tables=(
            Table(
                "videos.Appeal", "account_id", same("decision_id", "text", "made_at", "upheld", "words", "judged_at")
            ),
        ),
        outlives=_("That there was one, and how it was judged."),
    ),
    Kind(
        "videos/others",
        _("Who does not want to see your reposts"),
        _("To leave them out."),
        until_taken_back,
        also=("videos.HiddenReposts.creator",),
        left_out=OF_OTHERS,
    ),
    Kind(
        "videos/notices",
        _("Name and address of who reports something without an account"),
        _("To send them a receipt and the outcome."),
        days("KEEP_NOTICES_DAYS", _("%(time)s after the decision.")),
        left_out=_("It is no account’s: the receipt shows it to who has it."),
    ),
    Kind(
        "videos/desk",
        _("What moderators did and had in their hands"),
        _("So that nobody acts unseen, and nobody judges their own decision."),
        for_good,
        also=(
            "videos.Video.removed_by",
            "videos.Comment.removed_by",
            "videos.Case.taken_by",
            "videos.Proposal.by",
            "videos.Decision.by_id",
            "videos.Decision.seconded_by_id",
            "videos.Appeal.decision_by_id",
            "videos.Appeal.seconded_by_id",
            "videos.Appeal.judged_by_id",
            "videos.ModerationEvent.actor_id",
        ),
        left_out=OF_MODERATORS,
        outlives=_("Numbers, acts and moments."),
    ),
]
