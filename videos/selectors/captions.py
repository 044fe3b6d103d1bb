"""The captions that a player offers."""

from dataclasses import dataclass

from django.conf import settings

from videos.models import Video
from videos.subtitles import LANGUAGES


@dataclass(frozen=True)
class Track:
    language: str
    label: str
    url: str


def captions_of(video: Video) -> list[Track]:
    """No query: the video's row names them."""
    address = f"{settings.MEDIA_URL}{video.media_folder}/captions"
    return [Track(code, LANGUAGES.get(code, code), f"{address}/{code}.vtt") for code in video.captions_in.split()]
