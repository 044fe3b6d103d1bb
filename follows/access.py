"""What an address means to whoever opened it, and where an act that comes with a request was made."""

from django.http import Http404, HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from ua_parser import parse_os, parse_user_agent

from accounts.models import User
from accounts.selectors import account_by_handle
from follows.origins import Origin, Source

USER_AGENT_LENGTH = 300  # what is longer is no browser's, and slow to take apart
SOURCES = {source.value: source for source in Source}


def access_account(handle: str) -> User:
    """An account by its handle, suspended and deactivated ones included: whoever follows them must find them."""
    account = account_by_handle(handle)
    if account is None:
        raise Http404
    return account


def origin_of(request: HttpRequest, source: str) -> Origin:
    """Where the act of a request is made. The surface is what the page says of itself: only statistics believe it."""
    return Origin(
        source=SOURCES.get(source, Source.UNKNOWN),
        device=_device(request.headers.get("User-Agent", "")[:USER_AGENT_LENGTH]),
        session=_session(request),
    )


def _device(user_agent: str) -> str:
    browser, system = parse_user_agent(user_agent), parse_os(user_agent)
    names = [found.family for found in (browser, system) if found]
    return _named(*names)[:80]


def _named(browser: str = "", system: str = "") -> str:
    """Kept as it is said: the history shows it to its owner alone."""
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or _("an unknown device")


def _session(request: HttpRequest) -> str:
    """The same for all acts of one log-in; nothing by which anybody could become that session."""
    key = getattr(request, "session", None) and request.session.session_key
    return salted_hmac("follows.origin", key).hexdigest()[:16] if key else ""
