"""`make run`: servers, migrations, processes, demo world, and everything stopped again by one Ctrl-C."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import IO

from socialvideo.local.checks import address, check_database, check_disk, check_redis, listen, wanted_port
from socialvideo.local.errors import AlreadyRunningError, LocalError
from socialvideo.local.folder import CHECKOUT, MARK, ROOT, Folder
from socialvideo.local.groups import kill_group
from socialvideo.local.leash import leash
from socialvideo.local.live_process import live_command
from socialvideo.local.servers import Postgres, Redis, Server, end_marked, last_line
from socialvideo.local.supervisor import Console, Service, Supervisor
from socialvideo.local.web_process import web_command

WEB_START_SECONDS = 60
MANAGE = [sys.executable, str(ROOT / "manage.py")]
# Celery's warning about root is right for a public site, and noise on one's own machine.
CELERY = [sys.executable, "-W", "ignore:You're running the worker with superuser", "-m", "celery"]
CELERY += ["--app", "socialvideo", "--quiet"]


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal, wherever it finds us. Not an error."""


def run(folder: Folder = CHECKOUT) -> None:
    console = Console()
    try:
        with contextlib.ExitStack() as running:
            _stop_on_signals()
            _run(folder, console, running)
    except Stopped:
        console.say("Stopped.")
    except AlreadyRunningError as error:
        where = f"at {error}" if str(error) else "and still starting"
        console.say(f"The site of this checkout is already running {where}. Ctrl-C in its window stops it.")


def _run(folder: Folder, console: Console, running: contextlib.ExitStack) -> None:
    port = wanted_port()
    folder.create()
    check_disk(folder.path)
    running.enter_context(folder.locked())
    end_marked(folder)
    env = os.environ | {MARK: str(folder.path), "PYTHONUNBUFFERED": "1"}
    env.setdefault("DJANGO_SETTINGS_MODULE", "socialvideo.settings.dev")
    folder.set_defaults(env)

    supervisor = Supervisor()
    for server in _servers(folder):
        with _step(console, server.name):
            running.callback(server.stop)
            server.start()
        supervisor.watch(server)
    with _step(console, "Migrations"):
        _manage(folder, env, "migrate")
    with _step(console, "Static files"):
        _manage(folder, env, "collectstatic")

    running.callback(supervisor.stop)
    host = os.environ.get("HOST") or "127.0.0.1"
    listening = running.enter_context(listen(host, port))
    site, taken = address(listening), listening.getsockname()[1]
    if taken != port:
        console.say(f"  Port {port} is taken; the site takes {taken}.")
    live = running.enter_context(listen(host, (taken + 1) % 65536))
    env.setdefault("SITE_URL", site.rstrip("/"))
    env["LIVE_PORT"] = str(live.getsockname()[1])  # no proxy in front puts the two behind one address
    with _step(console, "Web, live events, worker, encoder, sender, beat"):
        for service in _services(folder, env, console, web=listening.fileno(), live=live.fileno()):
            supervisor.watch(service)
            service.start()
        _wait_for_web(supervisor, site)
    folder.write_note(site)

    logins = _demo(supervisor, env, console, site) if _demo_wanted() else ""
    console.say(f"\nThe site is at {site}\n{logins}Ctrl-C stops it.\n")
    supervisor.keep_up_while(lambda: True)


def _stop_on_signals() -> None:
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    for each in signals:
        signal.signal(each, stop)


@contextlib.contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    console.say(f"  {what}: ready in {time.monotonic() - started:.1f} s")


def _servers(folder: Folder) -> Iterator[Server]:
    """Ours, where the environment names no others."""
    if url := os.environ.get("DATABASE_URL"):
        check_database(url)
    else:
        yield Postgres(folder)
    if url := os.environ.get("REDIS_URL"):
        check_redis(url)
    else:
        yield Redis(folder)


def _manage(folder: Folder, env: dict[str, str], command: str) -> None:
    log = folder.logs / f"{command}.log"
    with log.open("wb") as file:
        done = subprocess.run(
            [*leash(), *MANAGE, command, "--no-input"], env=env, stdout=file, stderr=file, check=False
        )
    if done.returncode:
        raise LocalError(f"{last_line(log)} (manage.py {command} stopped; all of it: {log})")


def _services(folder: Folder, env: dict[str, str], console: Console, *, web: int, live: int) -> list[Service]:
    """`web` and `live` are the listening sockets of those two."""
    quiet = ["--loglevel", "WARNING"]
    alone = [*quiet, "--without-mingle", "--without-gossip"]
    encoders = max(1, (os.cpu_count() or 2) // 2)  # ffmpeg uses several cores by itself
    commands = {
        "web": web_command(web),
        "live": live_command(live),
        "worker": [*CELERY, "worker", "-n", "worker@%h", "-Q", "default,fanout", "-c", "2", *alone],
        "encoder": [*CELERY, "worker", "-n", "encoder@%h", "-Q", "media", "-c", str(encoders), *alone],
        "sender": [*CELERY, "worker", "-n", "sender@%h", "-Q", "outgoing", "-P", "threads", "-c", "4", *alone],
        "beat": [*CELERY, "beat", "--schedule", str(folder.path / "beat"), "--pidfile", "", *quiet],
    }
    inherited = {"web": (web,), "live": (live,)}
    return [Service(name, command, env, console, inherited.get(name, ())) for name, command in commands.items()]


def _wait_for_web(supervisor: Supervisor, site: str) -> None:
    deadline = time.monotonic() + WEB_START_SECONDS
    answers = threading.Event()

    def ask() -> None:
        while not answers.is_set() and time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{site}healthz", timeout=5):  # noqa: S310
                answers.set()
            time.sleep(0.2)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    supervisor.keep_up_while(asking.is_alive)
    if not answers.is_set():
        raise LocalError(f"The web process did not answer within {WEB_START_SECONDS} s; its lines above say why.")


# --- The demo world -------------------------------------------------------------------------------------------


def _demo_wanted() -> bool:
    return os.environ.get("DEMO", "1") != "0" and any(ROOT.glob("*/management/commands/demo.py"))


def _demo(supervisor: Supervisor, env: dict[str, str], console: Console, site: str) -> str:
    """Returns what the command printed: the logins. Its progress is on standard error and shown as it comes."""
    console.say(f"  The site answers at {site}; now its demo world (DEMO=0 leaves it out).")
    command = [*leash(), *MANAGE, "demo"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=env, stdout=pipe, stderr=pipe, start_new_session=True) as demo:
        assert demo.stdout is not None
        assert demo.stderr is not None
        printed: list[bytes] = []
        readers = [
            threading.Thread(target=printed.extend, args=(demo.stdout,)),
            threading.Thread(target=_show, args=(demo.stderr, console)),
        ]
        for reader in readers:
            reader.start()
        try:
            supervisor.keep_up_while(lambda: demo.poll() is None)
        finally:
            kill_group(demo)
            for reader in readers:
                reader.join()
    if demo.returncode:
        console.say("  The demo world is not finished; its last line says why. The site runs without it.")
    return b"".join(printed).decode(errors="replace")


def _show(lines: IO[bytes], console: Console) -> None:
    for line in lines:
        console.say(line.decode(errors="replace").rstrip(), name="demo")
