"""Who listens to whom, and who shuts whom out."""

from django.apps import AppConfig

from socialvideo.lib.personal import register


class FollowsConfig(AppConfig):
    name = "follows"

    def ready(self) -> None:
        from follows import personal, receivers  # noqa: F401

        register(self.name, personal.KINDS)
