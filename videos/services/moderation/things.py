"""What a case is about: a video, a comment or an account, whose it is, and how it stands."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from videos.models import Case, Comment, ModerationEvent, Video
from videos.models.moderation import Kind

Thing = Video | Comment | User


def things(kind: str) -> QuerySet[Any]:
    match kind:
        case Kind.VIDEO:
            return Video.objects.select_related("creator")
        case Kind.COMMENT:
            return Comment.objects.select_related("author", "video__creator")
    return User.objects.filter(erased_at=None)


def thing_of(case: Case) -> Thing | None:
    """None: it is gone."""
    return things(case.kind).filter(pk=case.subject_id).first()


def shown_to(viewer_id: int | None, kind: str) -> QuerySet[Any]:
    """Of these, what somebody may report: what they see. Who is not logged in may name what adults see, too."""
    match kind:
        case Kind.VIDEO:
            return things(kind).filter(pk__in=_videos(viewer_id))
        case Kind.COMMENT:
            return things(kind).filter(pk__in=Comment.objects.visible_to(viewer_id), video__in=_videos(viewer_id))
    return things(kind).present()  # type: ignore[attr-defined]


def open_to_visitors(case: Case) -> bool:
    return shown_to(None, case.kind).filter(pk=case.subject_id).exists()


def _videos(viewer_id: int | None) -> QuerySet[Video]:
    videos = Video.objects.open_to_visitors() if viewer_id is None else Video.objects.visible_to(viewer_id)
    return videos.filter(state=Video.State.PUBLISHED)


def account_of(thing: Thing) -> int | None:
    """None: of an account that was erased."""
    match thing:
        case Video():
            return thing.creator_id
        case Comment():
            return thing.author_id
    return thing.pk


def standing_of(kind: str, subject_id: int, account_id: int) -> dict[str, Any]:
    """What an act of moderation may change, as the log keeps it."""
    return {"account": _row(User, account_id, ACCOUNT)} | (
        {} if kind == Kind.ACCOUNT else {kind: _row(MODELS[kind], subject_id, COLUMNS[kind])}
    )


ACCOUNT = ("suspended_at", "suspended_until", "is_limited")
MODELS: dict[str, Any] = {Kind.VIDEO: Video, Kind.COMMENT: Comment}
COLUMNS: dict[str, tuple[str, ...]] = {
    Kind.VIDEO: ("state", "removed_at", "removed_by_id", "removal_reason", "is_limited", "for_adults"),
    Kind.COMMENT: ("removed_at", "removed_by_id"),
}


def _row(model: Any, pk: int, columns: tuple[str, ...]) -> dict[str, Any]:
    return model.objects.filter(pk=pk).values(*columns).first() or {}


def record(
    *,
    actor_id: int | None,
    act: str,
    kind: str,
    subject_id: int,
    case_id: int | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    ModerationEvent.objects.create(
        actor_id=actor_id,
        act=act,
        kind=kind,
        subject_id=subject_id,
        case_id=case_id,
        before=before or {},
        after=after or {},
    )
