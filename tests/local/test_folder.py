"""Where the servers live, and that only one process owns the place."""

from pathlib import Path

import pytest

from socialvideo.local.errors import AlreadyRunningError, LocalError
from socialvideo.local.folder import Folder


def test_sockets_lie_inside_the_folder() -> None:
    assert Folder(Path("/srv/site/.local")).sockets == Path("/srv/site/.local/run")


@pytest.mark.parametrize("path", ["/srv/" + "deep/" * 20 + ".local", "/srv/it's here/.local", "/srv/vidéo/.local"])
def test_a_path_that_no_socket_may_have_gets_a_short_one(path: str) -> None:
    sockets = Folder(Path(path)).sockets
    assert sockets.parent == Path("/tmp")  # noqa: S108 - that is the rule
    assert sockets == Folder(Path(path)).sockets != Folder(Path(path + "2")).sockets


def test_sockets_of_somebody_else_are_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.create()
    folder.sockets.chmod(0o777)
    with pytest.raises(LocalError, match="nobody else may enter"):
        folder.create()


def test_the_second_owner_is_told_the_note_of_the_first(tmp_path: Path) -> None:
    first, second = Folder(tmp_path), Folder(tmp_path)
    with first.locked():
        first.write_note("http://127.0.0.1:8000/")
        with pytest.raises(AlreadyRunningError, match=r"127\.0\.0\.1:8000"), second.locked():
            pass
    with second.locked():
        assert second.note() == ""


def test_given_addresses_stay_and_empty_ones_are_filled(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": "postgresql://db/site", "REDIS_URL": ""}
    Folder(tmp_path).set_defaults(environ)
    assert environ["DATABASE_URL"] == "postgresql://db/site"
    assert environ["REDIS_URL"].startswith("unix://")
