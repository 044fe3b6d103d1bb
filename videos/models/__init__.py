"""Videos, their publication, and what people did to them."""

from videos.models.counts import VideoCount
from videos.models.publications import Publication
from videos.models.reactions import Comment, Like, Watch
from videos.models.uploads import Upload
from videos.models.videos import Tag, Video, VideoTag, new_media_key

__all__ = [
    "Comment",
    "Like",
    "Publication",
    "Tag",
    "Upload",
    "Video",
    "VideoCount",
    "VideoTag",
    "Watch",
    "new_media_key",
]
