"""What was made, and what people did to it."""

from django.apps import AppConfig

from socialvideo.lib.personal import register


class VideosConfig(AppConfig):
    name = "videos"

    def ready(self) -> None:
        from videos import checks, personal, receivers  # noqa: F401

        register(self.name, personal.KINDS)
