"""A backup is worth what its restore shows: another database, in which every promise still holds, and is still held."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from feeds import pulses
from feeds import services as feeds
from feeds.services import pulses as noting
from follows import services as follows
from socialvideo.lib.backups import DUMP, LEAP
from videos.models import Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db(transaction=True)
MANAGE = [sys.executable, "-W", "ignore", "manage.py"]
TEST_SETTINGS = "--settings=socialvideo.settings.test"
ROWS = """
    SELECT json_build_object(
        'follows', (SELECT json_agg(each ORDER BY id) FROM follows_follow AS each),
        'events', (SELECT json_agg(each ORDER BY id) FROM follows_followevent AS each),
        'told', (SELECT json_agg(each ORDER BY recipient_id) FROM feeds_inboxentry AS each),
        'videos', (SELECT json_agg(each ORDER BY id) FROM videos_video AS each))::text
"""


@pytest.fixture
def world(alice: User, bob: User, mira: User) -> Video:
    """Something of each kind that only triggers keep true, and work that is not finished."""
    follows.follow(follower=alice, followee=mira)
    follows.follow(follower=bob, followee=mira)
    video = make_video(mira)
    feeds.run_fan_out(video.publication.pk)
    follows.unfollow(follower=bob, followee=mira)
    make_video(mira)  # not fanned out yet
    return video


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of another machine: an empty database and an empty folder."""
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    name = f"restored_{os.getpid()}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield os.environ | {"DATABASE_URL": f"{address}/{name}", "MEDIA_ROOT": str(tmp_path / "elsewhere")}
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(env: dict[str, str], *words: object) -> str:
    command = [*MANAGE, *map(str, words), TEST_SETTINGS]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_comes_back_keeps_every_promise(
    world: Video, alice: User, elsewhere: dict[str, str], tmp_path: Path, settings: Any
) -> None:
    call_command("backup", tmp_path / "kept", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        before = cursor.fetchone()[0]
    manage(elsewhere, "restore", tmp_path / "kept")
    assert "Every promise" in manage(elsewhere, "audit")
    assert (tmp_path / "elsewhere" / world.media_folder / world.rendition_key / "360" / "init.mp4").is_file()
    with psycopg.connect(elsewhere["DATABASE_URL"], autocommit=True) as restored:
        assert restored.execute(ROWS).fetchone() == (before,)
        restored.execute("DELETE FROM follows_follow WHERE follower_id = %s", [alice.pk])
        last = restored.execute("SELECT id, cause FROM follows_followevent ORDER BY id DESC LIMIT 1").fetchone()
    assert last is not None
    assert last[1] == "unattributed", "the database still writes down what nobody owns up to"
    assert last[0] > LEAP, "a number that may have been seen is not given twice"


def test_a_restore_that_was_killed_goes_on(world: Video, elsewhere: dict[str, str], tmp_path: Path) -> None:
    """Between the database and the media: no number leaps twice, nothing is missing."""
    call_command("backup", tmp_path / "kept", verbosity=0)
    (tmp_path / "elsewhere").write_text("no folder can be made here")
    failed = subprocess.run(
        [*MANAGE, "restore", str(tmp_path / "kept"), TEST_SETTINGS], env=elsewhere, capture_output=True, check=False
    )
    assert failed.returncode == 1
    (tmp_path / "elsewhere").unlink()
    manage(elsewhere, "restore", tmp_path / "kept")
    assert (tmp_path / "elsewhere" / world.media_folder).is_dir()
    with psycopg.connect(elsewhere["DATABASE_URL"]) as restored:
        last = restored.execute("SELECT last_value FROM follows_act_seq").fetchone()
    assert last is not None
    assert LEAP < last[0] < 2 * LEAP


def test_a_restore_never_writes_over_a_site(world: Video, tmp_path: Path) -> None:
    call_command("backup", tmp_path, verbosity=0)
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", tmp_path)


def test_a_second_backup_copies_what_is_new(
    world: Video, mira: User, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(noting, "_noted", {})
    call_command("backup", tmp_path)
    call_command("backup", tmp_path)
    make_video(mira)
    call_command("backup", tmp_path)
    assert pulses.last_backup() is not None, "the desk and the metrics know when"
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    said = [int(words[1].replace(",", "")) for words in lines if words[0] == "Media:"]
    assert said[1] == 0
    assert 0 < said[2] < said[0]


def test_a_backup_that_cannot_be_made_leaves_the_former_one(world: Video, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / DUMP).write_text("the former one")
    monkeypatch.setitem(connection.settings_dict, "NAME", "nothing_of_that_name")
    with pytest.raises(CommandError, match="nothing_of_that_name"):
        call_command("backup", tmp_path)
    assert (tmp_path / DUMP).read_text() == "the former one"
    monkeypatch.undo()
    assert pulses.last_backup() is None
