"""The cast: accounts as the site itself would make them."""

from accounts import services
from accounts.models import User

PASSWORD = "correct horse"


def make_account(handle: str, *, name: str = "", bio: str = "", is_private: bool = False, **fields: object) -> User:
    """`fields` are what no service sets: is_staff, a moment in the past."""
    account = services.create_account(
        handle=handle, email=f"{handle}@example.org", password=PASSWORD, name=name, bio=bio, is_private=is_private
    )
    if fields:
        User.objects.filter(pk=account.pk).update(**fields)
        account.refresh_from_db()
    return account
