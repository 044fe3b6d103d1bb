"""Bad settings are one clear line, whichever program reads them first."""

import os
import subprocess
import sys

import pytest

PROGRAMS = {
    "manage": ["manage.py", "check"],
    "web": ["-c", "import socialvideo.wsgi"],
    "worker": ["-m", "celery", "-A", "socialvideo", "worker"],
}
COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "socialvideo.settings.production",
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "videos.example.org",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def complaint(program: str, **changes: str) -> str:
    command = [sys.executable, *PROGRAMS[program]]
    done = subprocess.run(
        command, env=os.environ | COMPLETE | changes, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 3
    return done.stderr.strip()


@pytest.mark.parametrize("program", PROGRAMS)
def test_one_line_from_every_program(program):
    said = complaint(program, SECRET_KEY="short")
    assert said.startswith('Bad settings: Environment variable "SECRET_KEY"')
    assert "\n" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", ""),
        ("DATABASE_URL", "sqlite:///x"),
        ("REDIS_URL", "nonsense"),
        ("SIGNUP_MODE", "maybe"),
        ("MAX_UPLOAD_BYTES", "0"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_value_is_named(name, value):
    said = complaint("web", **{name: value})
    assert name in said
    assert "\n" not in said
