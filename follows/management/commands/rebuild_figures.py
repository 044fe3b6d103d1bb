"""`manage.py rebuild_figures`: counts the figures of followers anew from the events; what they say is the same."""

from typing import Any

from django.core.management.base import BaseCommand

from follows import services


class Command(BaseCommand):
    help = "Counts followers gained and lost anew from their history, as the audit asks when it finds another number."

    def handle(self, **options: Any) -> None:
        services.rebuild_tallies()
        self.stdout.write("The figures of followers are counted anew.")
