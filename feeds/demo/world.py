"""Builds the demo world as people would: every act goes through the service that the pages use, and every video
through upload and processing. Each act is keyed, so a killed run is completed by the next; a finished world is left
alone, and what its visitors undid stays undone."""

import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from zlib import crc32

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import connection

from accounts.models import User
from accounts.selectors import account_by_handle
from accounts.services import create_account, set_avatar
from feeds.demo.avatars import avatar
from feeds.demo.clips import CLIPS, Clip, render
from feeds.demo.people import APPROVED, COMMENTS, CREATOR, MODERATOR, PASSWORD, PEOPLE, PRIVATE, VIEWER, Person
from follows.services import approve, follow
from socialvideo.lib.images import square_webp
from videos import services
from videos.media import MediaError
from videos.models import Comment, Video
from videos.querysets import VideoQuerySet
from videos.services.processing import MOST_ATTEMPTS

LAST_ACT = "demo: the last act"  # key of the comment that ends the building
THANKS = "Thank you all for watching. Back tomorrow with the early train."
WATCHED, LIKED = 0.7, 0.55  # shares of what people see, and of what they watched
PATIENCE_SECONDS = 10.0  # without any progress, before the command does the workers' work itself

Say = Callable[[str], None]
Cast = Mapping[str, User]


class Unfinished(Exception):
    """The world is not complete; its text says why. Building again goes on from there."""


def logins() -> str:
    roles = {"viewer": VIEWER, "creator": CREATOR, "moderator": MODERATOR}
    return "\n".join(f"  {role:<10} {handle:<6} password {PASSWORD}" for role, handle in roles.items())


def build(*, say: Say, clips: Sequence[Clip] = CLIPS, patience: float = PATIENCE_SECONDS) -> None:
    """Raises Unfinished."""
    with _alone(say):
        if Comment.objects.filter(submit_key=LAST_ACT).exists():
            return
        cast = {person.handle: _account(person) for person in PEOPLE}
        _follow_each_other(cast)
        say(f"{len(cast)} accounts follow each other")
        videos = _upload(cast, clips, say)
        _wait_for(videos, say, patience)
        _react(cast, {video.pk: key for key, video in videos.items()})
        _check(videos)
        services.comment(author=cast[CREATOR], video=_first_of(videos, CREATOR), text=THANKS, submit_key=LAST_ACT)


@contextmanager
def _alone(say: Say) -> Iterator[None]:
    """One run at a time; the second waits and finds the work done. Ends with the connection at the latest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('demo world', 0))")
        if not cursor.fetchone()[0]:
            say("another run is building the demo world; waiting for it")
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('demo world', 0))")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended('demo world', 0))")


# --- People ---------------------------------------------------------------------------------------------------


def _account(person: Person) -> User:
    account = account_by_handle(person.handle) or create_account(
        handle=person.handle,
        email=f"{person.handle}@example.org",
        password=PASSWORD,
        birth_date=date(1990, 1, 1),
        name=person.name,
        bio=person.bio,
        is_private=person.is_private,
    )
    EmailAddress.objects.filter(user=account).update(verified=True)
    if person.has_avatar and not account.avatar:
        set_avatar(account=account, content=square_webp(BytesIO(avatar(person.handle))))
    if person.handle == MODERATOR:
        User.objects.filter(pk=account.pk).update(is_staff=True)
        account.groups.add(*Group.objects.filter(name="Moderators"))
    return account


def _follow_each_other(cast: Cast) -> None:
    for person in PEOPLE:
        for handle in person.follows.split():
            follow(follower=cast[person.handle], followee=cast[handle])
    for handle in APPROVED:
        approve(followee=cast[PRIVATE], follower=cast[handle])


# --- Videos ---------------------------------------------------------------------------------------------------


def _upload(cast: Cast, clips: Iterable[Clip], say: Say) -> dict[str, Video]:
    """Each clip is handed in as soon as it is drawn, so that workers and drawing go side by side."""
    clips = list(clips)
    videos = {}
    for clip in clips:
        video = Video.objects.filter(creator=cast[clip.by], upload_key=_key(clip)).first()
        videos[clip.key] = _again(video) if video else _start(cast[clip.by], clip)
        say(f"{len(videos)} of {len(clips)} clips drawn, {_ready(videos)} of {len(clips)} videos ready")
    return videos


def _key(clip: Clip) -> str:
    return f"demo: {clip.key}"


def _start(creator: User, clip: Clip) -> Video:
    return services.start_upload(
        creator=creator,
        upload_key=_key(clip),
        file=ContentFile(_drawn(clip), name=f"{clip.key}.mp4"),
        caption=clip.caption,
        visibility=clip.visibility,
    )


def _drawn(clip: Clip) -> bytes:
    try:
        return render(clip)
    except MediaError as error:
        raise Unfinished(f"The clips cannot be drawn: {error.detail}") from error
    except subprocess.CalledProcessError as error:
        words = error.stderr.decode(errors="replace").strip().splitlines() or [str(error)]
        raise Unfinished(f"The clip “{clip.key}” cannot be drawn: {words[0]}") from error


def _again(video: Video) -> Video:
    return services.retry(creator=video.creator, video=video)


def _of(videos: Mapping[str, Video]) -> list[int]:
    return [video.pk for video in videos.values()]


def _ready(videos: Mapping[str, Video]) -> int:
    return Video.objects.filter(pk__in=_of(videos)).exclude(state__in=["processing", "failed"]).count()


def _wait_for(videos: Mapping[str, Video], say: Say, patience: float) -> None:
    """Until every video is ready or failed. Where nobody works on them, this process does: the lease sees to it that
    no video is worked on twice."""
    mine = Video.objects.filter(pk__in=_of(videos))
    before, moved_at, helping, said = None, time.monotonic(), False, ""
    while now := list(mine.unprocessed().order_by("pk").values_list("pk", "attempts", "progress")):
        if now != before:
            before, moved_at = now, time.monotonic()
        helping = helping or time.monotonic() - moved_at > patience
        if said != (said := f"{_ready(videos)} of {len(videos)} videos ready"):
            say(said)
        if not (helping and _help(mine)):
            time.sleep(1)
    say(f"{_ready(videos)} of {len(videos)} videos ready")


def _help(mine: VideoQuerySet) -> bool:
    """Processes one video that is free, or ends those that wore out their workers. Whether there was one."""
    video = mine.free().filter(attempts__lt=MOST_ATTEMPTS).order_by("pk").first()
    if video:
        services.process(video.pk)
    else:
        services.sweep()
    return video is not None


def _check(videos: Mapping[str, Video]) -> None:
    failed = Video.objects.filter(pk__in=_of(videos), state=Video.State.FAILED)
    if reasons := list(failed.values_list("failure_reason", flat=True)):
        raise Unfinished(f"{len(reasons)} of {len(videos)} videos failed: {reasons[0]} Run it again to retry.")


def _first_of(videos: Mapping[str, Video], handle: str) -> Video:
    return next(video for video in videos.values() if video.creator.handle == handle)


# --- What people do to them -----------------------------------------------------------------------------------


def _react(cast: Cast, keys: Mapping[int, str]) -> None:
    """Watches, likes, comments. Who wrote something has watched it; the viewer has little else behind them, so that
    their feeds are full of news."""
    for handle, account in cast.items():
        for video in Video.objects.visible_to(account.pk).filter(pk__in=keys).exclude(creator=account).order_by("pk"):
            key = keys[video.pk]
            wrote = any(author == handle for author, _ in COMMENTS.get(key, ()))
            if wrote or (handle != VIEWER and _share(handle, key, "watched") < WATCHED):
                services.record_watch(viewer=account, video=video, ms=video.duration_ms or 0)
                if wrote or _share(handle, key, "liked") < LIKED:
                    services.like(account=account, video=video)
    for video_id, key in keys.items():
        _comment(cast, Video.objects.get(pk=video_id), key)


def _comment(cast: Cast, video: Video, key: str) -> None:
    for at, (handle, text) in enumerate(COMMENTS.get(key, ())):
        if Video.objects.visible_to(cast[handle].pk).filter(pk=video.pk).exists():
            services.comment(author=cast[handle], video=video, text=text, submit_key=f"demo: {key} {at}")


def _share(*words: str) -> float:
    """The same number from 0 to 1 for the same words, whenever they are asked for."""
    return crc32(" ".join(words).encode()) / 2**32
