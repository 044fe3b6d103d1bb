"""Opens one container with PyAV, says in JSON what is really in it. Runs as a limited child process, by file path.

Durations come from the packets, not from headers; the first picture and the first sound are decoded, to know that they
can be and how they are turned. Must stay independent of everything else in this package.
"""

import errno
import json
import struct
import sys
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
from av.error import FFmpegError

Facts = dict[str, Any]

VIDEO_CODECS = {
    "h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "h263", "mjpeg", "prores", "mpeg2video", "mpeg1video", "theora",
}  # fmt: skip
AUDIO_CODECS = {
    "aac", "mp3", "opus", "vorbis", "alac", "flac", "ac3", "eac3", "amrnb", "amrwb", "mp2",
    "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_mulaw", "pcm_alaw", "pcm_u8",
}  # fmt: skip
STILL = Fraction(10)  # seconds that a last picture may claim to stay; more is a broken header
UNEVEN = 1.1  # times as close as on average
ROUNDING = 0.01  # Matroska counts in milliseconds
IDENTITY = (1, 0, 0, 1)
INSTANT_REFRESH, OLDER = 5, 1  # H.264 units: nothing after the first refers to what was before; a picture that may
BIN = 4  # seconds over which the peak of the rate is taken


class Refused(Exception):
    """A code for the parent, which knows the words; `facts` fill them in."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.answer = {"refused": code, **facts}


def open_media(path: str, demuxer: str, max_streams: int) -> av.container.InputContainer:
    bounded = {
        "protocol_whitelist": "file",
        "max_streams": str(max_streams + 1),  # what is above is left out, so one more tells
        "probesize": "20000000",
        "analyzeduration": "10000000",
    }
    return av.open(f"file:{path}", format=demuxer, container_options=bounded)


def codec_of(stream) -> str | None:
    context = stream.codec_context
    return context.codec.canonical_name if context and context.codec else None


def choose(streams, readable: set[str]):
    """The stream to publish: readable, marked as default, large. Cover art is none."""
    real = [stream for stream in streams if not stream.disposition & stream.disposition.attached_pic]
    if not real:
        return None
    known = [stream for stream in real if codec_of(stream) in readable]
    if not known:
        raise Refused("unreadable_codec", kind=real[0].type, codec=codec_of(real[0]))
    return max(known, key=lambda stream: (bool(stream.disposition & stream.disposition.default), area(stream)))


def area(stream) -> int:
    return stream.codec_context.width * stream.codec_context.height if stream.type == "video" else 0


class Track:
    """What the packets of one stream say."""

    def __init__(self, stream) -> None:
        self.stream = stream
        self.first_frame = None
        self.times: list[int] = []
        self.last_pts = -(2**63)
        self.last_duration = 0
        self.closed = stream.type == "video" and plain_h264(stream)
        self.keys: list[int] = []
        self.weights: dict[int, int] = {}

    def count(self, packet) -> None:
        if packet.is_corrupt:
            raise Refused("damaged")
        if packet.is_discard:
            self.closed = False
        if packet.pts is None or packet.is_discard:
            return
        if self.closed:
            self.look_at_group(packet)
        if packet.pts >= self.last_pts:
            self.last_pts, self.last_duration = packet.pts, packet.duration or 0
        self.times.append(packet.pts)

    def look_at_group(self, packet) -> None:
        """Whether each key frame begins anew: no picture before it is needed after it, nor shown after it."""
        if packet.is_keyframe:
            self.closed = INSTANT_REFRESH in (units := unit_types(packet)) and OLDER not in units
            self.keys.append(packet.pts)
        elif not self.keys or packet.pts < self.keys[-1]:
            self.closed = False
        at = int(packet.pts * self.stream.time_base / BIN)
        self.weights[at] = self.weights.get(at, 0) + packet.size

    @property
    def longest_group(self) -> Fraction:
        ends = [*self.keys, self.last_pts]
        return max((b - a for a, b in pairwise(ends)), default=0) * self.stream.time_base

    def look(self, packet) -> None:
        """Decode until something comes out; some files begin with what cannot be decoded."""
        if self.first_frame is None:
            with suppress(FFmpegError):
                self.first_frame = next(iter(packet.decode()), None)

    @property
    def start(self) -> Fraction:
        return min(self.times) * self.stream.time_base

    @property
    def end(self) -> Fraction:
        last = self.last_duration * self.stream.time_base
        if not 0 < last <= STILL:
            last = 1 / self.rate
        return self.last_pts * self.stream.time_base + last

    @property
    def rate(self) -> Fraction:
        """Pictures a second: what the container says if the packets bear it out, their mean when they come evenly, else
        what the closest ones need."""
        gaps = sorted(b - a for a, b in pairwise(sorted(self.times)) if b > a)
        claimed = self.stream.average_rate
        if not gaps:
            return claimed or Fraction(30)
        close = 1 / (gaps[len(gaps) // 10] * self.stream.time_base)
        mean = len(gaps) / (sum(gaps) * self.stream.time_base)
        if close > UNEVEN * mean:
            return close
        return claimed if claimed and abs(claimed / mean - 1) < ROUNDING else mean


def plain_h264(stream) -> bool:
    """Its parameters stand in the header, for all of it."""
    context = stream.codec_context
    in_header = context.extradata is not None and context.extradata[:1] == b"\x01"
    return codec_of(stream) == "h264" and in_header and context.codec_tag == "avc1"


def unit_types(packet) -> set[int]:
    """Of the units that a picture consists of, each behind its length."""
    content, found, at = bytes(packet), set(), 0
    width = (packet.stream.codec_context.extradata[4] & 3) + 1
    while at + width < len(content):
        found.add(content[at + width] & 31)
        at += width + int.from_bytes(content[at : at + width], "big")
    return found


def measure(path: str, demuxer: str, max_streams: int, max_pixels: int) -> Facts:
    with open_media(path, demuxer, max_streams) as container:
        if len(container.streams) > max_streams:
            raise Refused("too_many_streams")
        video = choose(container.streams.video, VIDEO_CODECS)
        if video is None:
            raise Refused("no_video")
        if area(video) > max_pixels:
            raise Refused("too_many_pixels", width=video.codec_context.width, height=video.codec_context.height)
        tracks = {"video": Track(video)}
        if audio := choose(container.streams.audio, AUDIO_CODECS):
            tracks["audio"] = Track(audio)
        read(container, tracks)
        return describe(tracks["video"], tracks.get("audio"))


def read(container, tracks: dict[str, Track]) -> None:
    by_index = {track.stream.index: track for track in tracks.values()}
    for track in tracks.values():
        track.stream.codec_context.thread_count = 1
    for packet in container.demux([track.stream for track in tracks.values()]):
        track = by_index[packet.stream_index]
        track.count(packet)
        track.look(packet)


def describe(video: Track, audio: Track | None) -> Facts:
    if not video.times or video.first_frame is None:
        raise Refused("damaged")
    if audio and not audio.times:
        audio = None
    if audio and audio.first_frame is None:
        raise Refused("damaged")
    frame, context = video.first_frame, video.stream.codec_context
    heard = [audio] if audio else []
    start = min(track.start for track in [video, *heard])
    sar = video.stream.sample_aspect_ratio or context.sample_aspect_ratio or Fraction(1)
    rate = video.rate.limit_denominator(1001)
    return {
        "duration_ms": milliseconds(max(track.end for track in [video, *heard]) - start),
        "video_ms": milliseconds(video.end - start),
        "audio_ms": milliseconds(audio.end - start) if audio else 0,
        "coded_width": frame.width,
        "coded_height": frame.height,
        "sar": str(sar if sar > 0 else Fraction(1)),
        "matrix": display_matrix(frame),
        "fps": str(rate),
        "frames": len(video.times),
        "video_codec": codec_of(video.stream),
        "video_index": video.stream.index,
        "audio_codec": codec_of(audio.stream) if audio else None,
        "audio_index": audio.stream.index if audio else None,
        "transfer": int(frame.color_trc or 2),
        "colorspace": int(frame.colorspace),
        "full_range": int(frame.color_range) == 2 or frame.format.name.startswith("yuvj"),
        "profile": context.profile,
        "format": frame.format.name,
        "closed": video.closed and not frame.interlaced_frame,
        "longest_group_ms": milliseconds(video.longest_group),
        "late_ms": milliseconds(video.start - start),
        "kbits": round(sum(video.weights.values()) * 8 / 1000 / max(video.end - video.start, Fraction(1, 10))),
        "peak_kbits": round(max(video.weights.values(), default=0) * 8 / 1000 / BIN),
    }


def milliseconds(seconds: Fraction) -> int:
    return round(seconds * 1000)


def display_matrix(frame) -> tuple[int, int, int, int]:
    """How the picture is to be turned, as the signs of a 2×2 matrix; whatever is no quarter turn is none."""
    raw = frame.side_data.get("DISPLAYMATRIX")
    if raw is None:
        return IDENTITY
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(raw)[:36])
    if min(abs(a), abs(d)) > max(abs(b), abs(c)):
        return (sign(a), 0, 0, sign(d))
    if min(abs(b), abs(c)) > max(abs(a), abs(d)):
        return (0, sign(b), sign(c), 0)
    return IDENTITY


def sign(number: int) -> int:
    return (number > 0) - (number < 0)


def check(path: str, demuxer: str) -> Facts:
    """A file of our own: its key frames decode, its packets are counted. Playlists may open their segments."""
    with av.open(path, format=demuxer, container_options=OWN_FILES.get(demuxer, {})) as container:
        found = {"width": 0, "height": 0, "pictures": 0, "video_ms": 0, "audio_ms": 0}
        tracks = {stream.type: Track(stream) for stream in container.streams if stream.type in ("video", "audio")}
        by_index = {track.stream.index: track for track in tracks.values()}
        video = tracks.get("video")
        if video:
            video.stream.codec_context.skip_frame = "NONKEY"
        for packet in container.demux():
            track = by_index[packet.stream_index]
            track.count(packet)
            for frame in packet.decode():
                if track is video:
                    found.update(width=frame.width, height=frame.height, pictures=found["pictures"] + 1)
    for kind, track in tracks.items():
        found[f"{kind}_ms"] = milliseconds(track.end - track.start) if track.times else 0
    return found


OWN_FILES = {"hls": {"protocol_whitelist": "file", "allowed_extensions": "ALL", "extension_picky": "0"}}


def answer(task: str, **arguments) -> Facts:
    try:
        if task == "measure":
            return measure(**arguments)
        return {"checked": [check(**file) for file in arguments["files"]]}
    except Refused as refusal:
        return refusal.answer
    except MemoryError:
        return {"refused": "too_demanding"}
    except FFmpegError as error:
        out_of_memory = error.errno == errno.ENOMEM
        return {"refused": "too_demanding" if out_of_memory else "damaged", "detail": str(error)}


if __name__ == "__main__":
    print(json.dumps(answer(**json.loads(sys.argv[1]))))
