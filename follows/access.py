"""What an address means to whoever opened it, and where an act that comes with a request was made."""

from django.http import Http404, HttpRequest
from django.utils.crypto import salted_hmac

from accounts.models import User
from accounts.selectors import account_by_handle
from follows.origins import Origin, Source
from socialvideo.lib.devices import device_of

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
        device=device_of(request),
        session=_session(request),
    )


def _session(request: HttpRequest) -> str:
    """The same for all acts of one log-in; nothing by which anybody could become that session."""
    key = getattr(request, "session", None) and request.session.session_key
    return salted_hmac("follows.origin", key).hexdigest()[:16] if key else ""
