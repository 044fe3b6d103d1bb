"""What moderators read: of a case the thing itself, what was said of it, and what was decided before."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import StandingEvent, User
from accounts.selectors import standing_history
from accounts.signals import reach_asked
from videos.models import Appeal, Case, Comment, Decision, Proposal, Report, Video
from videos.models.moderation import Act, Kind
from videos.selectors.prints import LikenessSeen, likenesses
from videos.services.moderation.rules import ACTS

AT_MOST = 100  # of each list in a case


@dataclass(frozen=True)
class Opened:
    """A case as the desk shows it. `reach`: in words, what a suspension would touch."""

    case: Case
    account: User
    reports: Sequence[Report]
    earlier: Sequence[tuple[Decision, str]]  # each with by whom
    standing: Sequence[StandingEvent]
    reach: Sequence[str]
    acts: Sequence[Act]
    video: Video | None = None
    comment: Comment | None = None
    thread: Sequence[Comment] = field(default_factory=list)
    proposal: Proposal | None = None
    likenesses: Sequence[LikenessSeen] = field(default_factory=list)


def opened(case: Case) -> Opened:
    """Who reported stays out of it: their words are enough."""
    comment = _comment(case) if case.kind == Kind.COMMENT else None
    return Opened(
        case=case,
        account=User.objects.get(pk=case.account_id),
        reports=list(case.all_reports.defer("reporter").order_by("-pk")[:AT_MOST]),
        earlier=_decisions(case),
        standing=standing_history(case.account_id)[:AT_MOST],
        reach=[str(words) for _receiver, words in reach_asked.send(User, account_id=case.account_id)],
        acts=ACTS[case.kind],
        video=Video.objects.with_card().filter(pk=case.subject_id).first() if case.kind == Kind.VIDEO else None,
        comment=comment,
        thread=_thread(comment),
        proposal=Proposal.objects.select_related("by").filter(case=case).first(),
        likenesses=likenesses(case.subject_id) if case.kind == Kind.VIDEO else [],
    )


def _comment(case: Case) -> Comment | None:
    return Comment.objects.select_related("author", "video").filter(pk=case.subject_id).first()


def _thread(comment: Comment | None) -> list[Comment]:
    if comment is None:
        return []
    head = comment.parent_id or comment.pk
    return list(Comment.objects.filter(Q(pk=head) | Q(parent=head)).select_related("author").order_by("pk")[:AT_MOST])


def _decisions(case: Case) -> list[tuple[Decision, str]]:
    about = Decision.objects.filter(account_id=case.account_id).select_related("case", "undone_by")
    decisions = list(about.order_by("-pk")[:AT_MOST])
    moderators = User.objects.in_bulk({pk for each in decisions for pk in (each.by_id, each.seconded_by_id) if pk})
    return [
        (each, ", ".join(f"@{moderators[pk].handle}" for pk in (each.by_id, each.seconded_by_id) if pk in moderators))
        for each in decisions
    ]


def holder(case: Case) -> User | None:
    """In whose hands it is now."""
    return case.taken_by if case.taken_until and case.taken_until > timezone.now() else None


def next_case(after: Case, moderator: User) -> Case | None:
    """The most urgent one that is in nobody's hands, and that whoever asks may decide."""
    free = Case.objects.filter(Q(taken_by=None) | Q(taken_until__lt=Now()), state=Case.State.OPEN).exclude(pk=after.pk)
    staff = User.objects.filter(pk=moderator.pk) if moderator.is_superuser else User.objects.filter(is_staff=True)
    return free.exclude(account_id__in=staff.values("pk")).order_by("-harm", "-reach", "pk").first()


def in_queue(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With `handle`, whose thing it is, and `reasons`, for which it was reported."""
    reasons = Report.objects.filter(case=OuterRef("pk")).order_by("reason").values("reason").distinct()
    return cases.annotate(handle=handle_of("account_id"), reasons=ArraySubquery(reasons))


def handle_of(account_id: str) -> Subquery:
    return Subquery(User.objects.filter(pk=OuterRef(account_id)).values("handle")[:1])


def open_appeals() -> int:
    return Appeal.objects.filter(upheld=None).count()
