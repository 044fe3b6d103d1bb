"""Who sees what, in which order; who is told; who to follow."""

from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "feeds"

    def ready(self) -> None:
        from feeds import receivers  # noqa: F401
