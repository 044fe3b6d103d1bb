"""What knows no domain: pagination, triggers, file serving, template tags."""

from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "socialvideo.lib"
    label = "lib"

    def ready(self) -> None:
        from socialvideo.lib import checks  # noqa: F401
