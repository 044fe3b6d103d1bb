"""Whole addresses, for whoever reads them elsewhere: by the site's own name, whatever a request says of its host."""

from urllib.parse import urljoin, urlsplit

from django.conf import settings


def absolute(path: str) -> str:
    """Of a path; what is whole already, as files of another host are, stays."""
    return urljoin(settings.SITE_URL, path)


def is_ours(host: str) -> bool:
    return host.lower() == urlsplit(settings.SITE_URL).netloc.lower()


def tag_uri(made_on: str, name: str) -> str:
    """A name that stays when addresses change (RFC 4151). `made_on` is a day, as 2026-05-03."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{made_on}:{name}"
