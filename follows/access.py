"""What an address means to whoever opened it."""

from django.http import Http404

from accounts.models import User
from accounts.selectors import account_by_handle


def access_account(handle: str) -> User:
    """An account by its handle, suspended and deactivated ones included: whoever follows them must find them."""
    account = account_by_handle(handle)
    if account is None:
        raise Http404
    return account
