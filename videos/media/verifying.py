"""Looks at what was made before anybody else does: it decodes, lasts as long as the source, and has its sound."""

from pathlib import Path

from django.utils.translation import gettext_noop

from .errors import EncodingFailed
from .limits import Limits
from .probing import Facts, Probe, ask
from .running import DeadlineExceeded
from .transcoding import MASTER, PLAYLIST, POSTER, PREVIEW, PREVIEW_SECONDS, SMALL_POSTER, Rung, Stage

TOLERANCE_MS = 500


def verify(folder: Path, probe: Probe, stage: Stage, limits: Limits | None = None) -> None:
    """Raises EncodingFailed("bad_output") unless the folder holds all that this stage promises."""
    limits = limits or Limits()
    if not (folder / MASTER).is_file():
        raise _bad("no master playlist")
    playlists = [{"path": str(folder / rung.name / PLAYLIST), "demuxer": "hls"} for rung in stage.rungs]
    pictures = [*_posters(folder), {"path": str(folder / PREVIEW), "demuxer": "mov"}] if stage.has_pictures else []
    found = _look([*playlists, *pictures], limits, limits.encode_deadline(probe.duration_ms))
    for rung, facts in zip(stage.rungs, found, strict=False):
        _check_rung(rung, facts, probe)
    if stage.has_pictures:
        *_, poster, small, preview = found
        _check_posters(poster, small)
        _check_preview(preview)


def verify_posters(folder: Path, limits: Limits) -> None:
    _check_posters(*_look(_posters(folder), limits, limits.probe_seconds))


def _posters(folder: Path) -> list[Facts]:
    return [{"path": str(folder / name), "demuxer": "jpeg_pipe"} for name in (POSTER, SMALL_POSTER)]


def _check_posters(*posters: Facts) -> None:
    if not all(facts["pictures"] for facts in posters):
        raise _bad("no poster")


def _check_preview(facts: Facts) -> None:
    if not facts["pictures"] or facts["audio_ms"]:
        raise _bad("no silent preview")
    if facts["video_ms"] > PREVIEW_SECONDS * 1000 + TOLERANCE_MS:
        raise _bad(f"preview of {facts['video_ms']} ms")


def _look(files: list[Facts], limits: Limits, seconds: float) -> list[Facts]:
    try:
        answer = ask({"task": "check", "files": files}, limits, seconds)
    except DeadlineExceeded:
        raise _bad("looking at the output took too long") from None
    if "checked" not in answer:
        raise _bad(f"{answer['refused']}: {answer.get('detail', '')}")
    return answer["checked"]


def _check_rung(rung: Rung, facts: Facts, probe: Probe) -> None:
    if (facts["width"], facts["height"]) != (rung.size.width, rung.size.height) or not facts["pictures"]:
        raise _bad(f"{rung.name}: {facts['pictures']} pictures of {facts['width']}x{facts['height']}")
    if abs(facts["video_ms"] - probe.duration_ms) > TOLERANCE_MS:
        raise _bad(f"{rung.name}: {facts['video_ms']} ms of picture, source {probe.duration_ms}")
    if bool(facts["audio_ms"]) != probe.has_audio:
        raise _bad(f"{rung.name}: sound {facts['audio_ms']} ms, source has_audio={probe.has_audio}")
    if probe.has_audio and abs(facts["audio_ms"] - probe.duration_ms) > TOLERANCE_MS:
        raise _bad(f"{rung.name}: {facts['audio_ms']} ms of sound, source {probe.duration_ms}")


def _bad(detail: str) -> EncodingFailed:
    return EncodingFailed("bad_output", gettext_noop("Processing went wrong. Try again."), detail=detail)
