"""The folder that holds one PostgreSQL, one Redis and their logs, and the addresses that follow from its path.

The addresses are sockets, so they are known before the servers run: `manage.py` in a second terminal finds the site
of `make run` without asking it. One process at a time owns a folder, through a file lock that dies with it.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from urllib.parse import quote

from socialvideo.local.errors import AlreadyRunningError, LocalError

ROOT = Path(__file__).resolve().parent.parent.parent
MARK = "SOCIALVIDEO_FOLDER"  # in the environment of every process that belongs to a folder
_LONGEST_SOCKET = ".s.PGSQL.5432.lock"
_SOCKET_PATH_LIMIT = 103  # bytes; macOS has the shortest


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.postgres = path / "postgres"
        self.redis = path / "redis"
        self.logs = path / "logs"
        self.sockets = _socket_folder(path)
        self.database_url = f"postgresql://socialvideo@{quote(str(self.sockets), safe='')}:5432/socialvideo"
        self.redis_socket = self.sockets / "redis.sock"
        self._lock_path = path / "lock"

    def redis_url(self, database: int = 0) -> str:
        return f"unix://{self.redis_socket}?db={database}"

    def set_defaults(self, environ: MutableMapping[str, str] = os.environ) -> None:
        """Addresses for whoever was given none. Starts nothing."""
        for name, url in (("DATABASE_URL", self.database_url), ("REDIS_URL", self.redis_url())):
            if not environ.get(name):
                environ[name] = url

    def create(self) -> None:
        for path in (self.path, self.redis, self.logs, self.sockets):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise LocalError(f"{self.sockets} must be a folder of yours that nobody else may enter; please remove it.")

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Owns the folder until the block, or the process, ends."""
        with self._lock_path.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunningError(self.note()) from None
            self.write_note("")
            yield

    def note(self) -> str:
        """What the owner wrote for others: the address of the site, once it is up."""
        return self._lock_path.read_text().strip()

    def write_note(self, text: str) -> None:
        self._lock_path.write_text(text)


def _socket_folder(path: Path) -> Path:
    """Inside the folder, or in /tmp where that path is too long for a socket or needs quoting somewhere."""
    inside = path / "run"
    fits = len(os.fsencode(inside / _LONGEST_SOCKET)) <= _SOCKET_PATH_LIMIT
    if fits and re.fullmatch(r"[\w./+-]+", str(inside), re.ASCII):
        return inside
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return Path("/tmp") / f"socialvideo-{os.geteuid()}-{digest}"  # noqa: S108 - short, and checked to be private


def temporary() -> Folder:
    """A folder for one test run. Its name lets later runs find it when this one was killed."""
    return Folder(Path(tempfile.mkdtemp(prefix=f"socialvideo-test-{os.geteuid()}-")))


CHECKOUT = Folder(Path(os.environ.get("LOCAL_FOLDER", ROOT / ".local")).resolve())
