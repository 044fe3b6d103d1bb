"""What a request comes from, as people call it: "Firefox on Linux". Nothing else of the browser's header is kept."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ua_parser import parse_os, parse_user_agent

USER_AGENT_LENGTH = 300  # what is longer is no browser's, and slow to take apart
LENGTH = 80


def device_of(request: HttpRequest) -> str:
    """Kept as it is said: its owner alone reads it."""
    return known_device_of(request) or _("an unknown device")


def known_device_of(request: HttpRequest) -> str:
    """Empty where the browser does not say."""
    user_agent = request.headers.get("User-Agent", "")[:USER_AGENT_LENGTH]
    browser, system = parse_user_agent(user_agent), parse_os(user_agent)
    if browser and system:
        return (_("%(browser)s on %(system)s") % {"browser": browser.family, "system": system.family})[:LENGTH]
    return browser.family[:LENGTH] if browser else system.family[:LENGTH] if system else ""
