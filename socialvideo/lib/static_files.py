"""Stylesheets and scripts as they are served: hashed, compressed, and the look in one file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

LOOK = "css/site.css"
_IMPORT = re.compile(r'@import url\("(?P<file>[^"]+)"\) layer\((?P<layer>\w+)\);')

Paths = dict[str, tuple[Storage, str]]  # of what is collected: where each file comes from


class Static(CompressedManifestStaticFilesStorage):
    """A browser that finds an `@import` asks for two dozen files more before it can draw. With DEBUG=1 it may."""

    def post_process(self, paths: Paths, dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if LOOK in paths and not dry_run:
            Path(self.path(LOOK)).write_text(whole_look(paths))
            paths = paths | {LOOK: (FileSystemStorage(self.location), LOOK)}
        yield from super().post_process(paths, dry_run=dry_run, **options)


def whole_look(paths: Paths) -> str:
    """Each import as what it brings, in its layer. What a file of the same folder names is found from here too."""

    def brought(found: re.Match[str]) -> str:
        return f"@layer {found['layer']} {{\n{_text(paths, 'css/' + found['file'])}}}"

    return _IMPORT.sub(brought, _text(paths, LOOK))


def _text(paths: Paths, name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return str(file.read(), "utf-8")
