"""`manage.py restore FOLDER`: a site from its backup, into an empty database."""

from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError, CommandParser

from socialvideo.lib.backups import BackupError, restore


class Command(BaseCommand):
    help = "Fills an empty database, and the media folder, from what `manage.py backup` made."
    requires_system_checks: list[str] = []  # there is nothing to check yet
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options: Any) -> None:
        try:
            copied = restore(folder)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        cache.clear()  # it remembers another time
        self.stdout.write(f"The database is back, and {copied:,} files of media.")
        self.stdout.write("Now: manage.py migrate (for a newer version), manage.py audit, then start the site.")
