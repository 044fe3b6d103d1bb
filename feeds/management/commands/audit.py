"""`manage.py audit`: does the site keep its promises right now? Writes the run down as beat does; repairs nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from feeds.auditing import run_audit
from socialvideo.lib.audit import Result


class Command(BaseCommand):
    help = "Checks the promises on live data, a line each. Exits with 1 when one is broken or cannot be checked."

    def handle(self, **options: Any) -> None:
        results: list[Result] = []
        run_audit(wait=True, say=lambda result: results.append(result) or self._print(result))
        broken = sum(not result.kept for result in results)
        took = sum(result.seconds for result in results)
        if broken:
            raise CommandError(f"{broken} of {len(results)} checks found breaches ({took:.1f} s).")
        self.stdout.write(f"Every promise that can be checked on live data is kept ({took:.1f} s).")

    def _print(self, result: Result) -> None:
        verdict = self.style.SUCCESS("kept") if result.kept else self.style.ERROR(self._complaint(result))
        numbers = f"{result.rows:,} rows, {result.seconds:.2f} s"
        self.stdout.write(f"promise {result.promise}  {verdict}  {result.name}  ({numbers})")
        for example in result.examples:
            self.stdout.write(f"    e.g. {example}")

    def _complaint(self, result: Result) -> str:
        return f"not checked: {result.problem}" if result.problem else f"{result.breaches:,} breaches"
