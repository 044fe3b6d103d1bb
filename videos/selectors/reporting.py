"""What somebody reported and what became of it; what was decided about somebody, with the reasons that they read."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from socialvideo.lib.pagination import Page, keyset_page
from videos.models import Appeal, Case, Comment, Decision, Notice, Report, Video
from videos.models.moderation import Act, Kind

WAITING, NOTHING_FOUND, ACTED, TAKEN_BACK = "waiting", "nothing_found", "acted", "taken_back"


@dataclass(frozen=True)
class Reported:
    """A report, whose thing it is about, and what became of it. What exactly was decided is told to that account alone."""

    report: Report
    account: User | None
    outcome: str


@dataclass(frozen=True)
class Statement:
    """Why something was decided about an account: the thing as its owner knows it, the rule, who, until when, and how far
    an appeal has come."""

    decision: Decision
    about: str
    url: str
    appeal: Appeal | None
    is_lifted: bool

    @property
    def may_appeal(self) -> bool:
        return self.appeal is None and not self.is_lifted


def reports_page(account_id: int, *, cursor: str = "") -> Page[Reported]:
    reports = Report.objects.filter(reporter=account_id).select_related("case").prefetch_related("case__decisions")
    page = keyset_page(reports, order=["-id"], cursor=cursor)
    accounts = User.objects.in_bulk({report.case.account_id for report in page.items})
    return page.map(lambda report: Reported(report, accounts.get(report.case.account_id), _outcome(report.case)))


def receipt(code: str) -> Reported | None:
    """What somebody without an account reported, by the code that only they have."""
    notice = Notice.objects.select_related("report__case").filter(receipt=code).first()
    if notice is None:
        return None
    case = notice.report.case
    return Reported(notice.report, User.objects.filter(pk=case.account_id).first(), _outcome(case))


def _outcome(case: Case) -> str:
    if case.state != Case.State.CLOSED:
        return WAITING
    decisions = list(case.decisions.all())
    decided = max((each for each in decisions if each.act != Act.LIFT), key=lambda each: each.pk)
    if decided.act == Act.DISMISS:
        return NOTHING_FOUND
    return TAKEN_BACK if any(each.undoes_id == decided.pk for each in decisions) else ACTED


def decisions_page(account_id: int, *, cursor: str = "") -> Page[Statement]:
    """About the account, the newest first: not what was dismissed, of which nobody has to know."""
    concerned = Decision.objects.filter(account_id=account_id).exclude(act__in=[Act.DISMISS, Act.LIFT])
    with_fate = concerned.select_related("case", "appeal", "undone_by")
    page = keyset_page(with_fate, order=["-id"], cursor=cursor)
    things = _things([decision.case for decision in page.items])
    return page.map(lambda decision: _statement(decision, things))


def decision_about(account_id: int, decision_id: int) -> Decision | None:
    concerned = Decision.objects.filter(account_id=account_id, pk=decision_id)
    return concerned.exclude(act__in=[Act.DISMISS, Act.LIFT]).first()


def _things(cases: list[Case]) -> dict[tuple[str, int], Video | Comment]:
    found: dict[tuple[str, int], Video | Comment] = {}
    for kind, rows in (
        (Kind.VIDEO, Video.objects.select_related("creator")),
        (Kind.COMMENT, Comment.objects.select_related("video__creator")),
    ):
        ids = {case.subject_id for case in cases if case.kind == kind}
        found |= {(kind, pk): row for pk, row in rows.in_bulk(ids).items()}
    return found


def _statement(decision: Decision, things: dict[tuple[str, int], Video | Comment]) -> Statement:
    about, url = _words(decision.case, things.get((decision.case.kind, decision.case.subject_id)))
    return Statement(decision, about, url, _one(decision, "appeal"), _one(decision, "undone_by") is not None)


def _words(case: Case, thing: Video | Comment | None) -> tuple[str, str]:
    match thing:
        case Video():
            return _("Your video “%(caption)s”") % {"caption": thing.caption[:80] or _("Untitled video")}, (
                thing.get_absolute_url()
            )
        case Comment():
            return _("Your comment “%(text)s”") % {"text": thing.text[:80]}, thing.video.get_absolute_url()
    gone = {Kind.VIDEO: _("A video of yours"), Kind.COMMENT: _("A comment of yours")}
    return gone.get(Kind(case.kind), _("Your account")), ""


def _one(decision: Decision, related: str) -> Appeal | None:
    return getattr(decision, related, None)
