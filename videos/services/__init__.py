"""Every write of videos: taking a file in, processing it, publishing it, taking it down, and what people do to it.

Each act is one transaction. Who needs the creator's account lock takes it first, before any row, so that acts on one
creator never wait for each other in a circle."""

from videos.services.acts import Tally
from videos.services.captions import put_captions, remove_captions
from videos.services.comments import (
    comment,
    like_comment,
    pin_comment,
    remove_comment,
    restore_comment,
    unlike_comment,
    unpin_comment,
)
from videos.services.editing import edit, remove, restore
from videos.services.keeping import forget_lost, hide_reposts, repost, save, show_reposts, unrepost, unsave
from videos.services.processing import process, retry, sweep
from videos.services.publishing import publish, publish_due
from videos.services.reactions import like, record_opening, record_watch, unlike
from videos.services.refusals import Refused
from videos.services.sharing import record_share
from videos.services.uploads import start_upload
from videos.services.watches import record_watches, since_last_report

__all__ = [
    "Refused",
    "Tally",
    "comment",
    "edit",
    "forget_lost",
    "hide_reposts",
    "like",
    "like_comment",
    "pin_comment",
    "process",
    "publish",
    "publish_due",
    "put_captions",
    "record_opening",
    "record_share",
    "record_watch",
    "record_watches",
    "remove",
    "remove_captions",
    "remove_comment",
    "repost",
    "restore",
    "restore_comment",
    "retry",
    "save",
    "show_reposts",
    "since_last_report",
    "start_upload",
    "sweep",
    "unlike",
    "unlike_comment",
    "unpin_comment",
    "unrepost",
    "unsave",
]
