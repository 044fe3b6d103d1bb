"""The ladder, the stages in which it is made, and the ffmpeg command of each. Pure: values in, arguments out.

A stage decodes once; all that it makes comes from the same frames, so key frames and segments of its rungs fall together.
The first stage of a long source leaves a mezzanine for the second: its pictures at the size of the best rung, nearly
lossless and cheap to decode, and its sound as all rungs have it. The demuxer is forced, protocols, streams and pixels are
bounded, and neither metadata (where a video was taken) nor the source's side data reach the output.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from .limits import Limits
from .probing import HLG, Probe, part

SHORT_SIDES = (360, 540, 720)
LONGEST_SIDE = 2560
NEXT_RUNG = 0.9  # of the source's own size: a rung closer below is not worth making
PEAK = 1.5  # times the average: what our own rungs may reach within a segment
LONG_MS = 60_000
SLOWEST_FPS = Fraction(5)
SEGMENT_SECONDS = 4
KEY_FRAME_SECONDS = 2
CRF = 23
MEZZANINE_KBITS = 24_000  # at most: three minutes stay below Limits.file_bytes
AUDIO_RATE = 48_000
AUDIO_KBITS = 96

POSTER, SMALL_POSTER, PREVIEW = "poster.jpg", "small.jpg", "preview.mp4"
MASTER, PLAYLIST, INIT = "master.m3u8", "index.m3u8", "init.mp4"
MEZZANINE = "mezzanine.mp4"
POSTER_WITHIN_SECONDS = 2
POSTER_CANDIDATES = 30
SMALL_POSTER_WIDTH = 360  # a column of the grid on a phone, twice as sharp
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
    """`name` is its folder. `copied`: the source's own picture, as it came."""

    name: str
    size: Size
    copied: bool = False

    @property
    def max_kbits(self) -> int:
        """About 3.5 Mbit/s at 720 × 1280, less than proportionally lower below."""
        return max(200, round(3500 * float(self.size.area / (720 * 1280)) ** 0.75))


@dataclass(frozen=True)
class Stage:
    """What is made and published together. The first one makes the video watchable, with poster and preview. `mezzanine`:
    how large the one is that it leaves for the next."""

    rungs: tuple[Rung, ...]
    has_pictures: bool
    mezzanine: Size | None = None

    @property
    def copied(self) -> list[Rung]:
        return [rung for rung in self.rungs if rung.copied]

    @property
    def encoded(self) -> list[Rung]:
        return [rung for rung in self.rungs if not rung.copied]

    @property
    def size(self) -> Size:
        return self.mezzanine or self.rungs[-1].size


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
    """Smallest first, never larger than the source, which is the largest itself where it can be."""
    own = own_rung(probe)
    below = probe.short_side * NEXT_RUNG if own else probe.short_side
    sides = [side for side in SHORT_SIDES if side <= below]
    encoded = [Rung(str(side), fitted(probe, side)) for side in sides or [probe.short_side]]
    return [*(encoded if sides else []), own] if own else encoded


def own_rung(probe: Probe) -> Rung | None:
    """The source's own picture, where every browser plays it and it weighs no more than one of ours."""
    rung = Rung(str(probe.short_side), Size(probe.width, probe.height), copied=True)
    fits = (
        probe.as_it_is
        and probe.short_side <= SHORT_SIDES[-1]
        and fitted(probe, probe.short_side) == rung.size
        and probe.kbits <= rung.max_kbits
        and probe.peak_kbits <= PEAK * rung.max_kbits
    )
    return rung if fits else None


def stages(probe: Probe) -> list[Stage]:
    """A rung that is copied goes first: it costs next to nothing. Of a long source the lowest goes first
    (docs/decisions/0020)."""
    rungs = ladder(probe)
    if rungs[-1].copied:
        return _first_then(rungs[-1:], rungs[:-1])
    if probe.duration_ms >= LONG_MS:
        return _first_then(rungs[:1], rungs[1:], mezzanine=rungs[-1].size)
    return _first_then(rungs, [])


def _first_then(first: list[Rung], later: list[Rung], *, mezzanine: Size | None = None) -> list[Stage]:
    if not later:
        return [Stage(tuple(first), has_pictures=True)]
    return [Stage(tuple(first), has_pictures=True, mezzanine=mezzanine), Stage(tuple(later), has_pictures=False)]


def of_mezzanine(probe: Probe, stage: Stage) -> Probe:
    """What is in the mezzanine that this stage makes of a source."""
    size = stage.size
    return replace(
        probe,
        container="mov",
        video_ms=probe.duration_ms,
        audio_ms=probe.duration_ms if probe.has_audio else 0,
        width=size.width,
        height=size.height,
        rotation=0,
        mirrored=False,
        hdr=False,
        transfer=1,
        colorspace=1,
        full_range=False,
        video_codec="mpeg4",
        video_index=0,
        audio_codec="aac" if probe.has_audio else None,
        audio_index=1 if probe.has_audio else None,
        sound_as_it_is=True,
        is_part=False,
        from_ms=0,
    )


def fitted(probe: Probe, short_side: int) -> Size:
    by_short, by_long = Fraction(short_side, probe.short_side), Fraction(LONGEST_SIDE, max(probe.width, probe.height))
    scale = min(by_short, by_long, Fraction(1))
    return Size(even(probe.width * scale), even(probe.height * scale))


def even(pixels: Fraction | int) -> int:
    return max(2, 2 * int(pixels / 2))


def frame_rate(probe: Probe, limits: Limits) -> Fraction:
    return max(SLOWEST_FPS, min(probe.fps, Fraction(limits.max_fps)))


def command(ffmpeg: str, source: str, probe: Probe, stage: Stage, limits: Limits, *, tonemap: bool) -> list[str]:
    """Output goes to the working folder. Rungs' folders have to exist. Beside a rung that is copied, the pictures come
    from a look of their own at the beginning of the source: the rest of it need not be decoded."""
    return [
        *_quietly(ffmpeg, limits),
        *_input(source, probe, limits),
        *(_input(source, part(probe, 0, PREVIEW_SECONDS * 1000 + 500), limits) if stage.copied else []),
        *_graph(filter_graph(probe, stage, limits, tonemap=tonemap)),
        *_rungs(probe, stage, limits),
        *([*_posters(), *_preview(limits)] if stage.has_pictures else []),
    ]


def cover_command(
    ffmpeg: str, source: str, probe: Probe, cover_ms: int | None, limits: Limits, *, tonemap: bool
) -> list[str]:
    """The posters alone: the frame at `cover_ms` of the file, or a telling one where that is outside what is shown."""
    wanted = cover_ms is not None and probe.from_ms <= cover_ms < probe.from_ms + probe.duration_ms
    begin = cover_ms if wanted and cover_ms is not None else probe.from_ms
    seen = part(probe, begin, begin + (500 if wanted else POSTER_WITHIN_SECONDS * 1000))
    chain = _poster_chain(seen, ladder(probe)[-1].size, limits, tonemap, 1 if wanted else POSTER_CANDIDATES)
    timed = ",".join(_timed(seen, limits))
    return [
        *_quietly(ffmpeg, limits),
        *_input(source, seen, limits),
        *_graph(f"[0:{probe.video_index}]{timed}[p];{chain}"),
        *_posters(),
    ]


def _quietly(ffmpeg: str, limits: Limits) -> list[str]:
    return [
        ffmpeg,
        *("-nostdin", "-hide_banner", "-loglevel", "error", "-y"),
        *("-progress", "pipe:1", "-stats_period", "1"),
        *("-filter_complex_threads", str(limits.threads)),
    ]


def _graph(graph: str) -> list[str]:
    return ["-filter_complex", graph] if graph else []


@dataclass(frozen=True)
class Cut:
    """A stretch of the source in pictures of the output: sought a second early, what is too early left out by count."""

    seek: Fraction
    skip: int
    pictures: int
    rate: Fraction

    @property
    def seconds(self) -> Fraction:
        return self.pictures / self.rate

    @property
    def lead(self) -> Fraction:
        return self.skip / self.rate


def cut(probe: Probe, limits: Limits) -> Cut | None:
    """It begins with the picture that is shown at its first moment."""
    if not probe.is_part:
        return None
    rate = frame_rate(probe, limits)
    first = int(probe.from_ms * rate / 1000 + Fraction(1, 100))
    skip = min(first, ceil(rate))
    return Cut((first - skip) / rate, skip, max(1, round(probe.duration_ms * rate / 1000)), rate)


def _input(source: str, probe: Probe, limits: Limits) -> list[str]:
    wanted = cut(probe, limits)
    return [
        *("-protocol_whitelist", "file", "-f", probe.container),
        *("-max_streams", str(limits.max_streams), "-max_pixels", str(limits.max_pixels)),
        *("-probesize", "20000000", "-analyzeduration", "10000000"),
        *("-threads", str(limits.threads), "-reinit_filter", "0"),
        *(
            ["-ss", f"{float(wanted.seek):.6f}", "-t", f"{float(wanted.lead + wanted.seconds + 1):.3f}"]
            if wanted
            else []
        ),
        *("-i", f"file:{source}"),
    ]


def _anonymous() -> list[str]:
    return ["-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-bitexact"]


def _seconds(probe: Probe) -> str:
    return f"{probe.duration_ms / 1000:.3f}"


def _x264(limits: Limits, crf: int) -> dict[str, object]:
    return {"c": "libx264", "preset": "veryfast", "profile": "high", "crf": crf, "threads": limits.threads}


def _rungs(probe: Probe, stage: Stage, limits: Limits) -> list[str]:
    """All of them, and the mezzanine, as one output that is written to several files: their sound is encoded once."""
    pictures = [
        _copied(index, probe) if rung.copied else _encoded(index, rung, limits)
        for index, rung in enumerate(stage.rungs)
    ]
    files = [_hls(rung) for rung in stage.rungs]
    if stage.mezzanine:
        pictures.append(_mezzanine(len(pictures), limits))
        files.append(({"f": "mp4"}, MEZZANINE))
    sound = f",{len(pictures)}" if probe.has_audio else ""
    return [
        *(argument for picture in pictures for argument in picture),
        *_heard(probe),
        *("-t", _seconds(probe), *_anonymous(), "-flags", "+global_header+bitexact", "-f", "tee"),
        "|".join(_file(f"{index}{sound}", *file) for index, file in enumerate(files)),
    ]


def _hls(rung: Rung) -> tuple[dict[str, object], str]:
    options = {
        "f": "hls",
        "hls_time": SEGMENT_SECONDS,
        "hls_playlist_type": "vod",
        "hls_segment_type": "fmp4",
        "hls_flags": "independent_segments",
        "hls_fmp4_init_filename": INIT,
        "hls_segment_filename": f"{rung.name}/%03d.m4s",
    }
    return options, f"{rung.name}/{PLAYLIST}"


def _file(streams: str, options: dict[str, object], name: str) -> str:
    """For the tee muxer."""
    given = {"select": streams, "fflags": "+bitexact", **options}
    return f"[{':'.join(f'{option}={value}' for option, value in given.items())}]{name}"


def _heard(probe: Probe) -> list[str]:
    if not probe.has_audio:
        return []
    if probe.sound_as_it_is:
        return ["-map", f"0:{probe.audio_index}", "-c:a", "copy"]
    return ["-map", "[a]", "-c:a", "aac", "-b:a", f"{AUDIO_KBITS}k"]


def _encoded(index: int, rung: Rung, limits: Limits) -> list[str]:
    return _of_picture(
        index,
        f"[v{index}]",
        **_x264(limits, CRF),
        maxrate=f"{rung.max_kbits}k",
        bufsize=f"{2 * rung.max_kbits}k",
        force_key_frames=f"expr:gte(t,n_forced*{KEY_FRAME_SECONDS})",
        sc_threshold=0,
        g=9999,
    )


def _of_picture(index: int, source: str, **options: object) -> list[str]:
    named = ((f"-{name}:v:{index}", str(value)) for name, value in options.items())
    return ["-map", source, *(word for option in named for word in option)]


def _copied(index: int, probe: Probe) -> list[str]:
    """Without its messages (SEI): cameras write into them what they like, also where they are."""
    return _of_picture(index, f"0:{probe.video_index}", c="copy", bsf="filter_units=remove_types=6")


def _mezzanine(index: int, limits: Limits) -> list[str]:
    return _of_picture(index, "[m]", c="mpeg4", qmin=2, b=f"{MEZZANINE_KBITS}k", threads=limits.threads)


def _posters() -> list[str]:
    return [*_still("poster", POSTER, quality=3), *_still("small", SMALL_POSTER, quality=5)]


def _still(picture: str, name: str, *, quality: int) -> list[str]:
    counted = ["-map", f"[{picture}]", "-frames:v", "1", "-q:v", str(quality)]
    return [*counted, *_anonymous(), "-f", "image2", "-update", "1", name]


def _preview(limits: Limits) -> list[str]:
    return [
        *(*_of_picture(0, "[preview]", **_x264(limits, CRF + 5)), "-t", str(PREVIEW_SECONDS), *_anonymous()),
        *("-movflags", "+faststart", "-f", "mp4", PREVIEW),
    ]


def filter_graph(probe: Probe, stage: Stage, limits: Limits, *, tonemap: bool) -> str:
    encoded = [(index, rung) for index, rung in enumerate(stage.rungs) if not rung.copied]
    branches = [
        *(f"r{index}" for index, _ in encoded),
        *(["m"] if stage.mezzanine else []),
        *(["p", "l"] if stage.has_pictures else []),
    ]
    chains = []
    if branches:
        source = f"[{1 if stage.copied else 0}:{probe.video_index}]"
        picture = _picture(probe, stage.size if encoded else _preview_size(probe), limits, tonemap)
        chains += [
            f"{source}{','.join(_timed(probe, limits))}{_fork(stage)}",
            f"[whole]{','.join([*picture, _split([name for name in branches if name != 'p'])])}",
            *(_scaled(f"r{index}", rung.size, f"v{index}") for index, rung in encoded),
        ]
    if stage.has_pictures:
        size = _preview_size(probe)
        chains += [
            _poster_chain(probe, ladder(probe)[-1].size, limits, tonemap, POSTER_CANDIDATES),
            f"[l]trim=duration={PREVIEW_SECONDS},fps={PREVIEW_FPS},scale={size},setsar=1[preview]",
        ]
    if probe.has_audio and not probe.sound_as_it_is:
        chains.append(f"[0:{probe.audio_index}]{','.join(_sound(probe, limits))}[a]")
    return ";".join(chains)


def _fork(stage: Stage) -> str:
    return ",split[whole][p]" if stage.has_pictures else "[whole]"


def _preview_size(probe: Probe) -> Size:
    return fitted(probe, PREVIEW_SHORT_SIDE)


def _split(names: list[str]) -> str:
    return f"split={len(names)}{''.join(f'[{name}]' for name in names)}"


def _scaled(source: str, size: Size, target: str) -> str:
    return f"[{source}]scale={size},setsar=1[{target}]"


def _poster_chain(probe: Probe, size: Size, limits: Limits, tonemap: bool, candidates: int) -> str:
    """The most telling picture of the first seconds: first frames are often black. Of one candidate, the first. Whole, and
    small for where many are shown."""
    step = max(1, round(frame_rate(probe, limits) * POSTER_WITHIN_SECONDS / candidates))
    chosen = f"trim=end={POSTER_WITHIN_SECONDS},framestep={step}" if candidates > 1 else "trim=end_frame=1"
    told = [f"thumbnail={candidates}"] if candidates > 1 else []
    picture = ",".join([*_to_size(probe, size, tonemap), "setsar=1", *told])
    whole = f"[p]{chosen},{picture},scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p"
    return f"{whole},split[poster][again];[again]scale='min({SMALL_POSTER_WIDTH},iw)':-2[small]"


def _timed(probe: Probe, limits: Limits) -> Iterator[str]:
    """Evenly timed from zero, and nothing but what is wanted."""
    yield f"fps={frame_rate(probe, limits)}:start_time=0"
    if wanted := cut(probe, limits):
        yield f"trim=start_frame={wanted.skip}:end_frame={wanted.skip + wanted.pictures},setpts=PTS-STARTPTS"


def _picture(probe: Probe, size: Size, limits: Limits, tonemap: bool) -> Iterator[str]:
    """Square SDR pixels of this size. ffmpeg has turned them: told not to, version 5 copies the turn of a silent source
    into the output."""
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


def _sound(probe: Probe, limits: Limits) -> Iterator[str]:
    """From zero to the end without gaps, so that picture and sound stay together."""
    yield f"aresample={AUDIO_RATE}:async=1000:first_pts=0"
    if wanted := cut(probe, limits):
        yield f"atrim=start={float(wanted.lead):.6f}:duration={float(wanted.seconds):.6f},asetpts=PTS-STARTPTS"
    yield "aformat=channel_layouts=stereo"
    yield f"apad=whole_dur={_seconds(probe)}"
