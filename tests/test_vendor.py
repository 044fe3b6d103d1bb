"""What we did not write is what its authors published: file by file, and small enough."""

import hashlib
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "static"
FOLDERS = [STATIC / "vendor", STATIC / "fonts", HERE / "vendor"]


def _hashes(root: Path) -> dict[Path, str]:
    lines = (root / "vendor" / "HASHES").read_text().splitlines()
    return {root / name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}


HASHES = _hashes(STATIC) | _hashes(HERE)  # what is served, and what tests use


@pytest.mark.parametrize("path", sorted(HASHES), ids=lambda path: path.name)
def test_vendored_file_is_unchanged(path: Path) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == HASHES[path]


def test_every_vendored_file_has_a_hash() -> None:
    files = {path for folder in FOLDERS for path in folder.iterdir()}
    assert {path for path in files if path.name != "HASHES"} == set(HASHES)


def test_fonts_stay_within_their_budget() -> None:
    assert sum(path.stat().st_size for path in (STATIC / "fonts").glob("*.woff2")) <= 60 * 1024
