"""Makes .venv from a pinned requirements file; `make` calls it before every verb.

Runs on whatever `python3` is, without any package, so the syntax stays old enough for an old Python to say that it is
too old. The work is done again only when the requirements, or the Python, change.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from typing import IO, NoReturn

OLDEST, NEWEST = (3, 11), (3, 13)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
PIP = [VENV_PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]


def main(requirements: str, demanded: bool) -> None:
    """`demanded`: the person named this Python, so a .venv of another one is made anew."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        use_another_python()
    wanted = hashlib.sha256(read(os.path.join(ROOT, requirements)).encode()).hexdigest()
    with only_one():
        if not venv_works(demanded):
            make_venv()
        stamp = os.path.join(VENV, "installed-" + requirements)
        if read(stamp) != wanted:
            install(requirements)
            with open(stamp, "w") as file:
                file.write(wanted)


def use_another_python() -> None:
    """Replaces this process by a Python of a right version, if the machine has one."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            os.execv(found, [found, *sys.argv])
    fail(
        "Python 3.11, 3.12 or 3.13 is needed, and %s is %d.%d. Install one, or name it: make run PYTHON=/path/to/python3"
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )


def only_one() -> "IO[str]":
    """Two `make` at once in one checkout: the second waits for the first one's packages."""
    folder = os.path.join(ROOT, ".local")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    lock = open(os.path.join(folder, "venv.lock"), "w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def venv_works(demanded: bool) -> bool:
    probe = "import sys, pip; print(tuple(sys.version_info[:2]))"
    try:
        version = subprocess.check_output([VENV_PYTHON, "-c", probe], stderr=subprocess.DEVNULL).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return False
    return not demanded or version == str(tuple(sys.version_info[:2]))


def make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        output = done.stdout.decode(errors="replace")
        if "ensurepip" in output:
            fail("%s has no venv module; install it (Debian: apt-get install python3-venv)." % sys.executable)
        fail("The virtual environment could not be made: " + last_line(output))


def install(requirements: str) -> None:
    """pip's many lines become a count; when it fails, its error is the line."""
    total = read(os.path.join(ROOT, requirements)).count("==")
    say("Packages: %d from %s; the first time takes a minute or two" % (total, requirements))
    started, seen, output = time.time(), 0, []
    pip = subprocess.Popen(
        [*PIP, "-r", os.path.join(ROOT, requirements)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    for raw in pip.stdout or ():
        line = raw.decode(errors="replace").rstrip()
        output.append(line)
        if line.startswith("Collecting "):
            seen += 1
            if seen % 20 == 0:
                say("Packages: %d of %d" % (seen, total))
        elif line.startswith("Installing collected"):
            say("Packages: installing")
    if pip.wait():
        errors = [line for line in output if line.startswith("ERROR")] or output[-1:]
        fail("The packages could not be installed: " + errors[0])
    make_importable()
    say("Packages: ready in %d s" % (time.time() - started))


def make_importable() -> None:
    """The checkout is on the path of its own Python, so that tools find the project from any folder."""
    where = subprocess.check_output([VENV_PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    with open(os.path.join(where.decode().strip(), "checkout.pth"), "w") as file:
        file.write(ROOT + "\n")


def read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except FileNotFoundError:
        return ""


def last_line(text: str) -> str:
    return ([line for line in text.splitlines() if line.strip()] or ["no reason given"])[-1]


def say(message: str) -> None:
    print("  " + message)
    sys.stdout.flush()


def fail(message: str) -> "NoReturn":
    sys.exit("make: " + message)


if __name__ == "__main__":
    try:
        main(sys.argv[1], "--demanded" in sys.argv)
    except OSError as error:
        fail("%s: %s" % (error.strerror, error.filename))
    except KeyboardInterrupt:
        sys.exit(130)
