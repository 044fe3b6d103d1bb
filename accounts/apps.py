"""Who you are: the account, its handle, its profile, its settings."""

from django.apps import AppConfig

from socialvideo.lib.personal import register


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import personal, receivers  # noqa: F401

        register(self.name, personal.KINDS)
