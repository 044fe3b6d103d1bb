"""Telling people of what moderators decided: whoever it concerns, those who reported it, and who did so without an account.
Who cannot get in any more, or has no account, is written to."""

from feeds.models import Letter, Notification
from feeds.services.letters import owe_letter
from feeds.services.notices import notify, notify_each
from videos.models import Appeal, Decision, Notice, Report
from videos.models.moderation import Act, Kind

Told, About = Notification.Kind, Letter.About


def tell_of_decision(decision_id: int) -> None:
    decision = _decision(decision_id)
    _tell_reporters(decision)
    if decision.act == Act.DISMISS:
        return
    if (decision.act, decision.case.kind) != (Act.REMOVE, Kind.VIDEO):  # of that its removal tells already
        _tell(decision, Told.DECIDED, "decision", decision.words)
    if decision.act == Act.SUSPEND:
        owe_letter(About.SUSPENDED, decision)


def tell_of_lift(decision_id: int) -> None:
    decision = _decision(decision_id)
    _tell(decision, Told.LIFTED, "lift", "")
    if decision.act == Act.SUSPEND:
        owe_letter(About.SUSPENSION_LIFTED, decision)


def tell_of_judgement(decision_id: int) -> None:
    """Of one that was lifted, its lift tells."""
    appeal = Appeal.objects.select_related("decision__case").get(pk=decision_id)
    if appeal.upheld:
        _tell(appeal.decision, Told.UPHELD, "judgement", appeal.words)
        if appeal.decision.act == Act.SUSPEND:
            owe_letter(About.APPEAL_UPHELD, appeal.decision)


def _decision(decision_id: int) -> Decision:
    return Decision.objects.select_related("case").get(pk=decision_id)


def _tell(decision: Decision, kind: str, event: str, text: str) -> None:
    key = f"{event}:{decision.pk}"
    notify(kind=kind, recipient_id=decision.account_id, event_key=key, text=text[:300])


def _tell_reporters(decision: Decision) -> None:
    reports = Report.objects.filter(case=decision.case_id)
    reporters = list(reports.exclude(reporter=None).values_list("reporter_id", flat=True))
    notify_each(reporters, kind=Told.OUTCOME, event_key=f"outcome:{decision.pk}")
    for notice in Notice.objects.filter(report__case=decision.case_id).exclude(email=""):
        owe_letter(About.NOTICE_OUTCOME, decision, notice)
