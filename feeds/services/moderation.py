"""Telling people of what moderators decided: whoever it concerns, those who reported it, and who did so without an account.
Who cannot get in any more, or has no account, is written to."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import transaction

from accounts.models import User
from feeds.models import Notification
from feeds.services.notices import notify, notify_each
from socialvideo.lib.languages import speaking
from videos.models import Appeal, Decision, Notice, Report
from videos.models.moderation import Act, Kind

Told = Notification.Kind


def tell_of_decision(decision_id: int) -> None:
    decision = _decision(decision_id)
    _tell_reporters(decision)
    if decision.act == Act.DISMISS:
        return
    if (decision.act, decision.case.kind) != (Act.REMOVE, Kind.VIDEO):  # of that its removal tells already
        _tell(decision, Told.DECIDED, "decision", decision.words)
    if decision.act == Act.SUSPEND:
        _mail_account(decision, "account/email/suspended")


def tell_of_lift(decision_id: int) -> None:
    decision = _decision(decision_id)
    _tell(decision, Told.LIFTED, "lift", "")
    if decision.act == Act.SUSPEND:
        _mail_account(decision, "account/email/suspension_lifted")


def tell_of_judgement(decision_id: int) -> None:
    """Of one that was lifted, its lift tells."""
    appeal = Appeal.objects.select_related("decision__case").get(pk=decision_id)
    if appeal.upheld:
        _tell(appeal.decision, Told.UPHELD, "judgement", appeal.words)
        if appeal.decision.act == Act.SUSPEND:
            _mail_account(appeal.decision, "account/email/appeal_upheld")


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
        _mail("account/email/notice_outcome", notice.email, {"receipt": notice.receipt}, notice.language)


def _mail_account(decision: Decision, template: str) -> None:
    account = User.objects.filter(pk=decision.account_id, erased_at=None).first()
    if account:
        _mail(template, account.email, {"user": account, "handle": account.handle, "decision": decision})


def _mail(template: str, email: str, context: dict[str, Any], language: str = "") -> None:
    """In the language of the account, or of the page that a notice was written on."""
    whole = context | {"SITE_URL": settings.SITE_URL}

    def send() -> None:
        with speaking(language):
            get_adapter().send_mail(template, email, whole)

    transaction.on_commit(send, robust=True)
