"""Ties a child process to its parent, and PostgreSQL, which refuses to run as root, to an ordinary user.

Both are done by `setpriv` (util-linux), which replaces itself by the program. Where it is missing (macOS), a killed
run leaves its children to be ended by the next start.
"""

import functools
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from socialvideo.local.errors import LocalError

# Lets the ordinary user through closed folders above the data (a checkout in /root, a private temporary folder)
# without opening them to anybody else. The last flag lets initdb's access(2) see the capability.
_THROUGH_CLOSED_FOLDERS = (
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--securebits=+no_setuid_fixup",
)


@functools.cache
def _setpriv() -> str | None:
    """The tool, where it can do what is needed: an Alpine machine's stand-in cannot."""
    tool = shutil.which("setpriv")
    if tool and _runs([tool, "--pdeathsig", "TERM", "--", "true"]):
        return tool
    return None


def leash(signal_name: str = "TERM") -> list[str]:
    """A command prefix: the kernel sends the signal when the parent is gone, even by kill -9."""
    tool = _setpriv()
    return [tool, "--pdeathsig", signal_name, "--"] if tool else []


def ordinary_user(program: Path, data: Path) -> list[str]:
    """The same prefix for a program that refuses root: for root it switches to whoever owns the data, or `nobody`."""
    if os.geteuid() != 0:
        return leash("INT")
    user, group = _owner(data)
    tool = _setpriv()
    if tool:
        switch = [tool, "--pdeathsig", "INT", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
        for capabilities in (_THROUGH_CLOSED_FOLDERS, ()):
            prefix = [*switch, *capabilities, "--"]
            if _runs([*prefix, str(program), "--version"]):
                return prefix
    raise LocalError(
        "PostgreSQL refuses to run as root, and this machine does not let root start it as another user. "
        "Run as an ordinary user, or set DATABASE_URL."
    )


def _owner(data: Path) -> tuple[int, int]:
    if data.exists() and (found := data.stat()).st_uid != 0:
        return found.st_uid, found.st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
