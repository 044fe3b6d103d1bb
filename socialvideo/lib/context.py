"""What every page knows: the site's name and the chosen theme."""

from django.conf import settings
from django.http import HttpRequest

THEMES = {"light", "dark"}


def site(request: HttpRequest) -> dict[str, object]:
    theme = request.COOKIES.get("theme", "")
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SIGNUP_MODE": settings.SIGNUP_MODE,
        "LIVE_PORT": settings.LIVE_PORT or "",
        "theme": theme if theme in THEMES else "",
    }
