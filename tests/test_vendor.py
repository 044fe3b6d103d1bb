"""What we did not write is what its authors published: file by file, and small enough."""

import hashlib
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parent.parent / "static"
HASHES = dict(reversed(line.split(maxsplit=1)) for line in (STATIC / "vendor" / "HASHES").read_text().splitlines())


@pytest.mark.parametrize("name", sorted(HASHES))
def test_vendored_file_is_unchanged(name: str) -> None:
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == HASHES[name]


def test_every_vendored_file_has_a_hash() -> None:
    files = {
        path.relative_to(STATIC).as_posix() for folder in ("vendor", "fonts") for path in (STATIC / folder).iterdir()
    }
    assert files - {"vendor/HASHES"} == set(HASHES)


def test_fonts_stay_within_their_budget() -> None:
    assert sum(path.stat().st_size for path in (STATIC / "fonts").glob("*.woff2")) <= 60 * 1024
