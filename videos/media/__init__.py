"""Untrusted video files in, checked renditions out.

Plain values only: no ORM, no settings, no randomness, and no clock but the deadline of a child process. Whatever a file
does to a demuxer or an encoder happens in a limited child process, never in the caller's. A target folder appears whole,
after its content has been decoded again, or not at all.
"""

from .encoding import encode
from .errors import EncodingFailed, MediaError, RejectedMedia
from .limits import Limits
from .probing import Probe, inspect
from .running import ffmpeg_path
from .transcoding import Rendition, Renditions
from .verifying import verify

__all__ = [
    "EncodingFailed",
    "Limits",
    "MediaError",
    "Probe",
    "RejectedMedia",
    "Rendition",
    "Renditions",
    "encode",
    "ffmpeg_path",
    "inspect",
    "verify",
]
