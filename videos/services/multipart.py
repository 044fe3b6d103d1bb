"""Taking a file in past us: the browser sends its parts straight to the bucket, at addresses signed for exactly one part
of exactly its size. Begun and ended by the services of every other upload; what has come, the bucket says."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Unpack

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from videos import bucket_parts, parts
from videos.models import Upload, Video
from videos.services import leases
from videos.services.acts import must_own
from videos.services.refusals import GONE, Refused
from videos.services.uploads import Words, begin_upload, finish, keep_alive

logger = logging.getLogger(__name__)

SIGNED_AT_ONCE = 20

storage_uploads_directly = bucket_parts.are_possible


@dataclass(frozen=True)
class Multipart:
    """How far an upload has come. `parts`: bytes by number, of those that are safely in the bucket."""

    video: Video
    parts: dict[int, int]

    @property
    def part_bytes(self) -> int:
        return bucket_parts.part_size(self.video.uploaded_bytes)

    @property
    def received(self) -> int:
        return sum(self.parts.values())


def begin_multipart(
    *,
    creator: User,
    upload_key: str,
    size: int,
    file_name: str = "",
    fingerprint: str = "",
    **words: Unpack[Words],
) -> Multipart:
    """The same key is the same upload, which goes on where it stood. Raises Refused, and OSError when the bucket is away."""
    video = begin_upload(
        creator=creator,
        upload_key=upload_key,
        size=size,
        file_name=file_name,
        fingerprint=fingerprint,
        on_disk=False,
        **words,
    )
    if Upload.objects.filter(pk=video.pk, bucket_id="").exists() and not parts.size(video.media_key):
        _begin(video)
    return progress(video)


def progress(video: Video) -> Multipart:
    """Asked of the bucket. One that it gave up begins anew. Raises Refused for a file that comes another way, and OSError
    when the bucket is away."""
    if video.state != Video.State.UPLOADING:
        return Multipart(video, {})
    upload = _upload(video)
    try:
        arrived = bucket_parts.arrived(video.original_name, upload.bucket_id, video.uploaded_bytes)
    except FileNotFoundError:
        _begin(video, instead_of=upload.bucket_id)
        return Multipart(video, {})
    begun = Multipart(video, arrived)
    if begun.received > upload.received:
        keep_alive(video.pk, received=begun.received)
    return begun


def part_addresses(*, creator: User, video: Video, numbers: list[int]) -> dict[int, str]:
    """Where to send those parts. Raises Refused when the whole file has arrived, or it has no such parts."""
    must_own(creator, video)
    bucket_id = _upload(video).bucket_id
    sizes = bucket_parts.expected(video.uploaded_bytes)
    if len(numbers) > SIGNED_AT_ONCE or not sizes.keys() >= set(numbers):
        raise Refused("no_such_part", _("This file has no such parts."))
    name = video.original_name
    return {number: bucket_parts.address(name, bucket_id, number, sizes[number]) for number in numbers}


def complete_multipart(*, creator: User, video: Video) -> Video:
    """All parts are sent: those that the bucket has, in full, make the file. Twice is once; what another request passes on
    at this moment is on its way still. Raises Refused while some are missing, and OSError when the bucket is away."""
    must_own(creator, video)
    if video.state == Video.State.UPLOADING and progress(video).received < video.uploaded_bytes:
        raise Refused("incomplete", _("Some of the file has not arrived yet. Go on sending it."))
    finish(video)
    done = Video.objects.filter(pk=video.pk).first()
    if done is None:
        raise Refused(*GONE)
    return done


def sweep_bucket() -> None:
    """Unfinished uploads in the bucket that no row knows: of a crash between the two, or of a video that was deleted."""
    before = timezone.now() - timedelta(days=settings.UPLOAD_DAYS + 1)
    begun = list(bucket_parts.old(before))
    known = set(Upload.objects.exclude(bucket_id="").values_list("bucket_id", flat=True))
    bucket_parts.abort(upload for upload in begun if upload[1] not in known)


def _upload(video: Video) -> Upload:
    """Of a file that comes this way; it has been one of the bucket's from its beginning."""
    upload = Upload.objects.filter(pk=video.pk).first()
    if upload is None:
        raise Refused("arrived", _("This file has arrived already."))
    if not upload.bucket_id:
        raise Refused("other_way", _("This file is on its way by another address. Go on sending it there."))
    return upload


def _begin(video: Video, *, instead_of: str = "") -> None:
    """Of two at once that begin it, one wins, and what the other began is given up; nor is it begun anew while it is
    passed on."""
    begun = bucket_parts.begin(video.original_name)
    mine = Upload.objects.filter(leases.FREE, pk=video.pk, bucket_id=instead_of)
    if not mine.update(bucket_id=begun, received=0):
        bucket_parts.abort([(video.original_name, begun)])
