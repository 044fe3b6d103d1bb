"""What every page knows: the site's name, the chosen theme, and where its forms lead back to."""

from functools import cache

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
        "here": cache(lambda: _here(request)),
    }


def _here(request: HttpRequest) -> str:
    """Of a part of a page, the page that it is for."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return (htmx.current_url_abs_path or "") if htmx else request.get_full_path()
