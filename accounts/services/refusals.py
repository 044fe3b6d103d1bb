"""What accounts refuse. A rule that two people could break at the same moment (a handle, an e-mail address) is decided by
the database inside the writing statement; `AccountRefused` says it in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _


class AccountRefused(Exception):
    """The act is not allowed. `field` names the input to correct, or is empty; `message` is in plain words."""

    def __init__(self, message: object, field: str = "") -> None:
        super().__init__(message)
        self.message = str(message)
        self.field = field


HANDLE_TAKEN = (_("This handle is taken. Pick another."), "handle")
REFUSALS = {
    "accounts_user_handle_key": HANDLE_TAKEN,
    "accounts_handle_is_never_reused": HANDLE_TAKEN,
    "accounts_user_email_key": (_("There is an account with this e-mail address. Log in instead."), "email"),
}


@contextmanager
def refusing() -> Iterator[None]:
    """A transaction in which a name that somebody else has becomes an `AccountRefused`."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        refusal = REFUSALS.get(getattr(diagnosis, "constraint_name", None) or "")
        if refusal is None:
            raise
        raise AccountRefused(*refusal) from error
