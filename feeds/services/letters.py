"""Letters about decisions: owed in the transaction of the decision, sent as digests are, and tried for longer, for they are
the only word that reaches somebody who cannot get in, or has no account."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.mail import EmailMessage

from accounts.models import User
from feeds.models import Letter
from feeds.services import mailing
from socialvideo.lib.languages import speaking
from videos.models import Decision, Notice

MOST_ATTEMPTS = 120  # over about two weeks
About = Letter.About
WHILE_IT_STANDS = {About.SUSPENDED, About.APPEAL_UPHELD}


def owe_letter(about: str, decision: Decision, notice: Notice | None = None) -> None:
    """One of each, however often it is asked for."""
    Letter.objects.bulk_create([Letter(about=about, decision=decision, notice=notice)], ignore_conflicts=True)


def letters_due(*, at_most: int) -> int:
    return mailing.due(Letter, at_most=at_most)


def send_letter() -> bool:
    """Takes one and sends it; returns whether there was one."""
    return mailing.send_one(Letter, _composed, most_attempts=MOST_ATTEMPTS)


def prune_letters() -> int:
    return mailing.prune(Letter)


def _composed(letter: Letter) -> EmailMessage | None:
    """None where nobody is left to write to, or what it says is not so any more."""
    if letter.about in WHILE_IT_STANDS and Decision.objects.filter(undoes=letter.decision_id).exists():
        return None
    return _to_notifier(letter) if letter.notice else _to_account(letter)


def _to_notifier(letter: Letter) -> EmailMessage | None:
    """In the language of the page that the notice was written on."""
    notice = letter.notice
    return _message(letter, notice.email, notice.language, receipt=notice.receipt) if notice and notice.email else None


def _to_account(letter: Letter) -> EmailMessage | None:
    account = User.objects.filter(pk=letter.decision.account_id, erased_at=None).first()
    if account is None:
        return None
    said = {"user": account, "handle": account.handle, "decision": letter.decision}
    return _message(letter, account.email, account.language, **said)


def _message(letter: Letter, address: str, language: str, **said: Any) -> EmailMessage:
    """The same letter is the same message, however often it is composed."""
    number = f"letter.{letter.pk}.{letter.created_at:%Y%m%d%H%M%S%f}"
    headers = {
        "Message-ID": f"<{number}@{urlsplit(settings.SITE_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
    }
    context = said | {"SITE_NAME": settings.SITE_NAME, "SITE_URL": settings.SITE_URL}
    with speaking(language):
        return get_adapter().render_mail(f"account/email/{letter.about}", address, context, headers=headers)
