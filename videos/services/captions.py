"""Captions of a video: put there, replaced and taken away by its creator, in any state but removed."""

from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.locks import lock_account
from accounts.models import User
from videos import subtitles
from videos.models import Captions, Video
from videos.services.acts import must_own
from videos.services.refusals import GONE, Refused

MOST_LANGUAGES = 20


@transaction.atomic
def put_captions(*, creator: User, video: Video, language: str, file: IO[bytes]) -> Video:
    """Replaces those that are there in the same language. What lies behind the video's end is left out. Raises Refused."""
    _hold(creator, video)
    if language not in subtitles.LANGUAGES:
        raise Refused("language", _("Choose the language of these captions."))
    languages = set(video.captions_in.split()) | {language}
    if len(languages) > MOST_LANGUAGES:
        raise Refused("too_many", _("A video has captions in up to %(number)s languages.") % {"number": MOST_LANGUAGES})
    text = _written(file.read(subtitles.MOST_BYTES + 1), video.duration_ms)
    Captions.objects.update_or_create(video=video, language=language, defaults={"text": text})
    return _name_languages(video)


@transaction.atomic
def remove_captions(*, creator: User, video: Video, language: str) -> Video:
    """Twice is once. Raises Refused."""
    _hold(creator, video)
    Captions.objects.filter(video=video, language=language).delete()
    return _name_languages(video)


def _hold(creator: User, video: Video) -> None:
    must_own(creator, video)
    lock_account(creator.pk)
    if not Video.objects.standing().filter(pk=video.pk).exists():
        raise Refused(*GONE)
    video.refresh_from_db()


def _written(content: bytes, duration_ms: int | None) -> str:
    try:
        cues = subtitles.parse(content)
    except subtitles.Unreadable as unreadable:
        raise Refused("unreadable", str(unreadable)) from unreadable
    heard = [cue for cue in cues if duration_ms is None or cue.begins < duration_ms]
    if not heard:
        raise Refused("too_late", _("All of these captions begin after the video's end. Are they of another video?"))
    return subtitles.written(heard)


def _name_languages(video: Video) -> Video:
    video.captions_in = " ".join(sorted(video.captions.values_list("language", flat=True)))
    video.save(update_fields=["captions_in"])
    return video
