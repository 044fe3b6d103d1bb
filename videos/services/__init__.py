"""Every write of videos: taking a file in, processing it, publishing it, taking it down, and what people do to it.

Each act is one transaction. Who needs the creator's account lock takes it first, before any row, so that acts on one
creator never wait for each other in a circle."""

from videos.services.editing import edit, remove, restore
from videos.services.processing import process, sweep
from videos.services.publishing import publish, publish_due
from videos.services.reactions import Reaction, comment, like, record_opening, record_watch, remove_comment, unlike
from videos.services.refusals import Refused
from videos.services.uploads import retry, start_upload
from videos.services.watches import record_watches

__all__ = [
    "Reaction",
    "Refused",
    "comment",
    "edit",
    "like",
    "process",
    "publish",
    "publish_due",
    "record_opening",
    "record_watch",
    "record_watches",
    "remove",
    "remove_comment",
    "restore",
    "retry",
    "start_upload",
    "sweep",
    "unlike",
]
