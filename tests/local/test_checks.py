"""Bad settings are one clear line that never repeats a password."""

import socket
from pathlib import Path

import pytest

from socialvideo.local import checks
from socialvideo.local.errors import LocalError


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80.5"])
def test_a_port_is_a_number(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(LocalError, match="must be a number"):
        checks.wanted_port()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "must look like"),
        ("mysql://me:secret@127.0.0.1/x", "must look like"),
        ("postgresql://me:secret@127.0.0.1:1/x", "cannot be reached"),
        ("postgresql://me:secret@127.0.0.1:port/x", "cannot be reached"),
    ],
)
def test_a_wrong_database_is_said_in_one_line(url: str, words: str) -> None:
    with pytest.raises(LocalError, match=words) as caught:
        checks.check_database(url)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "must look like"),
        ("redis://:secret@127.0.0.1:port/0", "must look like"),
        ("redis://:secret@127.0.0.1:1/0", "cannot be reached"),
        ("unix:///no/such.sock?db=0", "cannot be reached"),
    ],
)
def test_a_wrong_redis_is_said_in_one_line(url: str, words: str) -> None:
    with pytest.raises(LocalError, match=words) as caught:
        checks.check_redis(url)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_taken_port_gives_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with checks.listen("127.0.0.1", port) as listening:
            assert port < listening.getsockname()[1] <= port + checks.PORTS_TRIED
            assert checks.address(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}/"


def test_a_host_is_of_this_machine() -> None:
    with pytest.raises(LocalError, match="HOST is"):
        checks.listen("192.0.2.1", 8000)


def test_a_full_disk_is_said_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "FREE_BYTES_NEEDED", 2**62)
    with pytest.raises(LocalError, match="of free disk"):
        checks.check_disk(tmp_path)
