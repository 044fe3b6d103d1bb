"""Who sees what, in which order; who is told; who to follow."""

from django.apps import AppConfig

from socialvideo.lib.personal import register


class FeedsConfig(AppConfig):
    name = "feeds"

    def ready(self) -> None:
        from feeds import personal, receivers  # noqa: F401

        register(self.name, personal.KINDS)
