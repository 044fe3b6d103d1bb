"""How much one file may cost us. The caller decides; these defaults suit a small machine."""

import os
from dataclasses import dataclass, field


def _few_threads() -> int:
    """Each thread reserves address space, so a machine with many cores must not use them all on one file."""
    return min(os.cpu_count() or 1, 4)


@dataclass(frozen=True, kw_only=True)
class Limits:
    max_seconds: float = 180
    max_pixels: int = 36_000_000
    max_streams: int = 16
    max_fps: int = 30
    memory_bytes: int = 2_000_000_000
    file_bytes: int = 1_000_000_000
    probe_seconds: float = 60
    encode_seconds: float = 60
    encode_seconds_per_second: float = 30
    threads: int = field(default_factory=_few_threads)

    def encode_deadline(self, duration_ms: int) -> float:
        """Wall-clock seconds after which an encoder of a video this long counts as hung."""
        return self.encode_seconds + self.encode_seconds_per_second * duration_ms / 1000

    @property
    def longest_attempt(self) -> float:
        """Seconds: looking into a file, encoding it, decoding it again, and as long again for moving files about."""
        return 2 * (self.probe_seconds + 2 * self.encode_deadline(round(self.max_seconds * 1000)))
