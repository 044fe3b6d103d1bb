"""What acts on videos have in common: who may, insert-or-ignore, and what is answered afterwards."""

from dataclasses import dataclass

from django.db import connection

from accounts.models import User
from videos.models import Video
from videos.services.refusals import GONE, Refused, not_yours


@dataclass(frozen=True)
class Tally:
    """Whether the act stands for the account, and for how many in all, as of now."""

    is_mine: bool
    number: int


def must_see(account: User, video: Video) -> None:
    if not account.is_present or not Video.objects.visible_to(account.pk).filter(pk=video.pk).exists():
        raise Refused(*GONE)


def must_own(account: User, video: Video) -> None:
    if video.creator_id != account.pk:
        raise not_yours()


def inserted(statement: str, values: list[int | str | None]) -> int | None:
    """The new row's id, or None where it stood already."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return row[0] if row else None
