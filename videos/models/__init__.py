"""Videos, their publication, and what people did to them."""

from videos.models.captions import Captions
from videos.models.comments import Comment, CommentCount, CommentLike
from videos.models.counts import VideoCount
from videos.models.figures import TallyMark, VideoEvent, VideoTally
from videos.models.moderation import Appeal, Case, Decision, ModerationEvent, Notice, Proposal, Report
from videos.models.prints import Likeness, RemovedBand, RemovedVideo, VideoPrints
from videos.models.publications import Publication
from videos.models.reactions import Bookmark, Like, Watch
from videos.models.reposts import HiddenReposts, Repost
from videos.models.uploads import Upload
from videos.models.videos import Tag, Video, VideoTag, new_media_key

__all__ = [
    "Appeal",
    "Bookmark",
    "Captions",
    "Case",
    "Comment",
    "CommentCount",
    "CommentLike",
    "Decision",
    "HiddenReposts",
    "Like",
    "Likeness",
    "ModerationEvent",
    "Notice",
    "Proposal",
    "Publication",
    "RemovedBand",
    "RemovedVideo",
    "Report",
    "Repost",
    "Tag",
    "TallyMark",
    "Upload",
    "Video",
    "VideoCount",
    "VideoEvent",
    "VideoPrints",
    "VideoTag",
    "VideoTally",
    "Watch",
    "new_media_key",
]
