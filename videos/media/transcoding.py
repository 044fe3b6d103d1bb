"""The ladder and the one ffmpeg command that makes it. Pure: values in, arguments out.

The source is decoded once; every rung, the poster and the preview come from the same frames, so key frames and segments
of all rungs fall together. The demuxer is forced, protocols, streams and pixels are bounded, and neither metadata (where
a video was taken) nor the source's side data reach the output.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from .limits import Limits
from .probing import HLG, Probe

SHORT_SIDES = (360, 540, 720)
LONGEST_SIDE = 2560
SLOWEST_FPS = Fraction(5)
SEGMENT_SECONDS = 4
KEY_FRAME_SECONDS = 2
CRF = 23
AUDIO_RATE = 48_000
AUDIO_KBITS = 96

POSTER, PREVIEW, MASTER, PLAYLIST, INIT = "poster.jpg", "preview.mp4", "master.m3u8", "index.m3u8", "init.mp4"
POSTER_WITHIN_SECONDS = 2
POSTER_CANDIDATES = 30
PREVIEW_SECONDS = 3
PREVIEW_FPS = 15
PREVIEW_SHORT_SIDE = 240

# H.273 matrix coefficients by the names of ffmpeg's scale filter; 2 is "unspecified".
_MATRICES = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_HD_LINES = 720
_SDR = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"


@dataclass(frozen=True)
class Size:
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}:{self.height}"

    @property
    def area(self) -> int:
        return self.width * self.height


@dataclass(frozen=True)
class Rung:
    """`name` is its folder."""

    name: str
    size: Size

    @property
    def max_kbits(self) -> int:
        """About 3.5 Mbit/s at 720 × 1280, less than proportionally lower below."""
        return max(200, round(3500 * float(self.size.area / (720 * 1280)) ** 0.75))


@dataclass(frozen=True, kw_only=True)
class Rendition:
    name: str
    width: int
    height: int
    bandwidth: int
    average_bandwidth: int
    codecs: str


@dataclass(frozen=True, kw_only=True)
class Renditions:
    """What a finished folder holds; file names are relative to it. `width` and `height` are the best rung's."""

    duration_ms: int
    rungs: tuple[Rendition, ...]
    master: str = MASTER
    poster: str = POSTER
    preview: str = PREVIEW

    @property
    def width(self) -> int:
        return self.rungs[-1].width

    @property
    def height(self) -> int:
        return self.rungs[-1].height


def ladder(probe: Probe) -> list[Rung]:
    """Smallest first, never larger than the source."""
    sides = [side for side in SHORT_SIDES if side <= probe.short_side]
    return [Rung(str(side), fitted(probe, side)) for side in sides or [probe.short_side]]


def fitted(probe: Probe, short_side: int) -> Size:
    by_short, by_long = Fraction(short_side, probe.short_side), Fraction(LONGEST_SIDE, max(probe.width, probe.height))
    scale = min(by_short, by_long, Fraction(1))
    return Size(even(probe.width * scale), even(probe.height * scale))


def even(pixels: Fraction | int) -> int:
    return max(2, 2 * int(pixels / 2))


def frame_rate(probe: Probe, limits: Limits) -> Fraction:
    return max(SLOWEST_FPS, min(probe.fps, Fraction(limits.max_fps)))


def command(ffmpeg: str, source: str, probe: Probe, limits: Limits, *, tonemap: bool) -> list[str]:
    """Output goes to the working folder. Rungs' folders have to exist."""
    rungs = ladder(probe)
    return [
        ffmpeg,
        *("-nostdin", "-hide_banner", "-loglevel", "error", "-y"),
        *("-progress", "pipe:1", "-stats_period", "1"),
        *("-filter_complex_threads", str(limits.threads)),
        *_input(source, probe, limits),
        *("-filter_complex", filter_graph(probe, limits, tonemap=tonemap)),
        *(argument for index, rung in enumerate(rungs) for argument in _hls(index, rung, probe, limits)),
        *_poster(),
        *_preview(limits),
    ]


def _input(source: str, probe: Probe, limits: Limits) -> list[str]:
    return [
        *("-protocol_whitelist", "file", "-f", probe.container),
        *("-max_streams", str(limits.max_streams), "-max_pixels", str(limits.max_pixels)),
        *("-probesize", "20000000", "-analyzeduration", "10000000"),
        *("-threads", str(limits.threads), "-reinit_filter", "0"),
        *("-i", f"file:{source}"),
    ]


def _anonymous() -> list[str]:
    return ["-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-bitexact"]


def _seconds(probe: Probe) -> str:
    return f"{probe.duration_ms / 1000:.3f}"


def _x264(limits: Limits, crf: int) -> list[str]:
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", str(crf)),
        *("-threads", str(limits.threads)),
    ]


def _hls(index: int, rung: Rung, probe: Probe, limits: Limits) -> list[str]:
    sound = ["-map", f"[a{index}]", "-c:a", "aac", "-b:a", f"{AUDIO_KBITS}k"] if probe.has_audio else []
    return [
        *("-map", f"[v{index}]", *sound, *_x264(limits, CRF)),
        *("-maxrate", f"{rung.max_kbits}k", "-bufsize", f"{2 * rung.max_kbits}k"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{KEY_FRAME_SECONDS})", "-sc_threshold", "0", "-g", "9999"),
        *("-t", _seconds(probe), *_anonymous()),
        *("-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_playlist_type", "vod"),
        *("-hls_segment_type", "fmp4", "-hls_flags", "independent_segments"),
        *("-hls_fmp4_init_filename", INIT, "-hls_segment_filename", f"{rung.name}/%03d.m4s"),
        f"{rung.name}/{PLAYLIST}",
    ]


def _poster() -> list[str]:
    return ["-map", "[poster]", "-frames:v", "1", "-q:v", "3", *_anonymous(), "-f", "image2", "-update", "1", POSTER]


def _preview(limits: Limits) -> list[str]:
    return [
        *("-map", "[preview]", *_x264(limits, CRF + 5), "-t", str(PREVIEW_SECONDS), *_anonymous()),
        *("-movflags", "+faststart", "-f", "mp4", PREVIEW),
    ]


def filter_graph(probe: Probe, limits: Limits, *, tonemap: bool) -> str:
    rungs = ladder(probe)
    top = rungs[-1].size
    branches = [*(f"r{index}" for index in range(len(rungs))), "p", "l"]
    chains = [
        f"[0:{probe.video_index}]{','.join([*_picture(probe, top, limits, tonemap), _split(branches)])}",
        *(_scaled(f"r{index}", rung.size, f"v{index}") for index, rung in enumerate(rungs)),
        _poster_chain(frame_rate(probe, limits)),
        f"[l]trim=duration={PREVIEW_SECONDS},fps={PREVIEW_FPS},scale={fitted(probe, PREVIEW_SHORT_SIDE)},setsar=1[preview]",
    ]
    if probe.has_audio:
        outputs = "".join(f"[a{index}]" for index in range(len(rungs)))
        chains.append(f"[0:{probe.audio_index}]{','.join(_sound(probe))},asplit={len(rungs)}{outputs}")
    return ";".join(chains)


def _split(names: list[str]) -> str:
    return f"split={len(names)}{''.join(f'[{name}]' for name in names)}"


def _scaled(source: str, size: Size, target: str) -> str:
    return f"[{source}]scale={size},setsar=1[{target}]"


def _poster_chain(fps: Fraction) -> str:
    """The most telling picture of the first seconds: first frames are often black."""
    step = max(1, round(fps * POSTER_WITHIN_SECONDS / POSTER_CANDIDATES))
    return (
        f"[p]trim=end={POSTER_WITHIN_SECONDS},framestep={step},thumbnail={POSTER_CANDIDATES},"
        "scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p[poster]"
    )


def _picture(probe: Probe, size: Size, limits: Limits, tonemap: bool) -> Iterator[str]:
    """Evenly timed from zero, square SDR pixels of the top rung's size. ffmpeg has turned them: told not to, version 5
    copies the turn of a silent source into the output."""
    yield f"fps={frame_rate(probe, limits)}:start_time=0"
    yield from _to_size(probe, size, tonemap)
    yield from ("setsar=1", _SDR, "sidedata=delete")
    if probe.audio_ms > probe.video_ms:
        yield f"tpad=stop_mode=clone:stop_duration={(probe.audio_ms - probe.video_ms) / 1000:.3f}"


def _to_size(probe: Probe, size: Size, tonemap: bool) -> Iterator[str]:
    input_range = "pc" if probe.full_range else "tv"
    matrix = _MATRICES.get(probe.colorspace) or ("bt709" if probe.short_side >= _HD_LINES else "bt601")
    if probe.hdr and tonemap:
        yield from (f"scale={size}", "format=yuv420p10le")
        yield from _tone_mapped(probe, input_range)
    else:
        yield (
            f"scale={size}:in_color_matrix={matrix}:in_range={input_range}"
            ":out_color_matrix=bt709:out_range=tv,format=yuv420p"
        )


def _tone_mapped(probe: Probe, input_range: str) -> Iterator[str]:
    """HLG and PQ to SDR through linear light; 100 cd/m² as white comes out as bright as HLG shown on an SDR screen."""
    transfer = "arib-std-b67" if probe.transfer == HLG else "smpte2084"
    yield f"zscale=tin={transfer}:min=bt2020nc:pin=bt2020:rin={input_range}:t=linear:npl=100"
    yield from ("format=gbrpf32le", "zscale=p=bt709", "tonemap=hable:desat=0")
    yield from ("zscale=t=bt709:m=bt709:r=tv", "format=yuv420p")


def _sound(probe: Probe) -> Iterator[str]:
    """From zero to the end without gaps, so that picture and sound stay together."""
    yield f"aresample={AUDIO_RATE}:async=1000:first_pts=0"
    yield "aformat=channel_layouts=stereo"
    yield f"apad=whole_dur={_seconds(probe)}"
