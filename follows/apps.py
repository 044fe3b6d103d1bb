"""Who listens to whom, and who shuts whom out."""

from django.apps import AppConfig


class FollowsConfig(AppConfig):
    name = "follows"

    def ready(self) -> None:
        from follows import receivers  # noqa: F401
