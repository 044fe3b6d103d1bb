"""What acts on videos and comments have in common: who may, insert-or-ignore, and what is answered afterwards."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from videos.models import Bookmark, Comment, CommentCount, CommentLike, Like, Repost, Video, VideoCount
from videos.services.refusals import GONE, Refused, not_yours


@dataclass(frozen=True)
class Tally:
    """Whether the act stands for the account, and for how many in all, as of now."""

    is_mine: bool
    number: int


@dataclass(frozen=True)
class Mark:
    """What an account sets on a video or a comment, or takes off again: at most one row of `model`, which triggers count in
    a column."""

    model: type[Like | Bookmark | Repost | CommentLike]
    column: str

    def set(self, account: User, on: Video | Comment) -> bool:
        """Whether it was not there. What it is set on stays until the end of the transaction, or is gone already: then
        nothing is set."""
        of, table = on._meta.model_name, self.model._meta.db_table
        statement = f"""
            INSERT INTO {table} (account_id, {of}_id)
            SELECT %s, id FROM {on._meta.db_table} WHERE id = %s FOR KEY SHARE
            ON CONFLICT ({of}_id, account_id) DO NOTHING RETURNING id
        """
        return inserted(statement, [account.pk, on.pk]) is not None

    def take_off(self, account: User, on: Video | Comment) -> bool:
        """Whether it was there."""
        return self._of(account, on).delete()[0] > 0

    def tally(self, account: User, on: Video | Comment) -> Tally:
        """As of now. Raises Refused for what was erased meanwhile."""
        counts = VideoCount if isinstance(on, Video) else CommentCount
        number = counts.objects.filter(pk=on.pk).values_list(self.column, flat=True).first()
        if number is None:
            raise Refused(*GONE)
        return Tally(self._of(account, on).exists(), number)

    def _of(self, account: User, on: Video | Comment) -> QuerySet[Any]:
        return self.model.objects.filter(account=account, **{str(on._meta.model_name): on})


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
