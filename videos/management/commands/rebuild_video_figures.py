"""`manage.py rebuild_video_figures`: counts the figures of videos anew from the events; what they say is the same."""

from typing import Any

from django.core.management.base import BaseCommand

from videos.services.tallies import rebuild_tallies


class Command(BaseCommand):
    help = "Counts views, watch time, likes and so on anew, as the audit asks when it finds another number."

    def handle(self, **options: Any) -> None:
        rebuild_tallies()
        self.stdout.write("The figures of videos are counted anew.")
