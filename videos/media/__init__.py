"""Untrusted video files in, checked renditions out.

Plain values only: no ORM, no settings, no randomness, and no clock but the deadline of a child process. Whatever a file
does to a demuxer or an encoder happens in a limited child process, never in the caller's. A target folder appears whole,
after its content has been decoded again, or not at all.
"""

from .encoding import encode, encode_cover
from .errors import EncodingFailed, MediaError, RejectedMedia
from .limits import Limits
from .playlists import merged
from .prints import distance, mirrored, prints, spread
from .probing import Probe, inspect
from .running import ffmpeg_path
from .transcoding import Rendition, Renditions, Stage, ladder, of_mezzanine, stages
from .verifying import verify

__all__ = [
    "EncodingFailed",
    "Limits",
    "MediaError",
    "Probe",
    "RejectedMedia",
    "Rendition",
    "Renditions",
    "Stage",
    "distance",
    "encode",
    "encode_cover",
    "ffmpeg_path",
    "inspect",
    "ladder",
    "merged",
    "mirrored",
    "of_mezzanine",
    "prints",
    "spread",
    "stages",
    "verify",
]
