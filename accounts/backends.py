"""Who stays logged in. Logging in itself is allauth's business; suspension (`User.is_active`) is refused there."""

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class PresentAccounts(AuthenticationBackend):
    """Sessions of an account end with its presence: at the next request nobody is logged in."""

    def get_user(self, user_id: int) -> User | None:
        account = super().get_user(user_id)
        return account if account is not None and account.is_present else None
