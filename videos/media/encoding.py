"""A source file to a finished folder, through one limited ffmpeg.

Works in a hidden folder beside the target and renames it at the very end, so that whoever sees the target sees all of
it. What a killed worker left behind is cleared by the next try. The caller sees to it that no two encode to one target.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from signal import SIGKILL, SIGXCPU, SIGXFSZ
from time import monotonic

from django.utils.translation import gettext_noop

from .errors import EncodingFailed, MediaError, RejectedMedia
from .limits import Limits
from .playlists import rendition, write_master
from .probing import Probe
from .running import DeadlineExceeded, Finished, ffmpeg_path, run
from .transcoding import MEZZANINE, Renditions, Stage, command, cover_command, frame_rate, stages
from .verifying import verify, verify_posters

OnProgress = Callable[[float], None]

PROGRESS_SECONDS = 1
NEARLY = 0.95  # the rest is looking at the output

_TRY_AGAIN = gettext_noop("Processing went wrong. Try again.")
_LATER = gettext_noop("Processing is not available right now. Your file is safe; try again later.")


def _unheard(fraction: float) -> None:
    pass


def encode(
    source: Path,
    probe: Probe,
    target_dir: Path,
    *,
    stage: Stage | None = None,
    cover_ms: int | None = None,
    mezzanine: Path | None = None,
    on_progress: OnProgress = _unheard,
    limits: Limits | None = None,
) -> Renditions:
    """One stage, or all that the first makes. `cover_ms`: the frame of the file that the poster is to show. `mezzanine`:
    where that of the stage goes, if it is wanted. `on_progress` gets 0 to 1, rising, about once a second; what it raises
    ends the work and comes out here."""
    limits, stage = limits or Limits(), stage or stages(probe)[0]
    if mezzanine is None:
        stage = replace(stage, mezzanine=None)
    ffmpeg = ffmpeg_path()
    with _working_folder(target_dir) as folder:
        for rung in stage.rungs:
            (folder / rung.name).mkdir()
        finished = _run_ffmpeg(ffmpeg, source, probe, stage, folder, on_progress=on_progress, limits=limits)
        if stage.has_pictures and cover_ms is not None:
            _run_for_cover(source, probe, cover_ms, folder, limits)
        renditions = _finish(folder, probe, stage, limits, finished.errors)
        if mezzanine and stage.mezzanine:
            (folder / MEZZANINE).rename(mezzanine)
        _put_in_place(folder, target_dir)
    on_progress(1.0)
    return renditions


def encode_cover(
    source: Path, probe: Probe, target_dir: Path, *, cover_ms: int | None, limits: Limits | None = None
) -> None:
    """The posters alone."""
    limits = limits or Limits()
    with _working_folder(target_dir) as folder:
        _run_for_cover(source, probe, cover_ms, folder, limits)
        verify_posters(folder, limits)
        _put_in_place(folder, target_dir)


@contextmanager
def _working_folder(target: Path) -> Iterator[Path]:
    folder = target.with_name(f".{target.name}.partial")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield folder.resolve()
    except OSError as error:
        raise EncodingFailed("storage", _LATER, detail=str(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(folder: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    folder.rename(target)


def _run_ffmpeg(
    ffmpeg: str, source: Path, probe: Probe, stage: Stage, folder: Path, *, on_progress: OnProgress, limits: Limits
) -> Finished:
    arguments = command(ffmpeg, str(source.resolve()), probe, stage, limits, tonemap=_tonemaps(ffmpeg, probe))
    read = _progress_reader(probe.duration_ms, on_progress)
    return _finished(arguments, folder, limits, limits.encode_deadline(probe.duration_ms), read)


def _run_for_cover(source: Path, probe: Probe, cover_ms: int | None, folder: Path, limits: Limits) -> None:
    ffmpeg = ffmpeg_path()
    tonemap = _tonemaps(ffmpeg, probe)
    arguments = cover_command(ffmpeg, str(source.resolve()), probe, cover_ms, limits, tonemap=tonemap)
    _finished(arguments, folder, limits, limits.encode_seconds)


def _tonemaps(ffmpeg: str, probe: Probe) -> bool:
    return probe.hdr and can_tonemap(ffmpeg)


def _finished(
    arguments: list[str], folder: Path, limits: Limits, seconds: float, on_line: Callable[[str], None] | None = None
) -> Finished:
    try:
        finished = run(arguments, limits=limits, seconds=seconds, folder=folder, on_line=on_line)
    except DeadlineExceeded:
        raise EncodingFailed("deadline", gettext_noop("Processing took too long. Try again.")) from None
    if finished.code:
        raise failure(finished)
    return finished


def _progress_reader(duration_ms: int, on_progress: OnProgress) -> Callable[[str], None]:
    reached, told_at = 0.0, float("-inf")

    def read(line: str) -> None:
        nonlocal reached, told_at
        name, _, value = line.partition("=")
        if name != "out_time_us" or not value.isdecimal():
            return
        fraction = min(int(value) / (duration_ms * 1000), 1.0) * NEARLY
        if fraction > reached and monotonic() - told_at >= PROGRESS_SECONDS:
            reached, told_at = fraction, monotonic()
            on_progress(fraction)

    return read


def _finish(folder: Path, probe: Probe, stage: Stage, limits: Limits, errors: str) -> Renditions:
    try:
        rungs = [rendition(folder, rung, has_audio=probe.has_audio) for rung in stage.rungs]
        write_master(folder, rungs, frame_rate(probe, limits))
        verify(folder, probe, stage, limits)
    except EncodingFailed as error:
        if _blames_the_source(errors):
            raise _damaged(errors) from error
        raise EncodingFailed(error.code, error.message, detail=f"{error.detail}\n{errors}") from error
    return Renditions(duration_ms=probe.duration_ms, rungs=tuple(rungs))


def failure(finished: Finished) -> MediaError:
    """Why ffmpeg ended early: told from its signal first, its exit code second, its words last."""
    errors = finished.errors
    if finished.never_started:
        return EncodingFailed("ffmpeg_missing", _LATER, detail=errors)
    match finished.signal:
        case None:
            return _by_words(errors)
        case number if number == SIGXCPU:
            return EncodingFailed("deadline", gettext_noop("Processing took too long. Try again."), detail=errors)
        case number if number == SIGXFSZ:
            return EncodingFailed("disk_full", _LATER, detail=f"a file grew over the limit\n{errors}")
        case number if number == SIGKILL:
            return EncodingFailed("killed", gettext_noop("Processing was interrupted. Try again."), detail=errors)
        case number:
            return EncodingFailed("crashed", _TRY_AGAIN, detail=f"signal {number}\n{errors}")


_OUT_OF_MEMORY = ("Cannot allocate memory", "Could not allocate", "get_buffer() failed", "malloc of size")


def _by_words(errors: str) -> MediaError:
    if "No space left" in errors or "File too large" in errors or "quota exceeded" in errors:
        return EncodingFailed("disk_full", _LATER, detail=errors)
    if any(words in errors for words in _OUT_OF_MEMORY):
        return RejectedMedia(
            "too_demanding",
            gettext_noop("This file needs more memory than we can give it. Export it in 4K or smaller and try again."),
            detail=errors,
        )
    if _blames_the_source(errors):
        return _damaged(errors)
    return EncodingFailed("ffmpeg_failed", _TRY_AGAIN, detail=errors)


def _blames_the_source(errors: str) -> bool:
    return "Invalid data found" in errors or "rror while decoding" in errors or "Error submitting packet" in errors


def _damaged(errors: str) -> RejectedMedia:
    return RejectedMedia(
        "damaged",
        gettext_noop("This file is damaged or incomplete. Copy it again from where it was made, or pick another."),
        detail=errors,
    )


@cache
def can_tonemap(ffmpeg: str) -> bool:
    finished = run([ffmpeg, "-hide_banner", "-filters"], limits=Limits(), seconds=10)
    if finished.code:
        raise failure(finished)
    listed = (line.split() for line in finished.output.decode(errors="replace").splitlines())
    return {"zscale", "tonemap"} <= {words[1] for words in listed if len(words) > 1}
