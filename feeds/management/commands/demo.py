"""`manage.py demo`: accounts, follows, videos and talk for the first look at the site. Progress on standard error,
the logins, and nothing else, on standard output."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from feeds.demo import world


class Command(BaseCommand):
    help = "Builds the demo world, or completes it. Only in development: its passwords are known."

    def handle(self, **options: Any) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError("Demo accounts have passwords that everybody knows, so a public site gets none.")
        try:
            world.build(say=self.stderr.write)
        except world.Unfinished as error:
            raise CommandError(str(error)) from error
        self.stdout.write(world.logins())
