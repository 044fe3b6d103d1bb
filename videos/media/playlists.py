"""The master playlist, from what the rungs' playlists and files really weigh."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from django.utils.translation import gettext_noop

from .errors import EncodingFailed
from .transcoding import INIT, MASTER, PLAYLIST, Rendition, Rung

AAC_LC = "mp4a.40.2"
_HEAD = ("#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS")


def rendition(folder: Path, rung: Rung, *, has_audio: bool) -> Rendition:
    segments = _segments(folder / rung.name / PLAYLIST)
    bits, seconds = sum(size for size, _ in segments), sum(length for _, length in segments)
    codecs = [_avc(folder / rung.name / INIT), *([AAC_LC] if has_audio else [])]
    return Rendition(
        name=rung.name,
        width=rung.size.width,
        height=rung.size.height,
        bandwidth=round(max(size / length for size, length in segments)),
        average_bandwidth=round(bits / seconds),
        codecs=",".join(codecs),
    )


def write_master(folder: Path, renditions: list[Rendition], fps: Fraction) -> None:
    lines = [*_HEAD]
    for each in renditions:
        lines += [_stream(each, fps), f"{each.name}/{PLAYLIST}"]
    (folder / MASTER).write_text("\n".join(lines) + "\n")


def merged(*parts: tuple[str, str]) -> str:
    """One master playlist of several, smallest rung first. Each comes with the folder that its own is seen from."""
    entries = [entry for prefix, master in parts for entry in _entries(prefix, master)]
    return "\n".join([*_HEAD, *(line for _, lines in sorted(entries) for line in lines), ""])


def _entries(prefix: str, master: str) -> list[tuple[int, tuple[str, str]]]:
    lines = [line for line in master.splitlines() if line]
    return [
        (int(described.partition("BANDWIDTH=")[2].partition(",")[0]), (described, prefix + address))
        for described, address in pairwise(lines)
        if described.startswith("#EXT-X-STREAM-INF:")
    ]


def _stream(each: Rendition, fps: Fraction) -> str:
    return (
        f"#EXT-X-STREAM-INF:BANDWIDTH={each.bandwidth},AVERAGE-BANDWIDTH={each.average_bandwidth},"
        f'CODECS="{each.codecs}",RESOLUTION={each.width}x{each.height},FRAME-RATE={float(fps):.3f}'
    )


def _segments(playlist: Path) -> list[tuple[int, float]]:
    """(bits, seconds) of each segment."""
    lines = playlist.read_text().splitlines() if playlist.is_file() else []
    lengths = [float(line[8:].rstrip(",")) for line in lines if line.startswith("#EXTINF:")]
    names = [line for line in lines if line and not line.startswith("#")]
    found = [
        (8 * (playlist.parent / name).stat().st_size, length)
        for name, length in zip(names, lengths, strict=True)
        if length > 0
    ]
    if not found:
        raise EncodingFailed(
            "bad_output", gettext_noop("Processing went wrong. Try again."), detail=f"no segments in {playlist}"
        )
    return found


def _avc(init: Path) -> str:
    """Profile, constraints and level as the configuration record has them (ISO/IEC 14496-15)."""
    data = init.read_bytes()
    at = data.index(b"avcC") + 5
    return f"avc1.{data[at : at + 3].hex()}"
