"""`manage.py sources`: what each source of For You brings."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from feeds.stats import source_days


class Command(BaseCommand):
    help = "Prints by day and source of For You how many videos were in view, and how many of them watched and liked."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7)

    def handle(self, *, days: int, **options: Any) -> None:
        self.stdout.write(f"{'day':10}  {'source':9} {'shown':>9} {'watched':>16} {'liked':>16}")
        for row in source_days(days=days):
            watched = f"{row.watched:,} ({row.watched_percent}%)"
            liked = f"{row.liked:,} ({row.liked_percent}%)"
            self.stdout.write(f"{row.day}  {row.source:9} {row.shown:>9,} {watched:>16} {liked:>16}")
