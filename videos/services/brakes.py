"""Brakes on what somebody writes: so many comments in a minute, and the same words only so often in an hour. Nothing that
was written is taken away, and what was removed counts. Rows count, not Redis."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from socialvideo.lib.rates import HOUR, MINUTE, in_minutes, seconds_to_wait
from videos.models import Comment
from videos.models.moderation import Flag
from videos.services.refusals import Refused
from videos.signals import storm_slowed

P = ParamSpec("P")
R = TypeVar("R")
LOOKED_AT = 60  # comments, the newest ones, among which the same words are looked for
EVERYBODYS = 20  # letters: shorter words are anybody's, however often
# Spaces, and what has no width: hyphens that need not be, joiners, directions, variants.
_UNSEEN = re.compile(r"[\s\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")

_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended('comments of ' || %s, 0))"


class Slowed(Refused):
    """For so many seconds. Moderators hear of it, by `flag`, with the number that was reached."""

    def __init__(self, message: str, wait: int, *, flag: Flag, number: int) -> None:
        super().__init__("too_fast", message, wait)
        self.flag, self.number = flag, number


def flagging(service: Callable[P, R]) -> Callable[P, R]:
    """Around a service of an `author`, outside of its transaction: a storm is told of though nothing is done."""

    @wraps(service)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return service(*args, **kwargs)
        except Slowed as slowed:
            author = kwargs["author"]
            assert isinstance(author, User)  # noqa: S101 - for the type checker
            storm_slowed.send(Slowed, account_id=author.pk, flag=slowed.flag, number=slowed.number)
            raise

    return wrapper


def one_at_a_time(author: User) -> None:
    """From however many connections, no more comments of an author get through, and what is sent twice finds itself."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [author.pk])


def must_not_flood(author: User, text: str) -> None:
    """Of an author whose comments come `one_at_a_time`."""
    newest = Comment.objects.filter(author=author).order_by("-pk").values_list("text", "created_at")
    lately = list(newest[: max(LOOKED_AT, settings.COMMENTS_PER_MINUTE, settings.SAME_COMMENTS_PER_HOUR)])
    _must_not_be_many([at for _text, at in lately])
    if len(text.strip()) >= EVERYBODYS:
        _must_not_be_the_same([at for earlier, at in lately if _same(earlier, text)])


def _must_not_be_many(moments: Sequence[datetime]) -> None:
    if wait := seconds_to_wait(moments, settings.COMMENTS_PER_MINUTE, MINUTE):
        said = _("You have written many comments in the last minute. Wait a moment: you can go on in %(time)s.")
        number = settings.COMMENTS_PER_MINUTE
        raise Slowed(said % {"time": in_minutes(wait)}, wait, flag=Flag.COMMENT_FLOOD, number=number)


def _must_not_be_the_same(moments: Sequence[datetime]) -> None:
    if wait := seconds_to_wait(moments, settings.SAME_COMMENTS_PER_HOUR, HOUR):
        said = _("You have written this several times already. Write something else, or send it again in %(time)s.")
        number = settings.SAME_COMMENTS_PER_HOUR
        raise Slowed(said % {"time": in_minutes(wait)}, wait, flag=Flag.SAME_COMMENTS, number=number)


def _same(one: str, other: str) -> bool:
    return _read(one) == _read(other)


def _read(text: str) -> str:
    """As an eye reads it, whatever the case or the width of its letters."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))
