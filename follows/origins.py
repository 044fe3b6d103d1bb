"""Where an act on the follow graph was made: on which surface, on which device. The surface is a word that statistics
count; the device is personal and is kept apart from the event, where it can be erased."""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    UNKNOWN = ""
    PROFILE = "profile"
    FEED = "feed"  # Following
    FOR_YOU = "for_you"
    VIDEO = "video"
    LIST = "list"
    MANAGER = "manager"
    REQUESTS = "requests"
    NOTICE = "notice"
    SUGGESTION = "suggestion"
    SEARCH = "search"
    HISTORY = "history"
    IMPORT = "import"
    API = "api"


@dataclass(frozen=True)
class Origin:
    """`device` is a label such as "Firefox on Linux" of at most 80 characters; `session` a digest by which
    its owner can tell this device from others, of no use to anybody else."""

    source: Source = Source.UNKNOWN
    device: str = ""
    session: str = ""


NOWHERE = Origin()
