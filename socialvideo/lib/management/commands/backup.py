"""`manage.py backup FOLDER`: the database and the media, while the site runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from socialvideo.lib.backups import DUMP, BackupError, back_up, media_folder


class Command(BaseCommand):
    help = "Copies the database and the media into a folder, while the site runs. `manage.py restore` reads it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="Into one of former backups only new media is copied.")

    def handle(self, *, folder: Path, **options: Any) -> None:
        try:
            copied = back_up(folder)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{DUMP}: {(folder / DUMP).stat().st_size:,} bytes.")
        self.stdout.write(
            f"Media: {copied:,} new files." if media_folder() else "Media is in a bucket: keep versions there."
        )
