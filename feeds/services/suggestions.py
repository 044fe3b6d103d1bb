"""What somebody does not want to be suggested."""

from accounts.models import User
from feeds.models import Dismissal


def dismiss(*, account: User, dismissed: User) -> None:
    """The account is never suggested again, unless this is taken back at once. Twice is once."""
    if account != dismissed:
        Dismissal.objects.bulk_create([Dismissal(account=account, dismissed=dismissed)], ignore_conflicts=True)


def take_back_dismissal(*, account: User, dismissed: User) -> None:
    Dismissal.objects.filter(account=account, dismissed=dismissed).delete()
