"""People, videos and tags by what is written of them. Whom and what a viewer may not see is found by nobody's asking: each
question goes through `present` and `hidden_from`, or through `visible_to`.

What is looked at is bounded, and only that is put in order: people by how they match, then those followed, then by
followers; videos, the newest that match, by whole words before beginnings, then by reach and age; tags by how many
videos hold them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import OperationalError, connection, transaction
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Extract, Least, Ln, Replace
from psycopg.errors import QueryCanceled

from accounts.models import User
from feeds.searching import Query
from feeds.selectors.explore import published
from follows.models import Follow, FollowCount
from follows.relations import Relation
from follows.selectors import hidden_from, relations
from socialvideo.lib.pagination import PAGE_SIZE, Page, keyset_page
from videos.models import Tag, Video, VideoTag

MOST = 1000  # people of each kind of match
NEWEST = 500  # videos
MOST_TAGS = 300
MOST_ALIKE = 20
ASKED_ALIKE = 200  # of whom not all may be seen
ENOUGH = 5  # where so many were found as written, none is looked for that is only alike
COUNTED = 500  # videos of a tag in a list
WEIGHED = 100  # videos of a tag, to put tags in order
PATIENCE_MS = 3000
FURTHER = 2**32  # a better kind of match counts more than any number of followers or videos
YEAR_IN_DOUBLINGS = 12  # a video a month younger counts like one seen twice as often


class TooSlow(Exception):
    """The question was given up."""


@contextmanager
def patience() -> Iterator[None]:
    """Whatever is asked in here keeps the database no longer than PATIENCE_MS, all together. Raises TooSlow."""
    until = monotonic() + PATIENCE_MS / 1000

    def in_the_time_left(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        left = int((until - monotonic()) * 1000)
        if left <= 0:
            raise TooSlow
        context["connection"].connection.execute("SELECT set_config('statement_timeout', %s, true)", [str(left)])
        return execute(sql, params, many, context)

    try:
        with transaction.atomic(), connection.execute_wrapper(in_the_time_left):
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        raise


# --- The reading, as in the indexes ---------------------------------------------------------------------------


class Words(Func):
    function, arg_joiner = "feeds_words", " || ' ' || "
    output_field = TextField()


class Wanted(Func):
    function = "feeds_asked"
    output_field = TextField()

    def __init__(self, query: Query, *, whole: bool) -> None:
        super().__init__(Value(query.text), Value(whole))


class Match(Func):
    template, arg_joiner = "(%(expressions)s)", " @@ "
    output_field = BooleanField()


def _joined(expression: Any) -> Replace:
    """As tags are compared: without spaces and accents."""
    folded = Func(expression, function="feeds_folded", output_field=TextField())
    return Replace(folded, Value(" "), Value(""), output_field=TextField())


def _alike(rows: QuerySet[Any], function: str, query: Query) -> list[int]:
    """Ids of what is written much like it, most like it first, of those that the viewer may see."""
    if not query.alike:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}(%s, %s)", [query.alike, ASKED_ALIKE])
        alike = [row[0] for row in cursor.fetchall()]
    shown = set(_ids(rows.filter(pk__among=alike)))
    return [one for one in alike if one in shown][:MOST_ALIKE]


def _in_order(kinds: Sequence[Sequence[int]]) -> Case:
    """How well a row matches: better in an earlier kind of match."""
    places = [When(pk__among=ids, then=Value((len(kinds) - n) * FURTHER)) for n, ids in enumerate(kinds) if ids]
    return Case(*places, default=Value(0), output_field=BigIntegerField())


def _sum(one: Any, other: Any) -> "ExpressionWrapper[Any]":
    """Beyond 32 bits: Django would hold any comparison with more for true."""
    return ExpressionWrapper(one + other, output_field=BigIntegerField())


# --- People ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    account: User
    relation: Relation


def people_found(viewer_id: int | None, query: Query, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Person]:
    """Handles that begin so, then names with such words, then what is only alike. Four queries, seven where little was
    found."""
    people = _met(viewer_id)
    kinds = _kinds(people, query, _people_matching, "feeds_people_alike")
    known = [person_id for ids in kinds for person_id in ids]
    ranked = people.filter(pk__among=known).annotate(
        score=_sum(_in_order([_ids(people.filter(handle=query.handle)), *kinds]), _closeness(viewer_id))
    )
    page = keyset_page(ranked, order=["-score", "-pk"], cursor=cursor, size=size)
    ties = relations(viewer_id, [person.pk for person in page.items])
    return page.map(lambda person: Person(person, ties[person.pk]))


def _met(viewer_id: int | None) -> QuerySet[User]:
    people: QuerySet[User] = User.objects.present()
    if viewer_id is None:
        return people.filter(is_limited=False)
    followed = Follow.objects.active().filter(follower_id=viewer_id, followee_id=OuterRef("pk"))
    return people.filter(Q(is_limited=False) | Exists(followed)).exclude(hidden_from(viewer_id, "pk"))


def _people_matching(people: QuerySet[User], query: Query) -> list[list[int]]:
    named = people.filter(Match(Words("handle", "name"), Wanted(query, whole=query.is_whole)))
    begun = people.filter(handle__startswith=query.handle).order_by("handle") if query.handle else people.none()
    return [_ids(begun[:MOST]), _ids(named[:MOST])]


def _kinds(
    rows: QuerySet[Any], query: Query, matching: Callable[[Any, Query], list[list[int]]], alike: str
) -> list[Sequence[int]]:
    """Ids by the kind of match, best first."""
    kinds: list[Sequence[int]] = [*matching(rows, query)]
    if sum(map(len, kinds)) < ENOUGH:
        kinds += [[one] for one in _alike(rows, alike, query)]
    if not any(kinds) and query.shortened != query:
        kinds += matching(rows, query.shortened)
    return kinds


def _closeness(viewer_id: int | None) -> Any:
    """Whom the viewer follows before others, then by followers."""
    counted = FollowCount.objects.filter(account_id=OuterRef("pk")).values("followers")
    followers = Least(Coalesce(Subquery(counted), 0), FURTHER // 2 - 1)
    if viewer_id is None:
        return followers
    mine = Follow.objects.active().filter(follower_id=viewer_id, followee_id=OuterRef("pk"))
    return followers + Case(
        When(Exists(mine), then=Value(FURTHER // 2)), default=Value(0), output_field=BigIntegerField()
    )


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("pk", flat=True))


# --- Videos ---------------------------------------------------------------------------------------------------


def videos_found(viewer_id: int | None, query: Query, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Video]:
    """By words of their captions, tags among them. One query."""
    matching = published(viewer_id).filter(Match(Words("caption"), Wanted(query, whole=query.is_whole)))
    newest = matching.filter(publication__isnull=False).order_by("-publication__id").values("pk")[:NEWEST]
    ranked = Video.objects.filter(pk__in=newest).annotate(score=_worth(query)).with_card()
    return keyset_page(ranked, order=["-score", "-pk"], cursor=cursor, size=size)


def _worth(query: Query) -> Any:
    whole = Case(When(Match(Words("caption"), Wanted(query, whole=True)), then=Value(FURTHER)), default=Value(0))
    doublings = Ln(Cast(F("count__views") + 1, FloatField())) / 0.693
    years = Cast(Extract("published_at", "epoch"), FloatField()) / (365 * 86400)
    worth = ExpressionWrapper(doublings + years * YEAR_IN_DOUBLINGS, output_field=FloatField())
    return _sum(whole, Cast(worth * 1000, BigIntegerField()))


# --- Tags -----------------------------------------------------------------------------------------------------


def tags_found(viewer_id: int | None, query: Query, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Tag]:
    """Each with `videos`: how many the viewer may see, exact below COUNTED. Three queries, six where little was found."""
    shown = published(viewer_id).filter(tagged__tag=OuterRef("pk"))
    seen = Tag.objects.filter(Exists(shown))
    kinds = _kinds(seen, query, _tags_matching, "feeds_tags_alike")
    ranked = seen.filter(pk__among=[tag_id for ids in kinds for tag_id in ids]).annotate(
        score=_sum(_in_order(kinds), _how_many(VideoTag.objects.filter(tag=OuterRef("pk")), WEIGHED))
    )
    page = keyset_page(ranked, order=["-score", "-pk"], cursor=cursor, size=size)
    return Page(_counted(shown, page.items), page.next_cursor)


def _tags_matching(tags: QuerySet[Tag], query: Query) -> list[list[int]]:
    if not query.tag:
        return [[], []]
    joined, wanted = tags.annotate(joined=_joined("name")), _joined(Value(query.tag))
    begun = joined.filter(joined__startswith=wanted).order_by("joined")
    return [_ids(joined.filter(joined=wanted)[:MOST_TAGS]), _ids(begun[:MOST_TAGS])]


def _counted(shown: Any, tags: Sequence[Tag]) -> list[Tag]:
    counts = Tag.objects.filter(pk__among=[tag.pk for tag in tags]).annotate(videos=_how_many(shown, COUNTED))
    by_id = {tag.pk: tag for tag in counts}
    return [by_id[tag.pk] for tag in tags]


def _how_many(rows: QuerySet[Any], most: int) -> Func:
    """Up to so many, and no row beyond is read."""
    return Func(ArraySubquery(rows.values("pk")[:most]), function="cardinality", output_field=IntegerField())
