"""`manage.py audit`: does the site keep its promises right now? Reads only; repairs nothing."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import CHECKS as ACCOUNTS
from feeds.audit import CHECKS as FEEDS
from follows.audit import CHECKS as FOLLOWS
from socialvideo.lib.audit import breaches, examples
from videos.audit import CHECKS as VIDEOS


class Command(BaseCommand):
    help = "Checks the promises on live data, a line each. Exits with 1 when one is broken."

    def handle(self, **options: Any) -> None:
        broken = 0
        for check in [*ACCOUNTS, *FOLLOWS, *VIDEOS, *FEEDS]:
            started = time.monotonic()
            found = breaches(check)
            broken += bool(found)
            verdict = self.style.ERROR(f"{found:,} breaches") if found else self.style.SUCCESS("kept")
            self.stdout.write(f"promise {check.promise}  {verdict}  {check.name}  ({time.monotonic() - started:.2f} s)")
            for example in examples(check) if found else []:
                self.stdout.write(f"    e.g. {example}")
        if broken:
            raise CommandError(f"{broken} checks found breaches.")
        self.stdout.write("Every promise that can be checked on live data is kept.")
