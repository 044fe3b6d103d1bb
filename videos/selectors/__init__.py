"""Reads of videos, shaped like the pages and answers that show them. Each costs the same number of queries for one row
as for many."""

from videos.selectors.captions import Track, captions_of
from videos.selectors.comments import (
    CommentRow,
    comment_for,
    comment_row,
    comments_page,
    hidden_comments,
    hidden_replies,
    newest_comment,
    replies_page,
)
from videos.selectors.making import deleted_page, drafts_page, unfinished_uploads
from videos.selectors.profile import (
    GRID_SIZE,
    Holdings,
    Profile,
    grid,
    grid_page,
    holdings,
    profile,
    reposts,
    reposts_page,
)
from videos.selectors.reactions import (
    Reactions,
    hides_reposts,
    kept_page,
    lost,
    reactions_of,
    reposters,
)
from videos.selectors.reporting import Reported, Statement, decision_about, decisions_page, receipt, reports_page
from videos.selectors.watching import public_creators, public_video, public_videos, video_for

__all__ = [
    "GRID_SIZE",
    "CommentRow",
    "Holdings",
    "Profile",
    "Reactions",
    "Reported",
    "Statement",
    "Track",
    "captions_of",
    "comment_for",
    "comment_row",
    "comments_page",
    "decision_about",
    "decisions_page",
    "deleted_page",
    "drafts_page",
    "grid",
    "grid_page",
    "hidden_comments",
    "hidden_replies",
    "hides_reposts",
    "holdings",
    "kept_page",
    "lost",
    "newest_comment",
    "profile",
    "public_creators",
    "public_video",
    "public_videos",
    "reactions_of",
    "receipt",
    "replies_page",
    "reports_page",
    "reposters",
    "reposts",
    "reposts_page",
    "unfinished_uploads",
    "video_for",
]
