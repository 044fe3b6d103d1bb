"""What was made, and what people did to it."""

from django.apps import AppConfig


class VideosConfig(AppConfig):
    name = "videos"

    def ready(self) -> None:
        from videos import checks, receivers  # noqa: F401
