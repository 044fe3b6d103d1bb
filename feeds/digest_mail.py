"""An e-mail digest as a mail: what it says, and how one stops it without logging in."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from feeds.models import Digest
from feeds.selectors.events import Event

SALT = "feeds.digest"
SHOWN = 3  # videos of a creator
MOST_GROUPS = 20  # of creators, and of others


@dataclass(frozen=True)
class Group:
    """Events that are told in one line: a creator's new videos, or what several people did to one thing."""

    events: Sequence[Event]

    @property
    def first(self) -> Event:
        return self.events[0]

    @property
    def shown(self) -> Sequence[Event]:
        return self.events[:SHOWN]

    @property
    def left(self) -> int:
        return len(self.events) - len(self.shown)

    @property
    def words(self) -> str:
        """The newest event speaks for the others."""
        more = len({event.actor.pk for event in self.events if event.actor}) - 1
        return self.first.said(max(0, more))


def compose(digest: Digest, account: User, address: str, told: Sequence[Event]) -> EmailMultiAlternatives:
    """The same digest is the same message, however often it is composed."""
    videos = [event for event in told if event.kind == "new_video"]
    others = [event for event in told if event.kind != "new_video"]
    stop = settings.SITE_URL + reverse("feeds:digest_stop", args=[stop_token(account.pk)])
    context = {
        "SITE_NAME": settings.SITE_NAME,
        "site": settings.SITE_URL,
        "account": account,
        "creators": _groups(videos, lambda event: event.actor and event.actor.pk)[:MOST_GROUPS],
        "others": _groups(others, _what_happened)[:MOST_GROUPS],
        "inbox": settings.SITE_URL + reverse("feeds:notifications"),
        "choices": settings.SITE_URL + reverse("feeds:notification_settings"),
        "stop": stop,
    }
    subject = f"{settings.SITE_NAME}: {_summary(len(videos), len(others))}"
    return letter(digest, address, subject=subject, template="feeds/digest_mail", context=context)


def letter(
    digest: Digest, address: str, *, subject: str, template: str, context: dict[str, Any]
) -> EmailMultiAlternatives:
    """With the link that stops them, also for a mail program's own button."""
    letter = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"{template}.txt", context),
        to=[address],
        headers={
            "Message-ID": f"<digest.{digest.pk}.{digest.created_at:%Y%m%d%H%M%S%f}@{urlsplit(settings.SITE_URL).hostname}>",
            "List-Unsubscribe": f"<{context['stop']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    letter.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return letter


def stop_token(account_id: int, *, salt: str = SALT) -> str:
    return _signer(salt).sign_object(account_id)


def account_of_token(token: str, *, salt: str = SALT) -> int | None:
    """Whose digest the bearer may stop. It is good for nothing else, and for ever: mail is kept."""
    try:
        return int(_signer(salt).unsign_object(token))
    except signing.BadSignature:
        return None


def _signer(salt: str) -> signing.Signer:
    """Of the account alone, without the second: a digest that is sent again is the same to the letter."""
    return signing.Signer(salt=salt)


def _what_happened(event: Event) -> Hashable:
    """People who did the same to the same thing are told of together."""
    return event.kind, event.video and event.video.pk, "" if event.actor else event.text


def _groups(told: Sequence[Event], by: Callable[[Event], Hashable]) -> list[Group]:
    """In the order of their newest events."""
    groups: dict[Hashable, list[Event]] = {}
    for event in told:
        groups.setdefault(by(event), []).append(event)
    return [Group(group) for group in groups.values()]


def _summary(videos: int, others: int) -> str:
    new = ngettext("%(number)s new video", "%(number)s new videos", videos) % {"number": videos}
    more = ngettext("%(number)s notification", "%(number)s notifications", others) % {"number": others}
    if videos and others:
        return _("%(videos)s and %(notifications)s") % {"videos": new, "notifications": more}
    return new if videos else more
